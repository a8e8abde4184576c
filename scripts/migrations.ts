// Writes a D1 migration for what changed in core/db/schema.ts: `npm run migrations -- add-something`. `--check` fails when one is missing.
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { root, run } from './steps.ts';

const { values, positionals } = parseArgs({ options: { check: { type: 'boolean', default: false } }, allowPositionals: true });

if (values.check) {
  // Below the project: drizzle-kit takes `--out` for a path relative to it.
  const scratch = mkdtempSync(join(root, 'node_modules', '.migrations-'));
  try {
    cpSync(join(root, 'migrations'), scratch, { recursive: true });
    const before = sqlFiles(scratch);
    const code = await run(
      'drizzle-kit',
      ['generate', '--dialect=sqlite', '--schema=./core/db/schema.ts', `--out=./${relative(root, scratch)}`],
      () => {},
    );
    const stale = sqlFiles(scratch) !== before;
    if (stale) console.error('core/db/schema.ts has changes without a migration: run `npm run migrations -- <name>`.');
    else if (code === 0) console.log('Migrations: up to date.');
    process.exitCode = stale ? 1 : code;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
} else {
  const [name] = positionals;
  if (!name) {
    console.error('A name is needed: `npm run migrations -- add-something`.');
    process.exitCode = 2;
  } else {
    process.exitCode = await run('drizzle-kit', ['generate', '--name', name]);
  }
}

function sqlFiles(folder: string): string {
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.sql')) : [];
  return files.map((file) => `${file}\n${readFileSync(join(folder, file), 'utf8')}`).join('\n');
}
