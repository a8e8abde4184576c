import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import type { Migration } from '../../durable-objects/lib/migrations.ts';

/** An object's SQLite over Node's, with its schema: enough of SqlStorage for the tables of an object. */
export const objectSql = (migrations: readonly Migration[]): SqlStorage => objectStorage(migrations).sql;

/** The same with transactions. */
export function objectStorage(migrations: readonly Migration[]): DurableObjectStorage {
  const sqlite = new DatabaseSync(':memory:');
  for (const { sql } of migrations) sqlite.exec(sql);
  const exec = (sql: string, ...params: SQLInputValue[]) => {
    const rows = sqlite
      .prepare(sql)
      .all(...params)
      // Objects get ArrayBuffers.
      .map((row) =>
        Object.fromEntries(
          Object.entries(row).map(([name, value]) => [name, value instanceof Uint8Array ? new Uint8Array(value).buffer : value]),
        ),
      );
    const one = () => {
      if (rows.length !== 1) throw new Error(`expected one row, got ${rows.length}`);
      return rows[0];
    };
    return { one, toArray: () => rows, [Symbol.iterator]: () => rows[Symbol.iterator]() };
  };
  const transactionSync = <T>(work: () => T): T => {
    sqlite.exec('SAVEPOINT work');
    try {
      const result = work();
      sqlite.exec('RELEASE work');
      return result;
    } catch (error) {
      sqlite.exec('ROLLBACK TO work; RELEASE work');
      throw error;
    }
  };
  return { sql: { exec }, transactionSync } as unknown as DurableObjectStorage;
}
