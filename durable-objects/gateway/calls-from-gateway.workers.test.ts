import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { GrpcStatus } from '../../core/wire/grpc.ts';
import { MAX_FRAME_BYTES, MAX_GATEWAY_CALLS } from '../../core/wire/limits.ts';
import { SouthboundConfigurator } from '../../proto/gen/orc8r/cloud/go/services/configurator/protos/southbound_pb.js';
import { MetricsContainerSchema, MetricsController } from '../../proto/gen/orc8r/protos/metricsd_pb.js';
import { StateService } from '../../proto/gen/orc8r/protos/state_pb.js';
import { DataUpdateBatchSchema, StreamRequestSchema, Streamer } from '../../proto/gen/orc8r/protos/streamer_pb.js';
import { Reply_Content } from '../../proto/gen/orc8r/sync/v1/frame_pb.js';
import type { ObjectBindings } from '../ports.ts';
import { gateway, migrateD1, network } from '../../test/workers/environment.ts';
import { rebind } from '../../test/workers/faults.ts';
import { createNetwork, newGateway, write } from '../../test/workers/fleet.ts';
import { client, connect, type TestSocket, until } from '../../test/workers/socket.ts';
import { MetricOutbox } from './metric-outbox.ts';
import { stateStore } from './states.ts';

const { reportStates, syncStates } = StateService.method;
const { collect } = MetricsController.method;
const GET_MCONFIG = `/${SouthboundConfigurator.typeName}/${SouthboundConfigurator.method.getMconfig.name}`;
const GET_UPDATES = `/${Streamer.typeName}/${Streamer.method.getUpdates.name}`;
const REPORT = `/${StateService.typeName}/${reportStates.name}`;
const SYNC = `/${StateService.typeName}/${syncStates.name}`;
const COLLECT = `/${MetricsController.typeName}/${collect.name}`;

let count = 0;
let net: string;
let hw: string;

const text = (value: string) => new TextEncoder().encode(value);
const state = (value: string, more: { type?: string; deviceID?: string; version?: bigint } = {}) =>
  toBinary(reportStates.input, create(reportStates.input, { states: [{ type: 'gw_state', deviceID: hw, value: text(value), ...more }] }));
const metrics = (bytes: number) =>
  toBinary(collect.input, create(collect.input, { gatewayId: 'forged', family: [{ name: 'x'.repeat(bytes) }] }));
const southbound = (path: string, payload: Uint8Array) => gateway(hw).port.southbound(client(hw, net, 'g1'), path, payload);
const waiting = (limit = 1000) =>
  (gateway(hw).stub as unknown as { waitingMetrics(limit: number): Promise<{ sequence: number; container: Uint8Array }[]> }).waitingMetrics(
    limit,
  );
/** Runs inside the object, on its own storage. */
const inside = <T>(work: (sql: SqlStorage) => T): Promise<T> => runInDurableObject(gateway(hw).stub, (_, { storage }) => work(storage.sql));

const joined = (parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

/** Makes the network say that stream `beacon` holds these updates; with `held`, only once the answered function is called. */
async function plenty(updates: readonly { key: string; value: Uint8Array }[], held = false): Promise<() => void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (!held) resolve();
  const content = { stream: 'beacon', version: 1, digest: 'd', updates };
  const port = {
    desired: async () => promise.then(() => content),
    report: async () => {},
    attach: async () => ({ streams: [], contents: [] }),
  };
  await rebind(gateway(hw).stub, () => ({ NETWORK: { getByName: () => port } as unknown as ObjectBindings['NETWORK'] }));
  return resolve;
}

async function join(): Promise<TestSocket> {
  const socket = await connect(client(hw, net, 'g1'));
  await socket.hello();
  return socket;
}

beforeAll(migrateD1);
beforeEach(async () => {
  count += 1;
  net = `net${count}`;
  hw = `hw${count}`;
  await createNetwork(net);
  await write(net, ...newGateway('g1', hw));
});
afterEach(() => vi.useRealTimers());

