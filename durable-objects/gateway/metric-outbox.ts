/** Beyond this the oldest metrics go: a gateway whose metrics nobody fetches must not fill its object. */
const MAX_CONTAINERS = 512;
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
    const sequence = this.#newest() + 1;
    for (let part = 0; part * PART_BYTES < Math.max(container.byteLength, 1); part += 1) {
      const bytes = container.slice(part * PART_BYTES, (part + 1) * PART_BYTES);
      this.#sql.exec('INSERT INTO metric_outbox (sequence, part, received_at, bytes) VALUES (?, ?, ?, ?)', sequence, part, this.#now(), bytes);
    }
    this.#count('metrics_sequence', 1);
    const oldest = sequence - MAX_CONTAINERS;
    if (oldest < 1) return;
    const dropped = this.#sql.exec('DELETE FROM metric_outbox WHERE sequence <= ? AND part = 0 RETURNING sequence', oldest).toArray().length;
    this.#sql.exec('DELETE FROM metric_outbox WHERE sequence <= ?', oldest);
    if (dropped > 0) this.#count('metrics_dropped', dropped);
  }

  /** The oldest uploads still waiting, with the number by which they are told apart. */
  waiting(limit: number): { sequence: number; receivedAt: number; container: Uint8Array }[] {
    const sequences = this.#sql
      .exec<{ sequence: number; received_at: number }>('SELECT sequence, received_at FROM metric_outbox WHERE part = 0 ORDER BY sequence LIMIT ?', limit)
      .toArray();
    return sequences.map(({ sequence, received_at: receivedAt }) => {
      const parts = this.#sql.exec<{ bytes: ArrayBuffer }>('SELECT bytes FROM metric_outbox WHERE sequence = ? ORDER BY part', sequence).toArray();
      return { sequence, receivedAt, container: joined(parts.map((row) => new Uint8Array(row.bytes))) };
    });
  }

  /** How many uploads were dropped because nobody took them. */
  dropped(): number {
    return this.#counter('metrics_dropped');
  }

  #newest(): number {
    return this.#counter('metrics_sequence');
  }

  #counter(name: string): number {
    return this.#sql.exec<{ value: number }>('SELECT value FROM counters WHERE name = ?', name).toArray()[0]?.value ?? 0;
  }

  #count(name: string, by: number): void {
    this.#sql.exec('INSERT INTO counters (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = value + excluded.value', name, by);
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}
