// `npm run proto` writes proto/gen from the .proto files; `npm run proto -- --check` fails when what is there is stale.
// Both generate into a temporary folder first, so that nobody meets a half-written proto/gen. Nothing is fetched.
import { spawnSync } from 'node:child_process';
import type { Dirent } from 'node:fs';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const protoFolder = join(root, 'proto');
const committed = join(protoFolder, 'gen');

/** What differs between the committed code and freshly generated code: paths relative to proto/gen, sorted. */
export interface Drift {
  readonly missing: readonly string[];
  readonly changed: readonly string[];
  readonly surplus: readonly string[];
}

/** All files below a folder by relative path; an absent folder is an empty one. */
function readTree(folder: string): Map<string, string> {
  const files = new Map<string, string>();
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return files;
    throw error;
  }
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(relative(folder, path), readFileSync(path, 'utf8'));
  }
  return files;
}

/** Compares two generated trees given as content by relative path. */
export function compareTrees(have: ReadonlyMap<string, string>, want: ReadonlyMap<string, string>): Drift {
  return {
    missing: [...want.keys()].filter((path) => !have.has(path)).sort(),
    changed: [...want]
      .filter(([path, text]) => have.has(path) && have.get(path) !== text)
      .map(([path]) => path)
      .sort(),
    surplus: [...have.keys()].filter((path) => !want.has(path)).sort(),
  };
}

/** Runs buf with proto/buf.gen.yaml and returns the generated files. Throws with buf's own words when it fails. */
function generate(): Map<string, string> {
  const out = mkdtempSync(join(tmpdir(), 'orc8r-proto-'));
  try {
    const binaries = join(root, 'node_modules', '.bin');
    // The folder of the running node goes first: buf and the plugin are node scripts and must find this one.
    const path = [dirname(process.execPath), binaries, process.env['PATH'] ?? ''].join(delimiter);
    const run = spawnSync(join(binaries, 'buf'), ['generate', '--output', out], {
      cwd: protoFolder,
      encoding: 'utf8',
      env: { ...process.env, PATH: path },
    });
    if (run.error) throw new Error(`buf could not be started (npm ci?): ${run.error.message}`);
    if (run.status !== 0) throw new Error(`buf generate failed:\n${run.stderr || run.stdout}`);
    return readTree(join(out, 'gen'));
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

function write(want: ReadonlyMap<string, string>, drift: Drift): void {
  for (const path of [...drift.missing, ...drift.changed]) {
    const target = join(committed, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, want.get(path) ?? '');
  }
  for (const path of drift.surplus) rmSync(join(committed, path));
}

function main(args: readonly string[]): number {
  const unknown = args.find((arg) => arg !== '--check');
  if (unknown !== undefined) {
    console.error(`proto: unknown argument ${unknown}; the only one is --check`);
    return 2;
  }
  const want = generate();
  const drift = compareTrees(readTree(committed), want);
  const count = drift.missing.length + drift.changed.length + drift.surplus.length;
  if (!args.includes('--check')) {
    write(want, drift);
    console.log(`proto: ${want.size} files in proto/gen, ${count} of them written or removed`);
    return 0;
  }
  if (count === 0) {
    console.log(`proto: ${want.size} files in proto/gen are what the .proto files say`);
    return 0;
  }
  for (const [word, paths] of Object.entries(drift)) for (const path of paths) console.error(`proto: ${word} proto/gen/${path}`);
  console.error('proto: generated code is stale; run npm run proto');
  return 1;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    process.exitCode = main(process.argv.slice(2));
  } catch (error) {
    console.error(`proto: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
