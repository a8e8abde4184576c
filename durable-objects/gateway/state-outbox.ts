import type { StateKey, StateStore } from '../../core/state/store.ts';
import type { StateNews } from '../ports.ts';

/** News, and bytes of values, that go to the network together; one goes however large it is. */
const BATCH_NEWS = 256;
const BATCH_BYTES = 2 * 1024 * 1024;

type Row = { type: string; device_id: string; number: number; whole: number };
type Counter = 'state_number' | 'state_confirmed';

/**
 * Which states the network has not been told of. A row names the state only: what is told is the state as it is then, so a device that
 * changes often takes no more room than one that changes once.
 */
export class StateOutbox {
  readonly #sql: SqlStorage;
  readonly #states: Pick<StateStore, 'get'>;

  constructor(sql: SqlStorage, states: Pick<StateStore, 'get'>) {
    this.#sql = sql;
    this.#states = states;
  }

  /** `whole`: with its value; otherwise only that it was reported again. Answers whether there was anything to mark. */
  mark(keys: readonly StateKey[], { whole }: { readonly whole: boolean }): boolean {
    if (keys.length === 0) return false;
    let number = this.#counter('state_number');
    for (const { type, deviceId } of keys) {
      number += 1;
      this.#sql.exec(
        `INSERT INTO state_outbox (type, device_id, number, whole) VALUES (?, ?, ?, ?)
         ON CONFLICT (type, device_id) DO UPDATE SET number = excluded.number, whole = max(whole, excluded.whole)`,
        ...[type, deviceId, number, whole ? 1 : 0],
      );
    }
    this.#setCounter('state_number', number);
    return true;
  }

  get waiting(): boolean {
    return this.#sql.exec('SELECT 1 AS one FROM state_outbox LIMIT 1').toArray().length > 0;
  }

  /** What goes next, the oldest first. */
  batch(): { readonly confirmed: number; readonly news: readonly StateNews[] } {
    const rows = this.#sql
      .exec<Row>('SELECT type, device_id, number, whole FROM state_outbox ORDER BY number LIMIT ?', BATCH_NEWS)
      .toArray();
    const news: StateNews[] = [];
    let bytes = 0;
    for (const { type, device_id: deviceId, number, whole } of rows) {
      if (bytes >= BATCH_BYTES) break;
      const [kept] = this.#states.get([{ type, deviceId }]);
      const state = kept && { version: Number(kept.version), receivedAt: kept.receivedAt, ...(whole ? { value: kept.value } : {}) };
      news.push({ type, deviceId, number, state: state ?? null });
      bytes += state?.value?.byteLength ?? 0;
    }
    return { confirmed: this.#counter('state_confirmed'), news };
  }

  /** The network has these. What has changed again meanwhile has another number, and stays. */
  confirm(news: readonly StateNews[]): void {
    const last = news.at(-1);
    if (!last) return;
    for (const { number } of news) this.#sql.exec('DELETE FROM state_outbox WHERE number = ?', number);
    this.#setCounter('state_confirmed', last.number);
  }

  /** The network has lost what it was told: it has nothing of `keys`, which are all there is. */
  startOver(keys: readonly StateKey[]): void {
    this.clear();
    this.mark(keys, { whole: true });
  }

  /** There is nothing to tell, and nobody who was told anything. Numbers go on rising. */
  clear(): void {
    this.#sql.exec('DELETE FROM state_outbox');
    this.#setCounter('state_confirmed', 0);
  }

  #counter(name: Counter): number {
    return this.#sql.exec<{ value: number }>('SELECT value FROM counters WHERE name = ?', name).toArray()[0]?.value ?? 0;
  }

  #setCounter(name: Counter, value: number): void {
    this.#sql.exec('INSERT OR REPLACE INTO counters (name, value) VALUES (?, ?)', name, value);
  }
}
