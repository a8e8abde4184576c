import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';

/** D1's limit on parameters of one statement; kept here so that a test finds what would fail in production. */
const MAX_PARAMETERS = 100;
const migrations = join(import.meta.dirname, '../../migrations');

interface Prepared {
  readonly sql: string;
  readonly params: readonly SQLInputValue[];
}

export interface TestD1 {
  /** What the code under test is given. */
  readonly d1: D1Database;
  /** The database itself, to look at rows and to break things. */
  readonly sqlite: DatabaseSync;
  /** Calls of batch, all, first, raw and run so far: each is a round trip in production. */
  readonly trips: () => number;
  readonly close: () => void;
}

/** A D1 in memory over Node's SQLite, with all migrations applied: batches are transactions, foreign keys hold. */
export function testD1(): TestD1 {
  const sqlite = new DatabaseSync(':memory:');
  sqlite.exec('PRAGMA foreign_keys = ON');
  const files = readdirSync(migrations)
    .filter((name) => name.endsWith('.sql'))
    .sort();
  for (const file of files) sqlite.exec(readFileSync(join(migrations, file), 'utf8'));
  let trips = 0;

  const run = ({ sql, params }: Prepared) => {
    if (params.length > MAX_PARAMETERS) throw new Error('D1_ERROR: too many SQL variables');
    try {
      const started = sqlite.prepare('SELECT total_changes() AS n').get()?.['n'];
      const results = sqlite
        .prepare(sql)
        .all(...params)
        .map((row) => ({ ...row }));
      const ended = sqlite.prepare('SELECT total_changes() AS n').get()?.['n'];
      return { results, success: true, meta: { changes: Number(ended) - Number(started), duration: 0 } };
    } catch (error) {
      throw new Error(`D1_ERROR: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  };
  const batch = (statements: readonly Prepared[]) => {
    sqlite.exec('BEGIN IMMEDIATE');
    try {
      const results = statements.map(run);
      sqlite.exec('COMMIT');
      return results;
    } catch (error) {
      sqlite.exec('ROLLBACK');
      throw error;
    }
  };
  const prepare = (sql: string, params: readonly SQLInputValue[] = []): object => ({
    sql,
    params,
    bind: (...values: SQLInputValue[]) => prepare(sql, values),
    all: async () => one({ sql, params }),
    run: async () => one({ sql, params }),
    raw: async () => one({ sql, params }).results.map((row) => Object.values(row)),
    first: async (column?: string) => {
      const row = one({ sql, params }).results[0];
      return row === undefined ? null : column === undefined ? row : row[column];
    },
  });
  const one = (statement: Prepared) => {
    trips += 1;
    return run(statement);
  };

  const d1 = {
    prepare,
    batch: async (statements: readonly Prepared[]) => {
      trips += 1;
      return batch(statements);
    },
    exec: async (sql: string) => {
      trips += 1;
      sqlite.exec(sql);
      return { count: 1, duration: 0 };
    },
  };
  return { d1: d1 as unknown as D1Database, sqlite, trips: () => trips, close: () => sqlite.close() };
}
