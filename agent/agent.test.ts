import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os, { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeGrpcMessage, prefixMessage, unprefixMessage } from '../core/wire/grpc.ts';
import { Bootstrapper, ChallengeKey_KeyType, Registration } from '../proto/gen/orc8r/protos/bootstrapper_pb.js';
import {
  GenericCommandParamsSchema,
  GenericCommandResponseSchema,
  NetworkTestRequestSchema,
  NetworkTestResponseSchema,
} from '../proto/gen/orc8r/protos/magmad_pb.js';
import { GatewayConfigsSchema } from '../proto/gen/orc8r/protos/mconfig_pb.js';
import { MetricsContainerSchema } from '../proto/gen/orc8r/protos/metricsd_pb.js';
import { ServiceInfoSchema } from '../proto/gen/orc8r/protos/service303_pb.js';
import { ReportStatesRequestSchema } from '../proto/gen/orc8r/protos/state_pb.js';
import type { Agent, AgentOptions } from './agent.ts';
import { createAgent } from './agent.ts';
import { makeAuthority } from './testing/authority.ts';
import type { Peer, TestCloud } from './testing/cloud.ts';
import { startTestCloud } from './testing/cloud.ts';
import { until } from './testing/manual-clock.ts';
import { SHARED_STREAMS } from './streams/streams.ts';

/** What a new gateway says of the streams that all gateways share. */
const NOTHING_SHARED = SHARED_STREAMS.map((stream) => ({ stream, version: 0n, digest: '' }));

let folder: string;
let cloud: TestCloud;
let agents: Agent[];
let refuseBootstrap: ConnectError | undefined;
let logged: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'agent-'));
  agents = [];
  logged = [];
  refuseBootstrap = undefined;
  const challenge = new Uint8Array(randomBytes(512));
  cloud = await startTestCloud(({ service }) => {
    service(Bootstrapper, {
      getChallenge: () => {
        if (refuseBootstrap) throw refuseBootstrap;
        return { keyType: ChallengeKey_KeyType.SOFTWARE_ECDSA_SHA256, challenge };
      },
      requestSign: async ({ csr }) => ({ certDer: await cloud.authority.sign(csr?.csrDer ?? new Uint8Array()) }),
    });
    service(Registration, { register: () => ({ response: { case: 'controlProxy', value: '' } }) });
  });
});
afterEach(async () => {
  await Promise.all(agents.map((agent) => agent.stop()));
  await cloud.close();
  await rm(folder, { recursive: true });
});

function makeAgent(options: Partial<AgentOptions> = {}): Agent {
  const agent = createAgent({
    dataDir: folder,
    controller: cloud.controller,
    bootstrap: cloud.bootstrap,
    ca: cloud.authority.ca,
    reconnect: { baseMs: 1, capMs: 1, slowMs: 1, replacedMs: 1 },
    bootstrapBackoff: { baseMs: 1, capMs: 1 },
    log: (level, message, fields) =>
      void logged.push(
        `${level} ${message} ${JSON.stringify(fields, (_key, value) => (typeof value === 'bigint' ? String(value) : value))}`,
      ),
    ...options,
  });
  agents.push(agent);
  return agent;
}

const mconfig = (interval: number) =>
  new TextEncoder().encode(
    JSON.stringify({
      configsByKey: { magmad: { '@type': 'type.googleapis.com/magma.mconfig.MagmaD', checkinInterval: interval } },
      metadata: { created_at: 1_700_000_000 },
    }),
  );

function push(peer: Peer, version: number, value: Uint8Array): void {
  peer.send({
    case: 'update',
    value: {
      stream: 'configs',
      version: BigInt(version),
      digest: `d${version}`,
      batch: { updates: [{ key: 'gw1', value: Uint8Array.from(value) }], resync: true },
    },
  });
}

/** Answers every call with an empty OK, as the cloud does for ReportStates and Collect. */
function answerCalls(peer: Peer): void {
  let answered = 0;
  peer.socket.on('message', () => {
    for (const { id } of peer.all('call').slice(answered)) {
      answered++;
      peer.send({ case: 'reply', value: { id } });
    }
  });
}

