import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Agent, createAgent } from '../../agent/agent.ts';
import { ensureGateway, ensureNetwork, lteGateway } from '../../local/demo/network.ts';
import { findRuntimes, isAlive } from '../../local/processes.ts';
import { type RestClient, restClient } from '../../local/rest-client.ts';
import { StateService } from '../../proto/gen/orc8r/protos/state_pb.js';
import { addGateway, holderOf } from '../harness/identities.ts';
import { eventually, next, startTestPlatform, type TestPlatform } from '../harness/platform.ts';
import { configOf, configsOf, convergenceOf, mconfigPath, readMconfig, seenAs, viewOf } from '../harness/views.ts';
import { accepted, startWriter, type Writer } from '../harness/writers.ts';

const ROUNDS = 3;
/** Acknowledged writes of each writer before a kill and after it. */
const ENOUGH = 5;
const NAMES = ['gw1', 'gw2', 'gw3'] as const;

const TIERS = '/magma/v1/networks/n/tiers';
const magmadOf = (id: string) => `/magma/v1/lte/n/gateways/${id}/magmad`;
const { magmad } = lteGateway('', { hardwareId: '', publicKey: '', keyType: 'SOFTWARE_ECDSA_SHA256' });
/** The least interval that REST takes; writers count up from it. */
const BASE = 15;
const tierName = (round: string, number: number) => `t_${round}_${number}`;

interface Writers {
  readonly settings: ReadonlyMap<string, Writer>;
  readonly tiers: Writer;
}

/** Whatever becomes of a test, nobody goes on writing. */
const running = new Set<Writer>();
afterEach(async () => {
  await Promise.all([...running].map((writer) => writer.stop()));
  running.clear();
});

/** An operator who changes settings of every gateway, and one who makes things. */
function startWriters(rest: RestClient, round: string, first: number): Writers {
  const writers: Writers = {
    settings: new Map(
      NAMES.map((id) => [
        id,
        startWriter((number) => accepted(rest, 'PUT', magmadOf(id), { ...magmad, checkin_interval: first + number })),
      ]),
    ),
    tiers: startWriter((number) =>
      accepted(rest, 'POST', TIERS, { id: tierName(round, number), version: '1.0', images: [], gateways: [] }),
    ),
  };
  for (const writer of all(writers)) running.add(writer);
  return writers;
}

const all = ({ settings, tiers }: Writers): Writer[] => [...settings.values(), tiers];
const counts = (writers: readonly Writer[]) => writers.map(({ acknowledged }) => acknowledged.length);

/** Waits until each writer got that many more writes through. */
async function progress(writers: readonly Writer[], more: number): Promise<void> {
  const goals = counts(writers).map((count) => count + more);
  await eventually(
    async () => counts(writers),
    (now) => now.every((count, index) => count >= (goals[index] ?? 0)),
  );
}

/** Everything that was acknowledged is there, and nothing that nobody tried. */
async function expectKept(rest: RestClient, round: string, first: number, { settings, tiers }: Writers): Promise<void> {
  for (const [id, writer] of settings) {
    const { checkin_interval: kept } = (await rest.must('GET', magmadOf(id))).body as { checkin_interval: number };
    // A write that was cut off may have been committed without its writer hearing of it.
    expect(kept - first).toBeGreaterThanOrEqual(writer.acknowledged.at(-1) ?? 0);
    expect(kept - first).toBeLessThanOrEqual(writer.tried);
  }
  const kept = (await rest.must('GET', TIERS)).body as string[];
  expect(kept).toEqual(expect.arrayContaining(tiers.acknowledged.map((number) => tierName(round, number))));
  const tried = new Set(Array.from({ length: tiers.tried }, (_, index) => tierName(round, index + 1)));
  expect(kept.filter((id) => id.startsWith(`t_${round}_`) && !tried.has(id))).toEqual([]);
}

/** Every agent is connected, in sync, and has on disk what REST says. */
async function expectInSync(rest: RestClient, path: (id: string) => string): Promise<void> {
  const report = await eventually(
    () => convergenceOf({ rest }, 'n'),
    ({ gateways }) => NAMES.every((name) => gateways.find(({ id }) => id === name)?.state === 'in_sync'),
  );
  for (const id of NAMES) {
    const { checkin_interval: wanted } = (await rest.must('GET', magmadOf(id))).body as { checkin_interval: number };
    expect(configOf(readMconfig(path(id)), 'magmad')['checkinInterval']).toBe(wanted);
  }
  expect(report.network_id).toBe('n');
}

