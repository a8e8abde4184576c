import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let root: string;
let child: ChildProcess | undefined;

/** A repository in small: no dependencies, so that `npm ci` needs no network. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'orc8r-run-'));
  mkdirSync(join(root, 'scripts'));
  copyFileSync(join(import.meta.dirname, 'run.mjs'), join(root, 'scripts', 'run.mjs'));
  lock();
});

afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

function lock(packages: Record<string, { version: string }> = {}): void {
  const self = { name: 'small', version: '1.0.0' };
  writeFileSync(join(root, 'package.json'), JSON.stringify({ ...self, type: 'module' }));
  writeFileSync(
    join(root, 'package-lock.json'),
    JSON.stringify({ ...self, lockfileVersion: 3, requires: true, packages: { '': self, ...packages } }),
  );
}

function script(text: string): string {
  writeFileSync(join(root, 'script.ts'), text);
  return 'script.ts';
}

function run(
  args: string[],
  nodeFlags: string[] = [],
): { output: () => string; code: Promise<number | null>; process: ChildProcess; said: (text: string) => Promise<void> } {
  const started = spawn(process.execPath, [...nodeFlags, join(root, 'scripts', 'run.mjs'), ...args], {
    cwd: tmpdir(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child = started;
  let output = '';
  const said = (text: string): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (output.includes(text)) resolve();
      };
      started.stdout.on('data', look);
      look();
    });
  for (const stream of [started.stdout, started.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()));
  return { output: () => output, code: new Promise((resolve) => started.once('close', resolve)), process: started, said };
}

/** A node_modules as npm leaves it behind. */
function installed(): void {
  mkdirSync(join(root, 'node_modules'));
  writeFileSync(join(root, 'node_modules', '.package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages: {} }));
}

/** Makes Node claim another version than it has. */
function claiming(version: string): string[] {
  return ['--import', `data:text/javascript,Object.defineProperty(process,'version',{value:'${version}'})`];
}

describe('scripts/run.mjs', { timeout: 30_000 }, () => {
  it('installs what the lock file names when nothing is there, once, and again when the lock file changes', async () => {
    const file = script('const text: string = "ran"; console.log(text);');
    const first = run([file]);
    expect(await first.code).toBe(0);
    expect(first.output()).toContain('Installing locked dependencies…');
    expect(first.output()).toContain('ran');
    expect(existsSync(join(root, 'node_modules', '.orc8r-lock'))).toBe(true);
    const second = run([file]);
    expect(await second.code).toBe(0);
    expect(second.output()).toBe('ran\n');
    lock({ 'node_modules/new': { version: '1.0.0' } });
    const third = run([file]);
    await third.code;
    expect(third.output()).not.toBe('ran\n');
    expect(third.output()).toContain('Installing locked dependencies…');
  });

  it('accepts what was installed by hand', async () => {
    installed();
    const done = run([script('console.log("ran")')]);
    expect(await done.code).toBe(0);
    expect(done.output()).toBe('ran\n');
  });

  it('says in one line that the install failed', async () => {
    lock({ 'node_modules/missing': { version: '1.0.0' } });
    writeFileSync(join(root, 'package.json'), JSON.stringify({ name: 'small', version: '1.0.0', dependencies: { missing: '1.0.0' } }));
    const done = run([script('console.log("ran")')]);
    expect(await done.code).toBe(1);
    expect(done.output()).toContain('The dependencies could not be installed (npm ci ended with code 1).');
    expect(done.output()).not.toContain('ran\n');
  });

  it('hands arguments on, puts node_modules/.bin first in the PATH and ends with the code of the script', async () => {
    installed();
    const done = run([
      script('console.log(JSON.stringify(process.argv.slice(2)), process.env["PATH"]?.split(":")[0]); process.exitCode = 7;'),
      '--flag',
      'a b',
    ]);
    expect(await done.code).toBe(7);
    expect(done.output()).toBe(`["--flag","a b"] ${join(root, 'node_modules', '.bin')}\n`);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('lets the script decide what %s means and prints no stack', async (signal) => {
    installed();
    const done = run([
      script(
        `process.on('${signal}', () => { console.log('stopping'); process.exit(0); }); console.log('ready'); setInterval(() => {}, 1000);`,
      ),
    ]);
    await done.said('ready');
    done.process.kill(signal);
    expect(await done.code).toBe(0);
    expect(done.output()).toBe('ready\nstopping\n');
  });

  it('ends as a shell would when the script dies of a signal', async () => {
    installed();
    const done = run([script('console.log("ready"); setInterval(() => {}, 1000);')]);
    await done.said('ready');
    done.process.kill('SIGINT');
    expect(await done.code).toBe(130);
    expect(done.output()).toBe('ready\n');
  });

  it('asks for a newer Node in one line', async () => {
    installed();
    const old = run([script('console.log("ran")')], claiming('v20.19.9'));
    expect(await old.code).toBe(1);
    expect(old.output()).toMatch(/^Node 20\.20 or newer is needed; this is v20\.19\.9\.[^\n]*\n$/);
    const middling = run([script('console.log("ran")')], claiming('v20.20.0'));
    expect(await middling.code).toBe(1);
    expect(middling.output()).toMatch(/^Node 22\.18 or newer is needed on this kind of machine[^\n]*v20\.20\.0\.[^\n]*\n$/);
  });

  it('names a file that is not there', async () => {
    installed();
    const done = run(['none.ts']);
    expect(await done.code).toBe(1);
    expect(done.output()).toBe(`${join(root, 'none.ts')} does not exist.\n`);
  });
});