describe('a call on the socket', () => {
  it('is answered under its id', async () => {
    const socket = await join();
    socket.send({ case: 'call', value: { id: 7, path: REPORT, payload: state('{"meta":{"a":"b"}}') } });
    const { id, code, payload } = await socket.nth('reply');
    expect({ id, code }).toEqual({ id: 7, code: GrpcStatus.OK });
    expect(fromBinary(reportStates.output, payload).unreportedStates).toEqual([]);
    expect(await until(async () => (await network(net).port.status('g1')) ?? undefined)).toMatchObject({
      hardwareId: hw,
      state: '{"meta":{"a":"b"}}',
    });
  });

  it.each([
    ['an unknown method', '/magma.orc8r.Nobody/Home', new Uint8Array(), GrpcStatus.UNIMPLEMENTED],
    ['bytes that are no message', `/${StateService.typeName}/ReportStates`, Uint8Array.of(0xff), GrpcStatus.INVALID_ARGUMENT],
    ['a refusal', `/${StateService.typeName}/ReportStates`, new Uint8Array(), GrpcStatus.INVALID_ARGUMENT],
  ])('is answered with the status of %s', async (_, path, payload, code) => {
    const socket = await join();
    socket.send({ case: 'call', value: { id: 1, path, payload } });
    const reply = await socket.nth('reply');
    expect(reply).toMatchObject({ id: 1, code });
    expect(reply.message).not.toBe('');
    expect(socket.closed).toBeUndefined();
  });

  it('ends at its time-out, holds one of the open places until then, and is refused beyond them', async () => {
    const socket = await join();
    const silent = { getByName: () => ({ desired: () => new Promise(() => {}), report: async () => {} }) };
    await rebind(gateway(hw).stub, () => ({ NETWORK: silent as unknown as ObjectBindings['NETWORK'] }));
    const call = (id: number) => socket.send({ case: 'call', value: { id, path: GET_MCONFIG, timeoutMs: 150 } });
    for (let id = 1; id <= MAX_GATEWAY_CALLS + 1; id += 1) call(id);
    expect(await socket.nth('reply')).toMatchObject({ id: MAX_GATEWAY_CALLS + 1, code: GrpcStatus.RESOURCE_EXHAUSTED });
    await socket.nth('reply', MAX_GATEWAY_CALLS);
    expect(
      new Set(
        socket
          .all('reply')
          .slice(1)
          .map(({ code }) => code),
      ),
    ).toEqual(new Set([GrpcStatus.DEADLINE_EXCEEDED]));
    call(100);
    expect(await socket.nth('reply', MAX_GATEWAY_CALLS + 1)).toMatchObject({ id: 100, code: GrpcStatus.DEADLINE_EXCEEDED });
  });

  it('with parts gets an answer larger than a frame whole; one without is refused it', async () => {
    const value = new Uint8Array(MAX_FRAME_BYTES + 100).fill(7);
    await plenty([{ key: 'k', value }]);
    const socket = await join();
    const request = toBinary(StreamRequestSchema, create(StreamRequestSchema, { streamName: 'beacon' }));
    socket.send({ case: 'call', value: { id: 1, path: GET_UPDATES, payload: request, parts: true } });
    await until(() => socket.all('reply').some(({ more }) => !more) || undefined);
    const replies = socket.all('reply');
    expect(replies.map(({ content, more }) => [content, more]).slice(-2)).toEqual([
      [Reply_Content.FRAGMENT, true],
      [Reply_Content.MESSAGE, false],
    ]);
    const batch = fromBinary(DataUpdateBatchSchema, joined(replies.map(({ payload }) => payload)));
    expect(batch.updates.map((update) => [update.key, update.value.byteLength])).toEqual([['k', value.byteLength]]);
    socket.send({ case: 'call', value: { id: 2, path: GET_UPDATES, payload: request } });
    expect(await socket.nth('reply', replies.length)).toMatchObject({ id: 2, code: GrpcStatus.RESOURCE_EXHAUSTED });
  });

  it('is refused while too much is on its way that its gateway has not read, and answered again when it shows that it has', async () => {
    await plenty([{ key: 'k', value: new Uint8Array(30 * 1024 * 1024) }]);
    const socket = await join();
    const request = toBinary(StreamRequestSchema, create(StreamRequestSchema, { streamName: 'beacon' }));
    let id = 0;
    const ask = async (mark: number) => {
      id += 1;
      socket.send({ case: 'call', value: { id, path: GET_UPDATES, payload: request, parts: true, mark } });
      return until(() => socket.all('reply').find((reply) => reply.id === id && !reply.more));
    };
    const first = await ask(0);
    expect(first).toMatchObject({ code: GrpcStatus.OK });
    expect(first.mark).not.toBe(0);
    expect(await ask(0)).toMatchObject({ code: GrpcStatus.RESOURCE_EXHAUSTED, message: expect.stringContaining('not read yet') });
    expect(await ask((first.mark ^ 1) >>> 0)).toMatchObject({ code: GrpcStatus.RESOURCE_EXHAUSTED });
    // A short answer has room still.
    socket.send({ case: 'call', value: { id: 99, path: REPORT, payload: state('{}') } });
    expect(await until(() => socket.all('reply').find((reply) => reply.id === 99))).toMatchObject({ code: GrpcStatus.OK });
    expect(await ask(first.mark)).toMatchObject({ code: GrpcStatus.OK });
  });

  it('that is given up gets no answer; other calls get theirs', async () => {
    const socket = await join();
    const release = await plenty([{ key: 'k', value: text('v') }], true);
    const request = toBinary(StreamRequestSchema, create(StreamRequestSchema, { streamName: 'beacon' }));
    for (const id of [1, 2]) socket.send({ case: 'call', value: { id, path: GET_UPDATES, payload: request, parts: true } });
    socket.send({ case: 'call', value: { id: 1, cancel: true } });
    socket.send({ case: 'call', value: { id: 3, path: REPORT, payload: state('{}') } });
    await socket.nth('reply');
    release();
    await socket.nth('reply', 1);
    expect(socket.all('reply').map(({ id, code }) => [id, code])).toEqual([
      [3, GrpcStatus.OK],
      [2, GrpcStatus.OK],
    ]);
  });

  it('whose gateway goes away in the middle harms nobody', async () => {
    const socket = await join();
    const release = await plenty([{ key: 'k', value: new Uint8Array(3 * MAX_FRAME_BYTES) }], true);
    const request = toBinary(StreamRequestSchema, create(StreamRequestSchema, { streamName: 'beacon' }));
    socket.send({ case: 'call', value: { id: 1, path: GET_UPDATES, payload: request, parts: true } });
    socket.close();
    await socket.ended();
    release();
    const again = await join();
    again.send({ case: 'call', value: { id: 1, path: REPORT, payload: state('{}') } });
    expect(await again.nth('reply')).toMatchObject({ id: 1, code: GrpcStatus.OK });
    expect(socket.all('reply')).toEqual([]);
  });

  it('answers Magma’s heartbeat in kind', async () => {
    const socket = await join();
    socket.send({ case: 'syncResponse', value: { heartBeat: true } });
    expect(await socket.nth('syncRequest')).toMatchObject({ heartBeat: true, reqId: 0 });
  });
});