async function callAgent(
  peer: Peer,
  reqId: number,
  path: string,
  request: Uint8Array = new Uint8Array(),
): Promise<{ status: string; message: string; payload: Uint8Array }> {
  peer.send({
    case: 'syncRequest',
    value: { reqId, reqBody: { gwId: 'hw', authority: 'magmad', path, headers: { te: 'trailers' }, payload: prefixMessage(request) } },
  });
  const find = () =>
    peer.all('syncResponse').find((part) => part.reqId === reqId && part.respBody?.headers['grpc-status'] !== undefined)?.respBody;
  await until(() => find() !== undefined, `the answer to ${path}`);
  const body = find();
  return {
    status: body?.headers['grpc-status'] ?? '',
    message: decodeGrpcMessage(body?.headers['grpc-message'] ?? ''),
    payload: body?.payload.length ? unprefixMessage(body.payload) : new Uint8Array(),
  };
}

describe('an agent', () => {
  it('joins from nothing: bootstraps, connects, checks in, is configured', async () => {
    const agent = makeAgent({ token: 'reg_token' });
    const { hardwareId } = await agent.identity();
    const events: string[] = [];
    for (const event of ['bootstrap', 'connected', 'checked-in', 'config-applied'] as const) agent.on(event, () => void events.push(event));
    await agent.start();
    const peer = await cloud.peer(1);
    answerCalls(peer);
    expect(peer.commonName).toBe(hardwareId);
    expect(await peer.next('hello')).toMatchObject({ positions: [{ stream: 'configs', version: 0n, digest: '' }, ...NOTHING_SHARED] });
    const checkin = await peer.next('call');
    expect(checkin.path).toBe('/magma.orc8r.StateService/ReportStates');
    const [state] = fromBinary(ReportStatesRequestSchema, checkin.payload).states;
    expect(state).toMatchObject({ type: 'gw_state', deviceID: hardwareId, version: 0n });
    expect(JSON.parse(new TextDecoder().decode(state?.value))).toMatchObject({ system_status: { mem_total: os.totalmem() } });
    push(peer, 4, mconfig(30));
    expect(await peer.next('ack')).toMatchObject({ stream: 'configs', version: 4n, digest: 'd4' });
    expect(await readFile(join(folder, 'configs', 'gateway.mconfig'))).toEqual(Buffer.from(mconfig(30)));
    await until(() => events.length === 4, 'all events');
    expect(events.slice(0, 2)).toEqual(['bootstrap', 'connected']);
    expect(agent.connected).toBe(true);
  });

  it('after a restart needs no bootstrap and no config, and reports when the config was made', async () => {
    const first = makeAgent();
    await first.start();
    const peer = await cloud.peer(1);
    await until(() => first.connected, 'the connection');
    push(peer, 4, mconfig(30));
    await peer.next('ack');
    await first.stop();
    refuseBootstrap = new ConnectError('nobody may bootstrap', Code.Unavailable);
    await makeAgent().start();
    const second = await cloud.peer(2);
    expect(await second.next('hello')).toMatchObject({ positions: [{ stream: 'configs', version: 4n, digest: 'd4' }, ...NOTHING_SHARED] });
    const { payload } = await second.next('call');
    const state: unknown = JSON.parse(new TextDecoder().decode(fromBinary(ReportStatesRequestSchema, payload).states[0]?.value));
    expect(state).toMatchObject({ platform_info: { config_info: { mconfig_created_at: 1_700_000_000 } } });
  });

  it('nacks a bad config and one of an unknown stream', async () => {
    const agent = makeAgent({ checkin: false });
    const refused = new Promise((resolve) => agent.on('config-refused', resolve));
    await agent.start();
    const peer = await cloud.peer(1);
    await until(() => agent.connected, 'the connection');
    push(peer, 9, new TextEncoder().encode('{"configsByKey":{}}'));
    expect(await peer.next('nack')).toMatchObject({
      stream: 'configs',
      version: 9n,
      reason: 'the mconfig has no magmad',
      path: 'configsByKey.magmad',
    });
    expect(await refused).toMatchObject({ version: 9n });
    peer.send({ case: 'update', value: { stream: 'weather', version: 9n } });
    expect(await peer.next('nack', 2)).toMatchObject({ stream: 'weather', version: 9n });
  });

  it('answers calls from the cloud', async () => {
    const agent = makeAgent({ checkin: false, genericCommands: { echo: 'cat' } });
    await agent.start();
    const peer = await cloud.peer(1);
    await until(() => agent.connected, 'the connection');
    const magmad = '/magma.orc8r.Magmad';
    const generic = toBinary(GenericCommandParamsSchema, create(GenericCommandParamsSchema, { command: 'echo', params: { x: [1, 2] } }));
    const answered = await callAgent(peer, 1, `${magmad}/GenericCommand`, generic);
    expect(fromBinary(GenericCommandResponseSchema, answered.payload).response).toEqual({ x: [1, 2] });
    const tests = toBinary(
      NetworkTestRequestSchema,
      create(NetworkTestRequestSchema, {
        pings: [
          { hostOrIp: '127.0.0.1', numPackets: 1 },
          { hostOrIp: '-bad', numPackets: 1 },
        ],
      }),
    );
    const { pings } = fromBinary(NetworkTestResponseSchema, (await callAgent(peer, 2, `${magmad}/RunNetworkTests`, tests)).payload);
    expect(pings).toMatchObject([{ packetsReceived: 1, error: '' }, { error: expect.stringContaining('not a host name') }]);
    expect(await callAgent(peer, 3, `${magmad}/Reboot`)).toMatchObject({
      status: '9',
      message: expect.stringContaining('--reboot-command'),
    });
    expect(await callAgent(peer, 4, `${magmad}/TailLogs`)).toMatchObject({
      status: '5',
      message: expect.stringContaining('none is configured'),
    });
    expect(await callAgent(peer, 5, `${magmad}/GetConfigs`)).toMatchObject({ status: '5' });
    push(peer, 1, mconfig(30));
    await peer.next('ack');
    const configs = fromBinary(GatewayConfigsSchema, (await callAgent(peer, 6, `${magmad}/GetConfigs`)).payload);
    expect(configs.configsByKey['magmad']?.typeUrl).toBe('type.googleapis.com/magma.mconfig.MagmaD');
    expect(configs.metadata?.createdAt).toBe(1_700_000_000n);
    const info = fromBinary(ServiceInfoSchema, (await callAgent(peer, 7, '/magma.orc8r.Service303/GetServiceInfo')).payload);
    expect(info).toMatchObject({ name: 'magmad', version: '0.1.0', state: 2, health: 2 });
    expect(await callAgent(peer, 8, `${magmad}/StartServices`)).toMatchObject({
      status: '9',
      message: expect.stringContaining('--start-command'),
    });
  });

  it('uploads metrics, keeping them until they are acknowledged, across a restart', async () => {
    const first = makeAgent({ checkin: false, metricsIntervalMs: 20 });
    await first.start();
    const peer = await cloud.peer(1);
    const sent = await peer.next('call');
    expect(sent.path).toBe('/magma.orc8r.MetricsController/Collect');
    await first.stop();
    const kept = await readdir(join(folder, 'metrics'));
    expect(kept.length).toBeGreaterThan(0);
    const second = makeAgent({ checkin: false });
    await second.start();
    const next = await cloud.peer(2);
    answerCalls(next);
    const again = await next.next('call');
    const container = fromBinary(MetricsContainerSchema, again.payload);
    expect(container).toEqual(fromBinary(MetricsContainerSchema, sent.payload));
    expect(container.family.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['cpu_percent', 'mem_total', 'process_cpu_seconds_total', 'checkin_status']),
    );
    await next.next('call', kept.length);
    await second.stop();
    expect((await readdir(join(folder, 'metrics'))).length).toBeLessThanOrEqual(1);
  });

  it('gets a new certificate when the cloud refuses the old one, and comes back by itself', async () => {
    const agent = makeAgent({ checkin: false });
    await agent.start();
    const peer = await cloud.peer(1);
    await until(() => agent.connected, 'the connection');
    peer.socket.close(4401, 'revoked');
    const second = await cloud.peer(2);
    expect(second.serial).not.toBe(peer.serial);
    expect(second.commonName).toBe(peer.commonName);
  });

  it('renews a certificate that has little left, with one reconnect', async () => {
    const { storeCredentials, parseCredentials } = await import('./bootstrap/credentials.ts');
    const { pathsOf } = await import('./storage/paths.ts');
    const agent = makeAgent({ checkin: false });
    const { hardwareId } = await agent.identity();
    const short = await cloud.authority.issue(hardwareId, { notAfter: Date.now() + 19 * 3600_000 });
    await storeCredentials(pathsOf(folder), parseCredentials(short.certificate, short.key));
    await agent.start();
    await until(
      () => cloud.peers.some((peer) => peer.serial !== parseCredentials(short.certificate, short.key).serial),
      'a connection with the new certificate',
    );
    await until(() => agent.connected, 'the welcome');
    expect(cloud.peers.length).toBeLessThanOrEqual(2);
  });

  it('goes on trying while it is not registered, and says what the cloud said', async () => {
    refuseBootstrap = new ConnectError('no gateway is registered with this hardware id', Code.NotFound);
    const agent = makeAgent({ checkin: false });
    const reasons: string[] = [];
    agent.on('bootstrap-failed', ({ reason }) => void reasons.push(reason));
    await agent.start();
    await until(() => reasons.length >= 3, 'three refusals');
    expect(reasons[0]).toBe('NotFound: no gateway is registered with this hardware id');
    refuseBootstrap = undefined;
    await cloud.peer(1);
  });

  it('says what to do when the bootstrap door is of another authority than the root CA', async () => {
    const { ca } = await makeAuthority();
    const agent = makeAgent({ checkin: false, ca });
    const reasons: string[] = [];
    agent.on('bootstrap-failed', ({ reason }) => void reasons.push(reason));
    await agent.start();
    await until(() => reasons.length > 0, 'the refusal');
    expect(reasons[0]).toMatch(/^\w+: the server's certificate is of an authority that is not trusted here: the root CA \(--ca/);
  });

  it('can be stopped at any moment', async () => {
    refuseBootstrap = new ConnectError('no', Code.NotFound);
    const waiting = makeAgent({ dataDir: join(folder, 'a'), bootstrapBackoff: { baseMs: 60_000, capMs: 60_000 } });
    await waiting.start();
    await waiting.stop();
    const unreachable = makeAgent({ dataDir: join(folder, 'b'), bootstrap: 'localhost:1' });
    await unreachable.start();
    await unreachable.stop();
    await makeAgent({ dataDir: join(folder, 'c') }).stop();
    expect(cloud.peers).toEqual([]);
  });

  it('refuses what cannot work with one clear line', async () => {
    expect(() => makeAgent({ ca: 'no PEM' })).toThrow('the root CA is not a PEM certificate');
    expect(() => makeAgent({ controller: 'http://x' })).toThrow('the controller address');
    await writeFile(join(folder, 'file'), '');
    const agent = makeAgent({ dataDir: join(folder, 'file', 'data') });
    await expect(agent.start()).rejects.toThrow(join(folder, 'file'));
  });

  it('never logs a secret', async () => {
    const agent = makeAgent({ token: 'reg_secret-token' });
    await agent.start();
    await until(() => agent.connected, 'the connection');
    const secrets = await Promise.all(['gw_challenge.key', 'gateway.key'].map((name) => readFile(join(folder, 'certs', name), 'utf8')));
    const text = logged.join('\n');
    expect(text).toContain('connected');
    for (const pem of secrets) expect(text).not.toContain(pem.split('\n')[1]);
    expect(text).not.toContain('reg_secret-token');
    expect(text).not.toContain('PRIVATE KEY');
  });
});
