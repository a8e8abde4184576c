import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ensureNetwork, lteGateway } from '../../local/demo/network.ts';
import { findRuntimes } from '../../local/processes.ts';
import { type Command, endCommands, ROOT, runCommand } from '../harness/command.ts';
import { eventually, startTestPlatform, type TestPlatform } from '../harness/platform.ts';

const FREE_PORTS = ['--api-port', '0', '--controller-port', '0', '--bootstrap-port', '0'];

let folder: string;
beforeEach(() => {
  // A name that a shell would take apart.
  folder = mkdtempSync(join(tmpdir(), "orc8r it's here-"));
});
afterEach(() => {
  endCommands();
  rmSync(folder, { recursive: true, force: true });
});

/** What a user sees who pastes a line into bash. */
const paste = (line: string): string =>
  execFileSync('bash', ['-c', line], { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
const quietly = (curl: string): string => curl.trim().replace('curl', 'curl -sS');
/** What the command itself complained about; npm adds lines of its own. */
const complaint = (command: Command): string[] =>
  command
    .errors()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('npm '));

async function expectNothingLeft(): Promise<void> {
  await eventually(
    async () => findRuntimes(folder),
    (left) => left.length === 0,
    5000,
  );
}

async function takenPort(): Promise<{ port: number; free: () => Promise<unknown> }> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return { port: (server.address() as AddressInfo).port, free: () => new Promise((resolve) => server.close(resolve)) };
}

describe('npm start', () => {
  it('shows its progress, addresses and curl lines that work when pasted, and ends with everything on Ctrl-C', async () => {
    const start = runCommand('npm', 'start', '--', '--data', folder, ...FREE_PORTS);
    await start.said(/Ctrl-C stops it\./);
    for (let step = 1; step <= 7; step += 1) expect(start.output()).toContain(`[${step}/7] `);
    for (const door of ['REST API', 'Gateways', 'Bootstrap'])
      expect(start.output()).toMatch(new RegExp(`${door} +https://127\\.0\\.0\\.1:[1-9]\\d+ `));
    const lines = start.output().match(/^ +curl .*$/gm) ?? [];
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(JSON.parse(paste(quietly(line)))).toEqual([]);
    expect(findRuntimes(folder)).toHaveLength(1);
    start.interrupt();
    expect([0, 'SIGINT']).toContain(await start.end);
    expect(start.output()).toContain('Stopping ...');
    expect(complaint(start)).toEqual([]);
    await expectNothingLeft();
  });

  it('tells a taken port, an unusable data folder and a wrong flag in one line each', async () => {
    const { port, free } = await takenPort();
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const inUse = runCommand('npm', 'start', '--', '--data', join(folder, 'a'), ...FREE_PORTS, '--api-port', String(port));
    const blocked = runCommand('npm', 'start', '--', '--data', join(file, 'b'), ...FREE_PORTS);
    const wrong = runCommand('npm', 'start', '--', '--colour', 'red');
    expect([await inUse.end, await blocked.end, await wrong.end]).toEqual([1, 1, 2]);
    expect(complaint(inUse)).toEqual([
      `Port ${port} on 127.0.0.1 is taken by another program. Stop that one or choose another port with --api-port.`,
    ]);
    expect(complaint(blocked)).toEqual([expect.stringMatching(/^The data folder .* cannot be used: .* choose another with --data\.$/)]);
    expect(complaint(wrong)).toEqual(['Unknown option \'--colour\'. Run "npm start -- --help" to see the flags.']);
    await free();
    await expectNothingLeft();
  });
});

describe('npm run demo', () => {
  /** The newest table: version desired and acked of each gateway that is in sync. */
  const inSync = (output: string): { desired: number; acked: number }[] => {
    const table = output.slice(output.lastIndexOf('┌'));
    return [...table.matchAll(/gw\d+ .*?│ +(\d+) +│ +(\d+) +│ in sync/g)].map(([, desired, acked]) => ({
      desired: Number(desired),
      acked: Number(acked),
    }));
  };

  it('brings five gateways in sync and shows a changed configuration within a second', async () => {
    const demo = runCommand('npm', 'run', 'demo', '--', '--seconds', '6', '--data', folder, ...FREE_PORTS);
    const [, curl = ''] = await demo.said(/\n +(curl [\s\S]*?\/cellular\/ran)\n/);
    const before = await eventually(
      async () => inSync(demo.output()),
      (rows) => rows.length === 5 && rows.every(({ desired, acked }) => desired === acked),
    );
    expect(paste(quietly(curl))).toBe('');
    const newest = Math.max(...before.map(({ desired }) => desired));
    const after = await eventually(
      async () => inSync(demo.output()),
      (rows) => rows.length === 5 && rows.every(({ desired, acked }) => desired > newest && desired === acked),
      1000,
    );
    expect(after).toHaveLength(5);
    // It stops by itself, with everything.
    expect(await demo.end).toBe(0);
    expect(complaint(demo)).toEqual([]);
    await expectNothingLeft();
  });
});