describe('a call over HTTPS', () => {
  it('is answered by the same object as on the socket', async () => {
    await southbound(REPORT, state('{}', { version: 5n }));
    const socket = await join();
    const ask = create(syncStates.input, { states: [{ id: { type: 'gw_state', deviceID: hw }, version: 9n }] });
    socket.send({ case: 'call', value: { id: 1, path: SYNC, payload: toBinary(syncStates.input, ask) } });
    const { payload } = await socket.nth('reply');
    expect(fromBinary(syncStates.output, payload).unsyncedStates).toMatchObject([{ version: 5n }]);
  });

  it('gets the desired configuration, and no empty one when there is none', async () => {
    expect(await southbound(GET_MCONFIG, new Uint8Array())).toMatchObject({ ok: true });
    const stranger = gateway('hw-stranger').port.southbound(client('hw-stranger', net, 'nobody'), GET_MCONFIG, new Uint8Array());
    expect(await stranger).toMatchObject({ ok: false, code: GrpcStatus.ABORTED });
  });
});

describe('check-ins', () => {
  it('reach the network at most once a second, the newest always', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    await network(net).port.convergence(net);
    for (const meta of ['1', '2', '3']) await southbound(REPORT, state(`{"meta":{"n":"${meta}"}}`));
    expect(await until(async () => (await network(net).port.status('g1')) ?? undefined)).toMatchObject({ state: '{"meta":{"n":"1"}}' });
    await runInDurableObject(gateway(hw).stub, () => void vi.advanceTimersByTime(1000));
    vi.useRealTimers();
    await until(async () => (await network(net).port.status('g1'))?.state.includes('3') || undefined);
  });

  it('that are no JSON are kept as they came', async () => {
    await network(net).port.convergence(net);
    await southbound(REPORT, state('not json'));
    await until(async () => (await network(net).port.status('g1')) ?? undefined);
    expect(await network(net).port.statuses(['g1'], 0)).toMatchObject({
      reports: [['g1', { hardwareId: hw, state: 'not json' }]],
      next: null,
    });
  });
});