describe('the runtime, killed with SIGKILL while writes and check-ins run', () => {
  let test: TestPlatform;
  let agents: Agent[];

  beforeAll(async () => {
    test = await startTestPlatform();
    agents = [];
    for (const id of NAMES) agents.push(await test.join('n', id));
  });

  afterAll(() => test?.close());

  it('loses nothing that was acknowledged, and every agent is back and in sync without help', async () => {
    const { rest } = test;
    const subject = await addGateway(test, 'n', 'reporter');
    const { client } = await holderOf(test, { subject });
    const transport = createConnectTransport({
      baseUrl: test.platform.addresses.controller,
      httpVersion: '1.1',
      defaultTimeoutMs: 5000,
      nodeOptions: { ca: test.ca, cert: client.certificate, key: client.key, agent: false },
    });
    const states = createClient(StateService, transport);
    const checkins = startWriter(async (number) => {
      const value = Buffer.from(JSON.stringify({ meta: { number: String(number) } }));
      const { unreportedStates } = await states.reportStates({ states: [{ type: 'gw_state', deviceID: subject, value }] });
      return unreportedStates.length === 0;
    });
    running.add(checkins);

    const pids = new Set<number>();
    for (let round = 1; round <= ROUNDS; round += 1) {
      const first = BASE + round * 10_000;
      const writers = startWriters(rest, String(round), first);
      await progress([...all(writers), checkins], ENOUGH);
      const pid = test.platform.runtimePid();
      if (pid === undefined) throw new Error('no runtime');
      pids.add(pid);
      const cut = agents.map((agent) => next(agent, 'disconnected'));
      const back = Promise.all(agents.map((agent) => next(agent, 'checked-in')));
      process.kill(pid, 'SIGKILL');
      await Promise.all(cut);
      await progress([...all(writers), checkins], ENOUGH);
      await Promise.all(all(writers).map((writer) => writer.stop()));
      for (const { ok } of await back) expect(ok).toBe(true);
      await expectKept(rest, String(round), first, writers);
      await expectInSync(rest, (id) => mconfigPath(test, 'n', id));
    }
    expect(pids.size).toBe(ROUNDS);
    expect(findRuntimes(test.folder)).toHaveLength(1);

    await checkins.stop();
    const last = checkins.acknowledged.at(-1) ?? 0;
    await eventually(
      async () => (await rest.must('GET', '/magma/v1/lte/n/gateways/reporter/status')).body as { meta: { number: string } },
      ({ meta }) => Number(meta.number) >= last,
    );

    // A commit is whole: no tier without its row in the audit log, and none in the log that is not there.
    const d1 = await test.platform.d1();
    const tiers = (await rest.must('GET', TIERS)).body as string[];
    const { results } = await d1
      .prepare("SELECT target FROM audit WHERE network_id = 'n' AND action = 'tier.create' AND outcome = 'ok' ORDER BY target")
      .all();
    expect(results.map(({ target }) => target)).toEqual(tiers.toSorted());
    // Nothing is left to tell anybody.
    await eventually(
      () => d1.prepare('SELECT count(*) AS waiting FROM outbox').first('waiting'),
      (waiting) => waiting === 0,
    );
  });
});

