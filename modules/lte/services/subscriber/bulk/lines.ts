import { invalid, OrcError } from '../../../../../core/errors.ts';

/** Longest line, characters. */
export const MAX_LINE = 64 * 1024;

/** Text of a stream of UTF-8, piece by piece. Error: `invalid` for what is no UTF-8. */
export async function* textOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
  const decode = (bytes?: Uint8Array): string => {
    try {
      return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode();
    } catch (error) {
      throw new OrcError('invalid', 'the body is not valid UTF-8', { cause: error });
    }
  };
  for await (const chunk of chunks) yield decode(chunk);
  yield decode();
}

/** What a reader of records has found, with the number of the line (from 1) at which it began. */
export interface Found<T> {
  readonly line: number;
  readonly value: T;
}

/** Takes text apart as it comes; holds no more than the line that is not complete yet. */
export interface RecordReader<T> {
  push(text: string): Found<T>[];
  end(): Found<T>[];
}

/** Lines, without their ends; empty ones are left out. Error: `invalid` for one that is too long. */
export class LineReader implements RecordReader<string> {
  #rest = '';
  #line = 0;

  push(text: string): Found<string>[] {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > MAX_LINE) throw tooLong(this.#line + 1);
    return this.#numbered(lines);
  }

  end(): Found<string>[] {
    const last = this.#rest;
    this.#rest = '';
    return this.#numbered([last]);
  }

  #numbered(lines: readonly string[]): Found<string>[] {
    return lines.flatMap((raw) => {
      this.#line += 1;
      if (raw.length > MAX_LINE) throw tooLong(this.#line);
      const value = raw.trim();
      return value === '' ? [] : [{ line: this.#line, value }];
    });
  }
}

export const tooLong = (line: number): OrcError => invalid(`line ${line} is longer than ${MAX_LINE} characters`);