describe('states', () => {
  it('of all subscribers of a gateway are taken in one report, as a replicator sends them after an outage', async () => {
    const ids = Array.from({ length: 12_000 }, (_, index) => ({ type: 'S1AP', deviceID: `IMSI00101${String(index).padStart(10, '0')}` }));
    const states = ids.map((id) => ({ ...id, value: text(JSON.stringify({ enbUeS1apId: 'x'.repeat(270) })), version: 4n }));
    const report = toBinary(reportStates.input, create(reportStates.input, { states }));
    expect(report.byteLength).toBeGreaterThan(0.9 * MAX_FRAME_BYTES);
    const socket = await join();
    socket.send({ case: 'call', value: { id: 1, path: REPORT, payload: report } });
    expect(await socket.nth('reply')).toMatchObject({ code: GrpcStatus.OK });
    const asked = toBinary(syncStates.input, create(syncStates.input, { states: ids.map((id) => ({ id, version: 4n })) }));
    const answer = await southbound(SYNC, asked);
    expect(answer.ok && fromBinary(syncStates.output, answer.messages[0] ?? new Uint8Array()).unsyncedStates).toEqual([]);
  });

  it('take the reporter’s version, or count for one that has none', async () => {
    const versions = await inside((sql) => {
      let now = 100;
      const store = stateStore(sql, () => now++);
      const put = (version: bigint, value: string) => store.put([{ type: 't', deviceId: 'd', value: text(value), version }])[0];
      return [put(0n, 'a'), put(0n, 'a'), put(0n, 'b'), put(7n, 'b'), put(0n, 'c'), put(3n, 'd')].map((report) => [
        Number(report?.version),
        report?.changed,
        report?.receivedAt,
      ]);
    });
    expect(versions).toEqual([
      [0, true, 100],
      [1, false, 101],
      [2, true, 102],
      [7, false, 103],
      [8, true, 104],
      [3, true, 105],
    ]);
  });

  it('are found, listed in order, and deleted, one by one', async () => {
    const seen = await inside((sql) => {
      const store = stateStore(sql, () => 1);
      const id = (deviceId: string) => ({ type: 't', deviceId });
      store.put(['b', 'a', 'c'].map((device) => ({ ...id(device), value: text(device), version: 1n })));
      store.delete([id('b'), id('nobody')]);
      return { got: store.get([id('c'), id('b')]).map(({ deviceId }) => deviceId), listed: store.list().map(({ deviceId }) => deviceId) };
    });
    expect(seen).toEqual({ got: ['c'], listed: ['a', 'c'] });
  });
});

describe('metrics', () => {
  it('are kept whole, numbered, under the id of the certificate, over a restart', async () => {
    expect(await southbound(COLLECT, metrics(10))).toMatchObject({ ok: true });
    expect(await southbound(COLLECT, metrics(3_500_000))).toMatchObject({ ok: true });
    const kept = await waiting();
    expect(kept.map(({ sequence }) => sequence)).toEqual([1, 2]);
    const containers = kept.map(({ container }) => fromBinary(MetricsContainerSchema, container));
    expect(containers.map(({ gatewayId, family }) => [gatewayId, family[0]?.name?.length])).toEqual([
      [hw, 10],
      [hw, 3_500_000],
    ]);
    expect(await waiting(1)).toHaveLength(1);
  });

  it('lose the oldest beyond 512 uploads or 64 MiB, and count what was lost', async () => {
    const kept = await inside((sql) => {
      const outbox = new MetricOutbox(sql, () => 1);
      for (let upload = 1; upload <= 515; upload += 1) outbox.keep(Uint8Array.of(upload & 0xff));
      const byNumber = { first: outbox.waiting(1)[0]?.sequence, dropped: outbox.dropped(), rows: outbox.waiting(1000).length };
      for (let upload = 0; upload < 20; upload += 1) outbox.keep(new Uint8Array(4 * 1024 * 1024));
      const all = outbox.waiting(1000);
      return { byNumber, sizes: all.map(({ container }) => container.byteLength), last: all.at(-1)?.sequence, dropped: outbox.dropped() };
    });
    expect(kept.byNumber).toEqual({ first: 4, dropped: 3, rows: 512 });
    expect(kept.sizes).toEqual(Array.from({ length: 16 }, () => 4 * 1024 * 1024));
    expect(kept).toMatchObject({ last: 535, dropped: 535 - 16 });
  });

  it('go when the hardware becomes another gateway, of another network perhaps: they say nothing of that one', async () => {
    await southbound(COLLECT, metrics(10));
    await write(net, ...newGateway('g2', 'hw-other'));
    const moved = { ...client(hw, net, 'g1'), gatewayId: 'g2' };
    await gateway(hw).port.southbound(moved, SYNC, new Uint8Array());
    expect(await waiting()).toEqual([]);
    await gateway(hw).port.southbound(moved, COLLECT, metrics(11));
    expect((await waiting()).map(({ sequence }) => sequence)).toEqual([2]);
  });

  it('keep an upload without content', async () => {
    const sizes = await inside((sql) => {
      const outbox = new MetricOutbox(sql, () => 1);
      outbox.keep(new Uint8Array());
      return outbox.waiting(10).map(({ container }) => container.byteLength);
    });
    expect(sizes).toEqual([0]);
  });
});
