import { joined } from '../lib/joined.ts';

/** Beyond these the oldest metrics go: a gateway whose metrics nobody fetches must not fill its object. */
const MAX_CONTAINERS = 512;
const MAX_BYTES = 64 * 1024 * 1024;
/** A row of an object's SQLite holds 2 MB, an upload up to 4 MB. */
const PART_BYTES = 1024 * 1024;

/** Metrics containers as they were uploaded, kept until analytics has taken them. */
export class MetricOutbox {
  readonly #sql: SqlStorage;
  readonly #now: () => number;

  constructor(sql: SqlStorage, now: () => number) {
    this.#sql = sql;
    this.#now = now;
  }

  /** Stores one upload; it is durable when the reply to the gateway leaves, since replies wait for storage. */
  keep(container: Uint8Array): void {
    const sequence = this.#counter('metrics_sequence') + 1;
    for (let part = 0; part * PART_BYTES < Math.max(container.byteLength, 1); part += 1) {
      const bytes = container.slice(part * PART_BYTES, (part + 1) * PART_BYTES);
      this.#sql.exec(
        'INSERT INTO metric_outbox (sequence, part, received_at, bytes) VALUES (?, ?, ?, ?)',
        sequence,
        part,
        this.#now(),
        bytes,
      );
    }
    this.#count('metrics_sequence', 1);
    this.#count('metrics_kept', 1);
    this.#count('metrics_bytes', container.byteLength);
    while (this.#counter('metrics_kept') > MAX_CONTAINERS || this.#counter('metrics_bytes') > MAX_BYTES) {
      if (!this.#dropOldest(sequence)) break;
    }
  }

  /** The oldest uploads still waiting, with the number by which they are told apart. */
  waiting(limit: number): { sequence: number; receivedAt: number; container: Uint8Array }[] {
    const sequences = this.#sql
      .exec<{ sequence: number; received_at: number }>(
        'SELECT sequence, received_at FROM metric_outbox WHERE part = 0 ORDER BY sequence LIMIT ?',
        limit,
      )
      .toArray();
    return sequences.map(({ sequence, received_at: receivedAt }) => {
      const parts = this.#sql
        .exec<{ bytes: ArrayBuffer }>('SELECT bytes FROM metric_outbox WHERE sequence = ? ORDER BY part', sequence)
        .toArray();
      return { sequence, receivedAt, container: joined(parts.map((row) => new Uint8Array(row.bytes))) };
    });
  }

  /** How many uploads were dropped because nobody took them. */
  dropped(): number {
    return this.#counter('metrics_dropped');
  }

  /** Drops what waits; numbers go on rising. */
  clear(): void {
    this.#sql.exec('DELETE FROM metric_outbox');
    this.#sql.exec("DELETE FROM counters WHERE name IN ('metrics_kept', 'metrics_bytes')");
  }

  /** Drops the oldest upload before `sequence`; false when there is none. */
  #dropOldest(sequence: number): boolean {
    const gone = this.#sql
      .exec<{ bytes: ArrayBuffer }>(
        'DELETE FROM metric_outbox WHERE sequence = (SELECT MIN(sequence) FROM metric_outbox WHERE sequence < ?) RETURNING bytes',
        sequence,
      )
      .toArray();
    if (gone.length === 0) return false;
    this.#count('metrics_kept', -1);
    this.#count('metrics_bytes', -gone.reduce((sum, row) => sum + row.bytes.byteLength, 0));
    this.#count('metrics_dropped', 1);
    return true;
  }

  #counter(name: string): number {
    return this.#sql.exec<{ value: number }>('SELECT value FROM counters WHERE name = ?', name).toArray()[0]?.value ?? 0;
  }

  #count(name: string, by: number): void {
    this.#sql.exec('INSERT INTO counters (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = value + excluded.value', name, by);
  }
}
