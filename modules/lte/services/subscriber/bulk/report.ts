import type { Fault } from '../../../../../core/errors.ts';
import type { BulkReport } from '../../../schemas/subscriber-bulk.ts';

/** Characters of JSON that the list of failures may take: it is kept under the Idempotency-Key, in one row. */
const MAX_LISTED = 500_000;
/** Faults that are told of one line. */
const MAX_FAULTS = 20;
const MAX_MESSAGE = 300;

/** Gathers what is wrong, line by line, within bounds. */
export class Failures {
  readonly #listed: BulkReport['failures'] = [];
  #size = 0;
  #total = 0;

  get total(): number {
    return this.#total;
  }

  /** Places are told within the line: `lte.state`. */
  add(line: number, id: unknown, faults: readonly Fault[]): void {
    this.#total += 1;
    if (this.#size > MAX_LISTED) return;
    const failure = {
      line,
      ...(typeof id === 'string' ? { id: id.slice(0, 64) } : {}),
      faults: faults.slice(0, MAX_FAULTS).map(({ path, message }) => ({
        path: path.replace(/^\./, '').slice(0, MAX_MESSAGE),
        message: message.slice(0, MAX_MESSAGE),
      })),
    };
    this.#listed.push(failure);
    this.#size += JSON.stringify(failure).length;
  }

  report(counts: { readonly created: number; readonly updated: number }): BulkReport {
    const total = counts.created + counts.updated + this.#total;
    const failures = this.#listed.toSorted((left, right) => left.line - right.line);
    return { total, ...counts, failed: this.#total, failures, unlisted: this.#total - failures.length, repeated: false };
  }
}
