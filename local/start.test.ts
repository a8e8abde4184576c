import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FIXTURE_CONFIG, temporaryFolder } from './fixture/platform.ts';
import { findRuntimes } from './processes.ts';

let folder: ReturnType<typeof temporaryFolder>;
let child: ChildProcess | undefined;

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(() => {
  child?.kill('SIGKILL');
  folder.remove();
});

interface Run {
  output: () => string;
  errors: () => string;
  said: (text: string) => Promise<void>;
  signal: (signal: NodeJS.Signals) => void;
  code: Promise<number | null>;
}

/** What `npm start` runs, with free ports unless other flags are given. */
function start(...flags: string[]): Run {
  const ports = ['api', 'controller', 'bootstrap']
    .filter((door) => !flags.includes(`--${door}-port`))
    .flatMap((door) => [`--${door}-port`, '0']);
  const started = spawn(
    process.execPath,
    [join(import.meta.dirname, 'start.ts'), '--data', folder.path, '--config', FIXTURE_CONFIG, ...ports, ...flags],
    { stdio: ['ignore', 'pipe', 'pipe'], cwd: folder.path },
  );
  child = started;
  let output = '';
  let errors = '';
  started.stdout.on('data', (data: Buffer) => (output += data.toString()));
  started.stderr.on('data', (data: Buffer) => (errors += data.toString()));
  const code = new Promise<number | null>((resolve) => started.once('close', resolve));
  return {
    output: () => output,
    errors: () => errors,
    said: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!output.includes(text)) return;
          started.stdout.off('data', look);
          resolve();
        };
        started.stdout.on('data', look);
        void code.then(() => reject(new Error(`ended without saying "${text}": ${errors}`)));
        look();
      }),
    signal: (signal) => void started.kill(signal),
    code,
  };
}

describe('npm start', { timeout: 30_000 }, () => {
  it('shows its progress, the addresses, the credentials and curl lines that work when pasted', async () => {
    const run = start();
    await run.said('Ctrl-C stops it.');
    expect(run.output()).toContain('[1/7] ');
    expect(run.output()).toContain('[7/7] ');
    expect(run.output()).toMatch(/gateways may be awake/);
    const lines = run
      .output()
      .split('\n')
      .filter((line) => line.trim().startsWith('curl '));
    expect(lines).toHaveLength(2);
    for (const line of lines) {
      // The fixture has no such route: what matters is that TLS and the front let the line through to the Worker.
      expect(execFileSync('/bin/sh', ['-c', `${line.trim().replace('curl', 'curl -sS')}`], { encoding: 'utf8', cwd: folder.path })).toBe(
        'not here',
      );
    }
    run.signal('SIGTERM');
    expect(await run.code).toBe(0);
    expect(run.errors()).toBe('');
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('stops everything it started on %s, within five seconds', async (signal) => {
    const run = start();
    await run.said('Ctrl-C stops it.');
    expect(findRuntimes(folder.path)).toHaveLength(1);
    const at = performance.now();
    run.signal(signal);
    // From the terminal and from npm: the second of the two must not cut the stop short.
    run.signal(signal);
    expect(await run.code).toBe(0);
    expect(performance.now() - at).toBeLessThan(5000);
    expect(findRuntimes(folder.path)).toEqual([]);
  });

  it('leaves nothing behind when it is stopped while it starts', async () => {
    const run = start();
    await run.said('[6/7]');
    run.signal('SIGINT');
    expect(await run.code).toBe(0);
    const gone = async (): Promise<void> => {
      while (findRuntimes(folder.path).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    await gone();
  });

  it('tells a taken port in one line', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const run = start('--bootstrap-port', String(port));
    expect(await run.code).toBe(1);
    expect(run.errors()).toBe(
      `Port ${port} on 127.0.0.1 is taken by another program. Stop that one or choose another port with --bootstrap-port.\n`,
    );
    other.close();
  });

  it('tells a second start on the same folder in one line', async () => {
    const first = start();
    const firstChild = child;
    await first.said('Ctrl-C stops it.');
    const second = start();
    expect(await second.code).toBe(1);
    expect(second.errors()).toMatch(/^The data folder .* is in use by a running platform \(process \d+\)\. [^\n]*\n$/);
    firstChild?.kill('SIGTERM');
    expect(await first.code).toBe(0);
  });

  it('tells a wrong flag in one line and ends with 2', async () => {
    const run = start('--colour', 'red');
    expect(await run.code).toBe(2);
    expect(run.errors()).toBe('Unknown option \'--colour\'. Run "npm start -- --help" to see the flags.\n');
  });

  it('explains its flags', async () => {
    const run = start('--help');
    expect(await run.code).toBe(0);
    for (const flag of ['--host', '--api-port', '--controller-port', '--bootstrap-port', '--data', '--domain'])
      expect(run.output()).toContain(flag);
  });
});
