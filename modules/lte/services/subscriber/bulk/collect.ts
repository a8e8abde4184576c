import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { invalid, OrcError } from '../../../../../core/errors.ts';
import type { RawBody } from '../../../../../core/module/route.ts';
import { formFaults } from '../../../../../core/rest/json-form.ts';
import { MAX_BULK_LINES } from '../../../schemas/subscriber-bulk.ts';
import { CsvReader, type CsvRecord, columnOf, subscriberOfRecord } from './csv.ts';
import { type Found, LineReader, type RecordReader, textOf } from './lines.ts';
import { type Parsed, type Row, Rows } from './rows.ts';

export const NDJSON = 'application/x-ndjson';
export const CSV = 'text/csv';

export interface Collected {
  /** In the order of lines, each subscriber once among the good ones. */
  readonly rows: readonly Row[];
  /** Refused lines besides, for which a report would have no room. */
  readonly untold: number;
  /** What a place of a subscriber is called in such a body. */
  readonly placeOf: (path: string) => string;
  /** SHA-256 of the body, hex; '' unless it was asked for. */
  readonly fingerprint: string;
}

interface CollectOptions {
  readonly fingerprint: boolean;
  /** Settles who asks. */
  readonly known: () => Promise<unknown>;
}

/**
 * Reads the body as it comes, line by line, and keeps the lines' subscribers only, never the text.
 * Errors: `invalid` for a body that cannot be taken apart, `too_large` for too many lines.
 */
export async function collect(raw: RawBody, options: CollectOptions): Promise<Collected> {
  const rows = new Rows();
  const hash = options.fingerprint ? sha256.create() : undefined;
  let lines = 0;
  const take = async (found: readonly Found<Parsed>[]): Promise<void> => {
    for (const one of found) {
      lines += 1;
      if (lines > MAX_BULK_LINES)
        throw new OrcError('too_large', `the body holds more than ${MAX_BULK_LINES} subscribers; send it in parts`);
      if (rows.dear) await options.known();
      rows.take(one);
    }
  };
  const reader = raw.contentType === CSV ? new CsvSubscribers() : new JsonSubscribers();
  for await (const text of textOf(hashed(raw.chunks, (bytes) => hash?.update(bytes)))) await take(reader.push(text));
  await take(reader.end());
  const placeOf = raw.contentType === CSV ? columnOf : (path: string) => path;
  return { rows: rows.all, untold: rows.untold, placeOf, fingerprint: hash ? bytesToHex(hash.digest()) : '' };
}

async function* hashed(chunks: AsyncIterable<Uint8Array>, update: (bytes: Uint8Array) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    update(chunk);
    yield chunk;
  }
}

class JsonSubscribers implements RecordReader<Parsed> {
  readonly #lines = new LineReader();
  push = (text: string): Found<Parsed>[] => this.#lines.push(text).map(fromJson);
  end = (): Found<Parsed>[] => this.#lines.end().map(fromJson);
}

function fromJson({ line, value: text }: Found<string>): Found<Parsed> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Not the parser's own text: it quotes the line, keys and all, and this answer may be kept.
    return { line, value: ofNoUse('is not JSON') };
  }
  const faults = formFaults(text, value);
  return { line, value: faults.length > 0 ? { faults } : { value, faults } };
}

const ofNoUse = (message: string): Parsed => ({ faults: [{ path: 'body', message }] });

class CsvSubscribers implements RecordReader<Parsed> {
  readonly #records = new CsvReader();
  #header: string[] | undefined;
  #read: ((cells: readonly string[]) => Parsed) | undefined;
  push = (text: string): Found<Parsed>[] => this.#subscribers(this.#records.push(text));
  end = (): Found<Parsed>[] => this.#subscribers(this.#records.end());

  #subscribers(records: readonly CsvRecord[]): Found<Parsed>[] {
    return records.flatMap(({ line, value: cells, fault }) => {
      if (!this.#header || !this.#read) {
        if (fault !== undefined) throw invalid(`line ${line}: ${fault}`);
        this.#header = cells;
        this.#read = subscriberOfRecord(cells);
        return [];
      }
      if (cells.length > this.#header.length)
        return [{ line, value: ofNoUse(`has ${cells.length} cells, and the header has ${this.#header.length}`) }];
      return [{ line, value: fault === undefined ? this.#read(cells) : ofNoUse(fault) }];
    });
  }
}
