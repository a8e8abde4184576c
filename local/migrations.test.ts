import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Miniflare, convertV4MiniflareOptions } from 'miniflare';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from './fixture/platform.ts';
import { type MigrationDatabase, applyMigrations, splitStatements } from './migrations.ts';

const folder = temporaryFolder();
let miniflare: Miniflare;
let databases = 0;
let d1: MigrationDatabase;
let files: string;

const NAMES = Array.from({ length: 6 }, (_, index) => `DB${index}`);

beforeAll(async () => {
  miniflare = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      telemetry: { enabled: false },
      workers: [
        {
          name: 'empty',
          compatibilityDate: '2026-10-01',
          modules: true,
          script: 'export default {}',
          d1Databases: Object.fromEntries(NAMES.map((name) => [name, name])),
        },
      ],
    }),
  );
  await miniflare.ready;
}, 30_000);

afterAll(async () => {
  await miniflare?.dispose();
  folder.remove();
});

beforeEach(async () => {
  const name = NAMES[databases++] ?? '';
  d1 = (await miniflare.getD1Database(name)) as unknown as MigrationDatabase;
  files = join(folder.path, name);
  mkdirSync(files);
});

function write(name: string, ...statements: string[]): void {
  writeFileSync(join(files, name), statements.join('\n--> statement-breakpoint\n'));
}

async function tables(): Promise<unknown[]> {
  const { results } = await d1.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 't%' ORDER BY name").all();
  return results.map((row) => row['name']);
}

describe('applyMigrations', () => {
  it('applies files in the order of their names, once, and records them as wrangler does', async () => {
    write('0001_second.sql', 'ALTER TABLE t1 ADD COLUMN b text', 'CREATE TABLE t2 (a text)');
    write('0000_first.sql', 'CREATE TABLE t1 (a text);', '-- nothing here\n', "INSERT INTO t1 VALUES ('semi;colon')");
    writeFileSync(join(files, 'notes.txt'), 'not a migration');
    expect(await applyMigrations(d1, files)).toEqual(['0000_first.sql', '0001_second.sql']);
    expect(await applyMigrations(d1, files)).toEqual([]);
    expect(await tables()).toEqual(['t1', 't2']);
    const { results } = await d1.prepare('SELECT id, name, applied_at FROM d1_migrations ORDER BY id').all();
    expect(results).toEqual([
      { id: 1, name: '0000_first.sql', applied_at: expect.stringMatching(/^\d{4}-\d\d-\d\d /) },
      { id: 2, name: '0001_second.sql', applied_at: expect.stringMatching(/^\d{4}-\d\d-\d\d /) },
    ]);
  });

  it('applies what was added later', async () => {
    write('0000_first.sql', 'CREATE TABLE t1 (a text)');
    await applyMigrations(d1, files);
    write('0001_second.sql', 'CREATE TABLE t2 (a text)');
    const progress: [number, number][] = [];
    expect(await applyMigrations(d1, files, (...step) => progress.push(step))).toEqual(['0001_second.sql']);
    expect(progress).toEqual([
      [0, 1],
      [1, 1],
    ]);
  });

  it('keeps nothing of a file that fails, and what came before it', async () => {
    write('0000_first.sql', 'CREATE TABLE t1 (a text)');
    write('0001_broken.sql', 'CREATE TABLE t2 (a text)', 'INSERT INTO nowhere VALUES (1)');
    await expect(applyMigrations(d1, files)).rejects.toThrow(/0001_broken\.sql failed and nothing of it was kept: .*nowhere/);
    expect(await tables()).toEqual(['t1']);
    write('0001_broken.sql', 'CREATE TABLE t2 (a text)');
    expect(await applyMigrations(d1, files)).toEqual(['0001_broken.sql']);
  });

  it('refuses a database that is newer than the folder', async () => {
    write('0000_first.sql', 'CREATE TABLE t1 (a text)');
    await applyMigrations(d1, files);
    await d1.prepare("INSERT INTO d1_migrations (name) VALUES ('0007_future.sql')").run();
    await expect(applyMigrations(d1, files)).rejects.toThrow(/migrated by a newer version \(0007_future\.sql is not in/);
  });

  it('is content with a folder that does not exist', async () => {
    expect(await applyMigrations(d1, join(files, 'none'))).toEqual([]);
  });
});

describe('splitStatements', () => {
  it('splits on the breakpoint only, and drops pieces without a statement', () => {
    expect(
      splitStatements(
        "CREATE TABLE a (b text DEFAULT ';');\n--> statement-breakpoint\n-- remark\n--> statement-breakpoint\nCREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; SELECT 2; END;",
      ),
    ).toEqual(["CREATE TABLE a (b text DEFAULT ';');", 'CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; SELECT 2; END;']);
  });
});
