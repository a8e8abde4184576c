import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { call, callJson, openSocket } from './fixture/client.ts';
import { FIXTURE_CONFIG, FREE_PORTS, callersOf, startFixture, temporaryFolder } from './fixture/platform.ts';
import type { OperatorRegistration } from './operator.ts';
import type { Platform } from './platform.ts';
import { findRuntimes, isAlive } from './processes.ts';

let folder: ReturnType<typeof temporaryFolder>;
let started: Platform[];

beforeEach(() => {
  folder = temporaryFolder();
  started = [];
});

afterEach(async () => {
  for (const platform of started) await platform.stop();
  folder.remove();
});

async function start(options: Parameters<typeof startFixture>[1] = {}): Promise<Platform> {
  const platform = await startFixture(folder.path, options);
  started.push(platform);
  return platform;
}

function api(platform: Platform, path: string): Promise<unknown> {
  return callJson(callersOf(platform).nobody, `${platform.addresses.api}${path}`);
}

/** Asks until the answer is there; a runtime that is away answers 503. */
async function until<T>(ask: () => Promise<T> | T, good: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await ask();
    if (good(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('a started platform', { timeout: 30_000 }, () => {
  it('finds everything again after a stop: state, certificates, credentials', async () => {
    const registered: OperatorRegistration[] = [];
    const registerOperator = async (_d1: D1Database, operator: OperatorRegistration): Promise<void> => void registered.push(operator);
    const first = await start({ registerOperator });
    expect(await api(first, '/count')).toBe(1);
    await call(callersOf(first).nobody, `${first.addresses.api}/write?id=kept`);
    const d1 = await first.d1();
    expect((await d1.prepare('SELECT count(*) AS operators FROM operators').first())?.['operators']).toBe(1);
    const { root, secret } = { root: readFileSync(first.credentials.rootFile, 'utf8'), secret: await api(first, '/bindings') };
    await first.stop();
    expect(findRuntimes(folder.path)).toEqual([]);
    expect(existsSync(join(folder.path, 'run.json'))).toBe(false);

    const second = await start({ registerOperator });
    expect(await api(second, '/count')).toBe(2);
    expect(await api(second, '/written')).toEqual(['kept']);
    expect(readFileSync(second.credentials.rootFile, 'utf8')).toBe(root);
    expect(second.credentials.token).toBe(first.credentials.token);
    expect(registered[0]).toEqual(registered[1]);
    expect(registered[0]).toMatchObject({
      name: 'admin',
      token: first.credentials.token,
      certificate: { serial: expect.stringMatching(/^[1-9A-F][0-9A-F]+$/) },
    });
    // The secret that makes identity believed is never used twice.
    expect((await api(second, '/bindings')) as object).not.toMatchObject({
      FRONT_SECRET: (secret as Record<string, string>)['FRONT_SECRET'],
    });
    for (const file of [
      second.credentials.keyFile,
      second.credentials.tokenFile,
      second.credentials.pkcs12File,
      join(folder.path, 'ca', 'certifier.key'),
    ]) {
      expect(statSync(file).mode & 0o777, file).toBe(0o600);
    }
  });

  it('starts the runtime again on the same state and ports when it is killed', async () => {
    const platform = await start();
    const { admin, nobody } = callersOf(platform);
    const socket = await openSocket(admin, `${platform.addresses.controller}/socket`);
    if (!('close' in socket)) throw new Error('refused');
    const cut = new Promise((resolve) => socket.once('close', resolve));
    for (let kill = 1; kill <= 2; kill += 1) {
      expect(await api(platform, '/count')).toBe(kill);
      const pid = platform.runtimePid();
      if (pid === undefined) throw new Error('no runtime');
      process.kill(pid, 'SIGKILL');
      await until(
        () => isAlive(pid),
        (alive) => !alive,
      );
      await until(
        () => call(nobody, `${platform.addresses.api}/shown`),
        ({ status }) => status === 200,
      );
      const next = await until(
        () => platform.runtimePid(),
        (found) => found !== undefined && found !== pid,
      );
      expect(findRuntimes(folder.path).map((found) => found.pid)).toEqual([next]);
    }
    await cut;
    expect(await api(platform, '/count')).toBe(3);
    await (await platform.d1()).prepare('SELECT 1').run();
  });

  it('can be given a new runtime on demand, without closing its doors', async () => {
    const platform = await start();
    expect(await api(platform, '/count')).toBe(1);
    const before = platform.runtimePid();
    await platform.restartRuntime();
    expect(platform.runtimePid()).not.toBe(before);
    expect(await api(platform, '/count')).toBe(2);
  });

  it('runs the scheduled handler at the start and then at each interval', async () => {
    const platform = await start({ cronInterval: 100 });
    await until(
      () => api(platform, '/scheduled'),
      (runs) => Number(runs) >= 3,
    );
  });

  it('reports each step once', async () => {
    const steps: [string, number, number][] = [];
    await start({ progress: (...step) => steps.push(step) });
    expect(steps.map(([, done]) => done)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(new Set(steps.map(([, , total]) => total))).toEqual(new Set([7]));
    expect(steps.at(-1)?.[0]).toBe('Ready');
  });

  it('runs extra workers on sockets of their own', async () => {
    const platform = await start({
      extraWorkers: [
        {
          name: 'bare',
          compatibilityDate: '2026-10-01',
          modules: true,
          script: 'export default { fetch: () => new Response("bare") }',
          unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
        },
      ],
    });
    expect(await (await fetch(await platform.directUrl('bare'))).text()).toBe('bare');
  });
});

describe('a start that cannot go on', { timeout: 30_000 }, () => {
  it('names a taken port, leaves nothing behind and lets go of the folder', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    await expect(startFixture(folder.path, { ports: { ...FREE_PORTS, controller: port } })).rejects.toThrow(
      `Port ${port} on 127.0.0.1 is taken by another program. Stop that one or choose another port with --controller-port.`,
    );
    other.close();
    expect(findRuntimes(folder.path)).toEqual([]);
    await start();
  });

  it('refuses a folder that a running platform uses', async () => {
    await start();
    await expect(startFixture(folder.path)).rejects.toThrow(
      `The data folder ${folder.path} is in use by a running platform (process ${process.pid}).`,
    );
  });

  it('takes over the folder of a dead start and kills its orphaned runtime', async () => {
    const script = join(folder.path, 'parent.ts');
    const data = join(folder.path, 'data');
    writeFileSync(
      script,
      `import { startPlatform } from ${JSON.stringify(join(import.meta.dirname, 'platform.ts'))};
       const platform = await startPlatform(${JSON.stringify({ dataDir: data, ports: FREE_PORTS, config: FIXTURE_CONFIG })});
       process.stdout.write(String(platform.runtimePid()));`,
    );
    const parent = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const orphan = Number(await new Promise<Buffer>((resolve) => parent.stdout.once('data', resolve)));
    const ended = new Promise((resolve) => parent.once('exit', resolve));
    parent.kill('SIGKILL');
    await ended;
    expect(isAlive(orphan)).toBe(true);
    const platform = await startFixture(data);
    started.push(platform);
    expect(findRuntimes(data).map((found) => found.pid)).toEqual([platform.runtimePid()]);
    expect(platform.runtimePid()).not.toBe(orphan);
  });

  it('names a damaged authority and the way out', async () => {
    await (await start()).stop();
    const key = join(folder.path, 'ca', 'certifier.key');
    writeFileSync(key, 'not a key');
    await expect(startFixture(folder.path)).rejects.toThrow(
      new RegExp(`The file ${key} is damaged .*delete the folder ${join(folder.path, 'ca')}`),
    );
  });

  it('names a data folder that is a file, and a host that is not ours', async () => {
    const file = join(folder.path, 'file');
    writeFileSync(file, '');
    await expect(startFixture(file)).rejects.toThrow(`The data folder ${file} cannot be used: a file of that name is in the way.`);
    if (process.platform === 'linux')
      await expect(startFixture('/proc/none/at/all')).rejects.toThrow(
        'The data folder /proc/none/at/all cannot be used: no folder can be made there. Mend that or choose another with --data.',
      );
    await expect(startFixture(folder.path, { host: '192.0.2.1' })).rejects.toThrow('The host 192.0.2.1 is not an address of this machine.');
  });

  it('names the place where the Worker does not build', async () => {
    const config = join(folder.path, 'wrangler.toml');
    writeFileSync(config, 'name = "broken"\nmain = "broken.ts"\ncompatibility_date = "2026-10-01"\n');
    writeFileSync(join(folder.path, 'broken.ts'), 'export default {\n  fetch( {\n');
    await expect(startFixture(join(folder.path, 'data'), { config })).rejects.toThrow(
      /The Worker .*broken\.ts does not build: .*broken\.ts:\d/,
    );
  });
});