describe('npx orc8r-agent', () => {
  let test: TestPlatform;
  beforeAll(async () => {
    test = await startTestPlatform();
  });
  afterAll(() => test?.close());

  it('tells its flags, its version, and the identity to register', async () => {
    const help = runCommand('npx', 'orc8r-agent', '--help');
    const version = runCommand('npx', 'orc8r-agent', '--version');
    const identity = runCommand('npx', 'orc8r-agent', 'identity', '--data', folder);
    const wrong = runCommand('npx', 'orc8r-agent', '--colour', 'red');
    expect([await help.end, await version.end, await identity.end, await wrong.end]).toEqual([0, 0, 0, 2]);
    for (const flag of ['--controller', '--bootstrap', '--ca', '--data', '--token', '--help']) expect(help.output()).toContain(flag);
    expect(version.output()).toMatch(/^orc8r-agent \d+\.\d+\.\d+\n$/);
    expect(JSON.parse(identity.output().slice(identity.output().indexOf('{')))).toEqual({
      hardware_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      key: { key_type: 'SOFTWARE_ECDSA_SHA256', key: expect.stringMatching(/^MH/) },
    });
    expect(complaint(wrong)).toEqual([expect.stringMatching(/^orc8r-agent: .*--colour/)]);
  });

  it('joins with a token, is configured, and stops on Ctrl-C', async () => {
    await ensureNetwork(test.rest, 'cli', 'cli');
    const { device: _, ...gateway } = lteGateway('joined', { hardwareId: '', publicKey: '', keyType: 'SOFTWARE_ECDSA_SHA256' });
    await test.rest.must('POST', '/magma/v1/lte/cli/gateways', gateway);
    const { registration_info } = (await test.rest.must('GET', '/magma/v1/lte/cli/gateways/joined')).body as {
      registration_info: { registration_token: string };
    };
    const { addresses, credentials } = test.platform;
    const doors = [
      '--controller',
      new URL(addresses.controller).host,
      '--bootstrap',
      new URL(addresses.bootstrap).host,
      '--ca',
      credentials.rootFile,
    ];
    const agent = runCommand('npx', 'orc8r-agent', ...doors, '--data', folder, '--token', registration_info.registration_token);
    interface View {
      gateways: { id: string; connected: boolean; state: string; last_checkin: number | null }[];
    }
    const find = async () =>
      ((await test.rest.must('GET', '/magma/v1/networks/cli/convergence')).body as View).gateways.find(({ id }) => id === 'joined');
    await eventually(find, (row) => row?.connected === true && row.state === 'in_sync' && row.last_checkin !== null);
    expect(agent.output()).not.toContain(registration_info.registration_token);
    agent.interrupt();
    expect([0, 'SIGINT']).toContain(await agent.end);
    expect(agent.output()).toContain('stopped');
    await eventually(find, (row) => row?.connected === false);
  });
});

describe('npm run dev', () => {
  it('serves the API door with the token it prints, and ends on Ctrl-C', async () => {
    const dev = runCommand('npm', 'run', 'dev', '--', '--port', '0', '--data', folder);
    await dev.said(/Ready on http:\/\/127\.0\.0\.1:\d+/);
    const [line = ''] = dev.output().match(/^ +curl .*$/m) ?? [];
    expect(JSON.parse(paste(quietly(line)))).toEqual([]);
    const nobody = JSON.parse(paste(quietly(line.replace(/-H "[^"]*"/, '')))) as { code: string };
    expect(nobody.code).toBe('credentials_required');
    dev.interrupt();
    expect([0, 'SIGINT']).toContain(await dev.end);
    const workerd = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).split('\n');
    expect(workerd.filter((args) => args.includes(folder))).toEqual([]);
  });
});
