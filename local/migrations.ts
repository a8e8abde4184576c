import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { StartError, errorText } from './start-error.ts';

/** The same table as `wrangler d1 migrations apply` makes, so that either may follow the other. */
const TABLE = `CREATE TABLE IF NOT EXISTS "d1_migrations"(
		id         INTEGER PRIMARY KEY AUTOINCREMENT,
		name       TEXT UNIQUE,
		applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
);`;

/** What of D1 migrations need: Miniflare's own typing of it differs from workers-types. */
export type MigrationDatabase = Pick<D1Database, 'prepare' | 'batch'>;

/**
 * Brings the database up to the newest `*.sql` of the folder, in the order of their names; each file is applied whole or not at all.
 * @returns the names applied now
 * @throws StartError when a file fails, or when the database is newer than the folder
 */
export async function applyMigrations(
  d1: MigrationDatabase,
  folder: string,
  progress: (done: number, total: number) => void = () => {},
): Promise<string[]> {
  const files = existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.sql'))
        .sort()
    : [];
  await d1.prepare(TABLE.replaceAll(/\s+/g, ' ')).run();
  const { results } = await d1.prepare('SELECT name FROM d1_migrations ORDER BY id').all<{ name: string }>();
  const applied = new Set(results.map((row) => row.name));
  const unknown = [...applied].filter((name) => !files.includes(name));
  if (unknown.length > 0) {
    throw new StartError(
      `The database has been migrated by a newer version (${unknown.join(', ')} is not in ${folder}). Start that version, or choose another folder with --data.`,
    );
  }
  const waiting = files.filter((name) => !applied.has(name));
  for (const [index, name] of waiting.entries()) {
    progress(index, waiting.length);
    const statements = splitStatements(readFileSync(join(folder, name), 'utf8'));
    try {
      await d1.batch([...statements.map((sql) => d1.prepare(sql)), d1.prepare('INSERT INTO d1_migrations (name) VALUES (?)').bind(name)]);
    } catch (error) {
      throw new StartError(`The migration ${join(folder, name)} failed and nothing of it was kept: ${errorText(error)}.`, error);
    }
  }
  progress(waiting.length, waiting.length);
  return waiting;
}

/** Statements of a file as drizzle-kit writes it; pieces that hold only comments are left out. */
export function splitStatements(text: string): string[] {
  return text
    .split('--> statement-breakpoint')
    .map((piece) => piece.trim())
    .filter((piece) => piece.replaceAll(/--[^\n]*/g, '').trim() !== '');
}
