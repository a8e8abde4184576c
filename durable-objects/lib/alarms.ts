import type { Migration } from './migrations.ts';

export const alarmMigration: Migration = {
  id: '0003_alarms',
  sql: 'CREATE TABLE alarms (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, due INTEGER NOT NULL)',
};

type Row = { id: number; name: string; due: number };

/** Several alarms, by name, over the one that an object has. They outlive the object's memory as that one does. */
export class Alarms<Name extends string> {
  readonly #storage: Pick<DurableObjectStorage, 'sql' | 'setAlarm'>;

  constructor(storage: Pick<DurableObjectStorage, 'sql' | 'setAlarm'>) {
    this.#storage = storage;
  }

  /** Rings at `due` (unix milliseconds), once; another time of the same name is replaced. */
  async set(name: Name, due: number): Promise<void> {
    // A new row, so that one that is set anew while it rings is another than the one that rings.
    this.#storage.sql.exec('INSERT OR REPLACE INTO alarms (name, due) VALUES (?, ?)', name, due);
    await this.#arm();
  }

  /** Does what is due, when the object's own alarm rings: whatever the clock says, the first is. What throws is tried again. */
  async ring(now: number, work: Readonly<Record<Name, () => Promise<void>>>): Promise<void> {
    // An older version may have set one that this one does not know.
    const known: Readonly<Partial<Record<string, () => Promise<void>>>> = work;
    const rows = this.#rows();
    const until = Math.max(now, rows[0]?.due ?? 0);
    for (const { id, name, due } of rows) {
      if (due > until) break;
      await known[name]?.();
      this.#storage.sql.exec('DELETE FROM alarms WHERE id = ?', id);
    }
    await this.#arm();
  }

  async #arm(): Promise<void> {
    const [first] = this.#rows();
    if (first) await this.#storage.setAlarm(first.due);
  }

  #rows(): Row[] {
    return this.#storage.sql.exec<Row>('SELECT id, name, due FROM alarms ORDER BY due').toArray();
  }
}
