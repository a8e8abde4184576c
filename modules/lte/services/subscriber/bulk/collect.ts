import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { OrcError } from '../../../../../core/errors.ts';
import type { RawBody } from '../../../../../core/module/route.ts';
import { normalise } from '../../../../../core/rest/normalise.ts';
import { faultsOf } from '../../../../../core/rest/parse.ts';
import { type MutableSubscriber, mutableSubscriber } from '../../../schemas/subscriber.ts';
import { MAX_BULK_LINES } from '../../../schemas/subscriber-bulk.ts';
import { CsvReader, subscriberOfRecord } from './csv.ts';
import { type Found, LineReader, type RecordReader, textOf } from './lines.ts';
import { Failures } from './report.ts';

export const NDJSON = 'application/x-ndjson';
export const CSV = 'text/csv';

export interface Collected {
  /** The good lines, each subscriber once. */
  readonly rows: readonly { readonly line: number; readonly subscriber: MutableSubscriber }[];
  readonly failures: Failures;
  /** SHA-256 of the body, hex; '' unless it was asked for. */
  readonly fingerprint: string;
}

/** A value that a line holds, or why it holds none. */
type Parsed = { readonly value: unknown } | { readonly fault: string };

/**
 * Reads the body as it comes, line by line, and keeps the good lines' subscribers only, never the text.
 * Errors: `invalid` for a body that cannot be taken apart, `too_large` for too many lines.
 */
export async function collect(raw: RawBody, options: { readonly fingerprint: boolean }): Promise<Collected> {
  const failures = new Failures();
  const rows = new Map<string, { line: number; subscriber: MutableSubscriber }>();
  const hash = options.fingerprint ? sha256.create() : undefined;
  let lines = 0;
  const take = (found: readonly Found<Parsed>[]): void => {
    for (const { line, value: parsed } of found) {
      lines += 1;
      if (lines > MAX_BULK_LINES)
        throw new OrcError('too_large', `the body holds more than ${MAX_BULK_LINES} subscribers; send it in parts`);
      if ('fault' in parsed) {
        failures.add(line, undefined, [{ path: '', message: parsed.fault }]);
        continue;
      }
      const result = mutableSubscriber.safeParse(normalise(mutableSubscriber, parsed.value));
      if (!result.success) {
        failures.add(line, (parsed.value as { id?: unknown } | null)?.id, faultsOf(result.error.issues, ''));
        continue;
      }
      const first = rows.get(result.data.id);
      if (first) failures.add(line, result.data.id, [{ path: 'id', message: `is in line ${first.line} already` }]);
      else rows.set(result.data.id, { line, subscriber: result.data });
    }
  };
  const reader = raw.contentType === CSV ? new CsvSubscribers() : new JsonSubscribers();
  for await (const text of textOf(hashed(raw.chunks, (bytes) => hash?.update(bytes)))) take(reader.push(text));
  take(reader.end());
  return { rows: [...rows.values()], failures, fingerprint: hash ? bytesToHex(hash.digest()) : '' };
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

function fromJson({ line, value }: Found<string>): Found<Parsed> {
  try {
    return { line, value: { value: JSON.parse(value) as unknown } };
  } catch {
    // Not the parser's own text: it quotes the line, keys and all, and this answer may be kept.
    return { line, value: { fault: 'is not JSON' } };
  }
}

class CsvSubscribers implements RecordReader<Parsed> {
  readonly #records = new CsvReader();
  #header: string[] | undefined;
  #read: ((cells: readonly string[]) => unknown) | undefined;
  push = (text: string): Found<Parsed>[] => this.#subscribers(this.#records.push(text));
  end = (): Found<Parsed>[] => this.#subscribers(this.#records.end());

  #subscribers(records: readonly Found<string[]>[]): Found<Parsed>[] {
    return records.flatMap(({ line, value: cells }) => {
      if (!this.#header || !this.#read) {
        this.#header = cells;
        this.#read = subscriberOfRecord(cells);
        return [];
      }
      const fault = `has ${cells.length} cells, and the header has ${this.#header.length}`;
      return [{ line, value: cells.length > this.#header.length ? { fault } : { value: this.#read(cells) } }];
    });
  }
}