describe('the whole platform', () => {
  let folder: string;
  let ports: number[];
  let child: ChildProcess;
  let rest: RestClient;
  const agents = new Map<string, Agent>();
  const path = (id: string) => join(folder, 'agents', id, 'configs', 'gateway.mconfig');

  /** What `npm start` runs; resolves when it is ready. */
  async function start(): Promise<void> {
    const flags = ['api', 'controller', 'bootstrap'].flatMap((door, index) => [`--${door}-port`, String(ports[index])]);
    const script = join(import.meta.dirname, '..', '..', 'local', 'start.ts');
    const started = spawn(process.execPath, [script, '--data', folder, ...flags], { stdio: ['ignore', 'pipe', 'pipe'] });
    child = started;
    let said = '';
    started.stderr.on('data', (data: Buffer) => (said += data.toString()));
    await new Promise<void>((resolve, reject) => {
      started.stdout.on('data', (data: Buffer) => {
        said += data.toString();
        if (said.includes('Ctrl-C stops it.')) resolve();
      });
      started.once('exit', (code) => reject(new Error(`ended with ${code}: ${said}`)));
    });
  }

  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    child.kill(signal);
    return ended;
  };

  function agentOf(id: string): Agent {
    const agent = createAgent({
      dataDir: join(folder, 'agents', id),
      controller: `wss://127.0.0.1:${ports[1]}`,
      bootstrap: `https://127.0.0.1:${ports[2]}`,
      ca: readFileSync(join(folder, 'ca', 'root.pem'), 'utf8'),
      metrics: false,
      reconnect: { baseMs: 50, capMs: 500 },
      bootstrapBackoff: { baseMs: 50, capMs: 500 },
    });
    agents.set(id, agent);
    return agent;
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'orc8r-e2e-'));
    ports = await freePorts(3);
    await start();
    const token = readFileSync(join(folder, 'operators', 'admin', 'token'), 'utf8').trim();
    rest = restClient({ base: `https://127.0.0.1:${ports[0]}`, caFile: join(folder, 'ca', 'root.pem'), token });
    await ensureNetwork(rest, 'n', 'n');
    for (const id of NAMES) {
      const agent = agentOf(id);
      await ensureGateway(rest, 'n', id, await agent.identity());
      const applied = next(agent, 'config-applied');
      await agent.start();
      await applied;
    }
  });

  afterAll(async () => {
    await Promise.all([...agents.values()].map((agent) => agent.stop()));
    rest?.close();
    child?.kill('SIGKILL');
    for (const { pid } of findRuntimes(folder)) process.kill(pid, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  it('killed with SIGKILL and started again on its data folder has everything, its orphan is gone, and the agents are back', async () => {
    const writers = startWriters(rest, 'kill', BASE);
    await progress(all(writers), ENOUGH);
    const [orphan, ...others] = findRuntimes(folder);
    expect(others).toEqual([]);
    const cut = [...agents.values()].map((agent) => next(agent, 'disconnected'));
    await end('SIGKILL');
    await Promise.all([...cut, ...all(writers).map((writer) => writer.stop())]);
    const back = [...agents.values()].map((agent) => next(agent, 'checked-in'));
    await start();
    expect(findRuntimes(folder)).toHaveLength(1);
    expect(isAlive(orphan?.pid ?? 0)).toBe(false);

    await expectKept(rest, 'kill', BASE, writers);
    for (const { ok } of await Promise.all(back)) expect(ok).toBe(true);
    await expectInSync(rest, path);
    const applied = next(agents.get('gw1') as Agent, 'config-applied');
    await rest.must('PUT', magmadOf('gw1'), { ...magmad, checkin_interval: 999 });
    await applied;
    await expectInSync(rest, path);
  });

  it('stopped in order finds its state on disk again', async () => {
    const gone = agents.get('gw3') as Agent;
    await gone.stop();
    const before = await seenAs({ rest }, 'n', 'gw3', 'offline');
    const status = (await rest.must('GET', '/magma/v1/lte/n/gateways/gw3/status')).body;
    const gateways = (await rest.must('GET', '/magma/v1/networks/n/tiers')).body;
    const { version } = await convergenceOf({ rest }, 'n');
    const staying = NAMES.filter((id) => id !== 'gw3').map((id) => agents.get(id) as Agent);
    const cut = staying.map((agent) => next(agent, 'disconnected'));

    expect(await end('SIGTERM')).toBe(0);
    expect(findRuntimes(folder)).toEqual([]);
    await Promise.all(cut);
    await expect(rest.call('GET', '/magma/v1/networks')).rejects.toThrow();
    const back = staying.map((agent) => next(agent, 'connected'));
    await start();

    expect((await rest.must('GET', '/magma/v1/networks/n/tiers')).body).toEqual(gateways);
    expect((await rest.must('GET', '/magma/v1/lte/n/gateways/gw3/status')).body).toEqual(status);
    expect(await viewOf({ rest }, 'n', 'gw3')).toEqual(before);
    expect((await convergenceOf({ rest }, 'n')).version).toBe(version);
    await Promise.all(back);
    // Nobody was sent anything again: what was confirmed before the stop still counts.
    for (const id of ['gw1', 'gw2']) {
      const view = await seenAs({ rest }, 'n', id, 'in_sync');
      expect(configsOf(view).acked_version).toBe(configsOf(view).desired_version);
    }
    const applied = next(agentOf('gw3'), 'config-applied');
    await rest.must('PUT', magmadOf('gw3'), { ...magmad, checkin_interval: 777 });
    await (agents.get('gw3') as Agent).start();
    await applied;
    await expectInSync(rest, path);
  });
});

/** Ports that were free a moment ago. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
