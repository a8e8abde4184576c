import { joined } from '../lib/joined.ts';

/** Packet captures that one gateway may have waiting; beyond these the oldest go. */
const MAX_CAPTURES = 16;
const MAX_BYTES = 64 * 1024 * 1024;
/** A capture that nobody fetched goes after this. */
const MAX_AGE_MS = 30 * 24 * 60 * 60 * 1000;
/** A row of an object's SQLite holds 2 MB, a capture 4 MiB and more. */
const PART_BYTES = 1024 * 1024;

export const captureTable = `
  CREATE TABLE captures (
    trace_id TEXT NOT NULL,
    part INTEGER NOT NULL,
    kept_at INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (trace_id, part)
  ) WITHOUT ROWID`;

type Kept = { trace_id: string; kept_at: number; size: number };

/** The packet captures of a gateway's call traces: as many, as large and for as long as the limits above allow. */
export class Captures {
  readonly #sql: SqlStorage;
  readonly #now: () => number;

  constructor(sql: SqlStorage, now: () => number) {
    this.#sql = sql;
    this.#now = now;
  }

  /** Keeps the capture of a trace in place of an earlier one. A capture larger than all of them together may be is not kept: false. */
  keep(traceId: string, content: Uint8Array): boolean {
    this.drop(traceId);
    if (content.byteLength > MAX_BYTES) return false;
    for (let part = 0; part * PART_BYTES < Math.max(content.byteLength, 1); part += 1) {
      const bytes = content.slice(part * PART_BYTES, (part + 1) * PART_BYTES);
      this.#sql.exec('INSERT INTO captures (trace_id, part, kept_at, bytes) VALUES (?, ?, ?, ?)', traceId, part, this.#now(), bytes);
    }
    this.#prune(traceId);
    return true;
  }

  /** The capture of a trace; undefined when there is none, or none any more. */
  read(traceId: string): Uint8Array | undefined {
    const parts = this.#sql
      .exec<{ bytes: ArrayBuffer }>(
        'SELECT bytes FROM captures WHERE trace_id = ? AND kept_at > ? ORDER BY part',
        traceId,
        this.#now() - MAX_AGE_MS,
      )
      .toArray()
      .map((row) => new Uint8Array(row.bytes));
    return parts.length === 0 ? undefined : joined(parts);
  }

  drop(traceId: string): void {
    this.#sql.exec('DELETE FROM captures WHERE trace_id = ?', traceId);
  }

  clear(): void {
    this.#sql.exec('DELETE FROM captures');
  }

  /** Brings the captures within their limits; the one just kept stays. */
  #prune(kept: string): void {
    this.#sql.exec('DELETE FROM captures WHERE kept_at <= ?', this.#now() - MAX_AGE_MS);
    const others = this.#sql
      .exec<Kept>(
        `SELECT trace_id, MIN(kept_at) AS kept_at, SUM(LENGTH(bytes)) AS size FROM captures GROUP BY trace_id
         ORDER BY trace_id = ? DESC, kept_at DESC, trace_id`,
        kept,
      )
      .toArray();
    let bytes = 0;
    for (const [index, { trace_id: traceId, size }] of others.entries()) {
      bytes += size;
      if (index >= MAX_CAPTURES || bytes > MAX_BYTES) this.drop(traceId);
    }
  }
}
