import type { AuditRow } from '../../../core/configurator/audit-rows.ts';

/** Rows of a moment are written together, milliseconds. */
const GATHER_MS = 250;
/** What could not be written is tried again after this. */
const RETRY_MS = 10_000;
/** A row is written by the timer above; should the object not live to see it, by its alarm after this. */
const RESCUE_MS = 60_000;
const BATCH = 100;

export interface AuditOutboxOptions {
  readonly sql: SqlStorage;
  readonly now: () => number;
  readonly later: (milliseconds: number, work: () => Promise<void>) => void;
  /** Writes rows to D1: each once, however often it is given. */
  readonly write: (rows: readonly AuditRow[]) => Promise<void>;
  /** There is something for the alarm. */
  readonly schedule: () => void;
}

/** Audit rows on their way to D1: nobody waits for them, and none is lost. */
export class AuditOutbox {
  readonly #options: AuditOutboxOptions;
  /** Undefined: nothing waits. */
  #due: number | undefined;
  #last: number;
  #gathering = false;
  #flushing: Promise<void> | undefined;

  constructor(options: AuditOutboxOptions) {
    this.#options = options;
    const [row] = options.sql.exec<{ last: number | null }>('SELECT MAX(at) AS last FROM audit_outbox').toArray();
    this.#last = row?.last ?? 0;
    if (row?.last) this.#gather();
  }

  /**
   * Keeps a row in the transaction of what it tells of, which was at `when` (unix milliseconds). No two have the same time: by it the
   * store knows one that came before.
   */
  add(row: Omit<AuditRow, 'at'>, when: number): void {
    const at = Math.max(when, this.#last + 1);
    this.#last = at;
    this.#options.sql.exec('INSERT INTO audit_outbox (at, row) VALUES (?, ?)', at, JSON.stringify(row));
    this.#gather();
  }

  /** When the alarm has to look after it. */
  due(): number | undefined {
    return this.#due;
  }

  /** Writes what waits. Never fails: what cannot be written stays. */
  flush(): Promise<void> {
    this.#flushing ??= this.#writeAll().finally(() => {
      this.#flushing = undefined;
    });
    return this.#flushing;
  }

  #gather(): void {
    if (this.#gathering) return;
    this.#gathering = true;
    const { now, later, schedule } = this.#options;
    if (this.#due === undefined) {
      this.#due = now() + RESCUE_MS;
      schedule();
    }
    later(GATHER_MS, () => this.flush());
  }

  async #writeAll(): Promise<void> {
    const { sql, now, write, schedule } = this.#options;
    this.#gathering = false;
    for (;;) {
      const rows = sql
        .exec<{ sequence: number; at: number; row: string }>('SELECT sequence, at, row FROM audit_outbox ORDER BY sequence LIMIT ?', BATCH)
        .toArray();
      const last = rows.at(-1);
      if (!last) {
        this.#due = undefined;
        return;
      }
      try {
        await write(rows.map(({ at, row }) => ({ at, ...(JSON.parse(row) as Omit<AuditRow, 'at'>) })));
      } catch (error) {
        console.warn('audit rows could not be written', rows.length, error);
        this.#due = now() + RETRY_MS;
        schedule();
        return;
      }
      sql.exec('DELETE FROM audit_outbox WHERE sequence <= ?', last.sequence);
    }
  }
}
