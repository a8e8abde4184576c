import type { Fault } from '../../../../../core/errors.ts';
import type { BulkReport } from '../../../schemas/subscriber-bulk.ts';

/** Characters of JSON that the list of failures may take: it is kept under the Idempotency-Key, in one row. */
export const MAX_LISTED = 500_000;
/** Faults that are told of one line. */
export const MAX_FAULTS = 20;
const MAX_MESSAGE = 300;

/** Gathers what is wrong, line by line, within bounds. */
export class Failures {
  readonly #listed: BulkReport['failures'] = [];
  #size = 0;
  #total: number;

  readonly #placeOf: (path: string) => string;

  /** `untold`: failures of which nothing can be told. `placeOf`: what a place of a subscriber is called in the body that was sent. */
  constructor(untold: number, placeOf: (path: string) => string) {
    this.#total = untold;
    this.#placeOf = placeOf;
  }

  /** In the order of lines. */
  add(line: number, id: unknown, faults: readonly Fault[]): void {
    this.#total += 1;
    if (this.#size > MAX_LISTED) return;
    const failure = { line, ...(typeof id === 'string' ? { id: id.slice(0, 64) } : {}), faults: told(faults, this.#placeOf) };
    this.#listed.push(failure);
    this.#size += JSON.stringify(failure).length;
  }

  report(counts: { readonly created: number; readonly updated: number }): BulkReport {
    const total = counts.created + counts.updated + this.#total;
    const failures = this.#listed;
    return { total, ...counts, failed: this.#total, failures, unlisted: this.#total - failures.length, repeated: false };
  }
}

/** Characters that these take in a report at least. */
export const sizeOf = (faults: readonly Fault[]): number => JSON.stringify(told(faults)).length;

/** Places are told within the line: `lte.state`; of a line of CSV the column, `state`. */
const told = (faults: readonly Fault[], placeOf = (path: string): string => path): Fault[] =>
  faults.slice(0, MAX_FAULTS).map(({ path, message }) => ({
    path: placeOf(path)
      .replace(/^body\.?/, '')
      .slice(0, MAX_MESSAGE),
    message: message.slice(0, MAX_MESSAGE),
  }));
