import { create, toBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Agent } from '../../agent/agent.ts';
import type { FrameBody } from '../../core/wire/frame.ts';
import { GrpcStatus } from '../../core/wire/grpc.ts';
import { MAX_FRAME_BYTES, MAX_STATES_PER_REPORT } from '../../core/wire/limits.ts';
import { ensureNetwork } from '../../local/demo/network.ts';
import { StateService } from '../../proto/gen/orc8r/protos/state_pb.js';
import { addGateway, type Holder, holderOf } from '../harness/identities.ts';
import { eventually, next, startTestPlatform, type TestPlatform } from '../harness/platform.ts';
import { connectRaw, type RawGateway } from '../harness/raw-gateway.ts';

const NETWORK = 'frames';
const REPORT = `/${StateService.typeName}/ReportStates`;

interface Gateway {
  readonly id: string;
  readonly connected: boolean;
  readonly state: string;
  readonly streams: readonly {
    readonly stream: string;
    readonly desired_version: number;
    readonly acked_version: number | null;
    readonly nack: { readonly reason: string } | null;
  }[];
}

let test: TestPlatform;
let neighbour: Agent;
/** Why the neighbour lost its connection, each time; it must not. */
const lost: string[] = [];
let culprit: Holder;

beforeAll(async () => {
  test = await startTestPlatform();
  await ensureNetwork(test.rest, NETWORK, NETWORK);
  neighbour = await test.join(NETWORK, 'neighbour');
  neighbour.on('disconnected', ({ reason }) => void lost.push(reason));
  culprit = await holderOf(test, { subject: await addGateway(test, NETWORK, 'culprit') });
});

afterAll(() => test?.close());

/** A connection of the culprit's. */
const open = (): Promise<RawGateway> => connectRaw(test, culprit);

async function greeted(): Promise<RawGateway> {
  const socket = await open();
  await socket.hello();
  return socket;
}

async function gateway(id: string): Promise<Gateway> {
  const { body } = await test.rest.must('GET', `/magma/v1/networks/${NETWORK}/convergence`);
  const found = (body as { gateways: Gateway[] }).gateways.find((row) => row.id === id);
  if (!found) throw new Error(`the convergence view lacks ${id}`);
  return found;
}

/** The neighbour never lost its connection, is in sync, and a new configuration still reaches it. */
async function expectNeighbourUnharmed(): Promise<void> {
  expect(lost).toEqual([]);
  expect(neighbour.connected).toBe(true);
  const applied = next(neighbour, 'config-applied');
  const path = `/magma/v1/lte/${NETWORK}/gateways/neighbour/cellular/ran`;
  const ran = (await test.rest.must('GET', path)).body as { pci: number };
  await test.rest.must('PUT', path, { ...ran, pci: (ran.pci + 1) % 500 });
  await applied;
  await eventually(
    () => gateway('neighbour'),
    ({ connected, state, streams }) =>
      connected && state === 'in_sync' && streams.every((stream) => stream.acked_version === stream.desired_version),
  );
  expect(lost).toEqual([]);
}

const call = (id: number, path: string, payload: Uint8Array = new Uint8Array()): FrameBody => ({
  case: 'call',
  value: { id, path, payload },
});
const reply = async (socket: RawGateway, id: number) => socket.take('reply', (value) => value.id === id);

describe('a frame against the rules ends the socket', () => {
  const afterHello = (misbehave: (socket: RawGateway) => void) => async (socket: RawGateway) => {
    await socket.hello();
    misbehave(socket);
  };

  it.each<[string, number, (socket: RawGateway) => Promise<void> | void]>([
    ['text other than ping', 1003, (socket) => socket.send('hello')],
    ['text after the hello', 1003, afterHello((socket) => socket.send('PING'))],
    ['more than 4 MiB', 1009, (socket) => socket.send(new Uint8Array(MAX_FRAME_BYTES + 1))],
    ['garbage', 4400, (socket) => socket.send(Uint8Array.of(0xff, 0xff, 0xff, 0xff))],
    ['no body', 4400, (socket) => socket.send(new Uint8Array())],
    ['a body that is not known', 4400, (socket) => socket.send(Uint8Array.of(0xa2, 0x06, 0x02, 0x08, 0x01))],
    ['a call before the hello', 4400, (socket) => socket.frame(call(1, REPORT))],
    ['an ACK before the hello', 4400, (socket) => socket.frame({ case: 'ack', value: { stream: 'configs', version: 1n } })],
    ['a second hello', 4400, afterHello((socket) => socket.frame({ case: 'hello', value: {} }))],
    ['a frame that only the cloud sends', 4400, afterHello((socket) => socket.frame({ case: 'welcome', value: {} }))],
    [
      'a hello for 33 streams',
      4400,
      (socket) => socket.frame({ case: 'hello', value: { positions: Array.from({ length: 33 }, (_, at) => ({ stream: `s${at}` })) } }),
    ],
    [
      'a hello for a stream with an endless name',
      4400,
      (socket) => socket.frame({ case: 'hello', value: { positions: [{ stream: 'x'.repeat(65) }] } }),
    ],
    ['a call without an id', 4400, afterHello((socket) => socket.frame(call(0, REPORT)))],
  ])('%s: %i', async (_, code, misbehave) => {
    const socket = await open();
    await misbehave(socket);
    expect(await socket.closed).toEqual({ code, reason: expect.stringMatching(/\S{3}/) });
    // It may come back at once and is served.
    const again = await greeted();
    await again.end();
    expect(lost).toEqual([]);
  });

  it('harms no neighbour', expectNeighbourUnharmed);
});

describe('what is unusual but within the rules', () => {
  it('silence instead of a hello ends with 4408, after ten seconds', async () => {
    const socket = await open();
    const since = performance.now();
    expect(await socket.closed).toEqual({ code: 4408, reason: expect.stringContaining('hello') });
    expect(performance.now() - since).toBeGreaterThan(9000);
    expect(performance.now() - since).toBeLessThan(14_000);
  });

  it('ping is answered with pong, before the hello and after it', async () => {
    const socket = await open();
    socket.send('ping');
    expect(await socket.text()).toBe('pong');
    await socket.hello();
    socket.send('ping');
    expect(await socket.text()).toBe('pong');
    await socket.end();
  });

  it("Magma's heartbeat is answered in kind", async () => {
    const socket = await greeted();
    socket.frame({ case: 'syncResponse', value: { heartBeat: true } });
    expect(await socket.take('syncRequest')).toMatchObject({ heartBeat: true, reqId: 0 });
    await socket.end();
  });

  it('an answer to a call that was never made is told that nobody waits, or ignored', async () => {
    const socket = await greeted();
    socket.frame({ case: 'syncResponse', value: { reqId: 77, respBody: { headers: { 'grpc-status': '0' }, payload: new Uint8Array(9) } } });
    socket.frame({ case: 'syncResponse', value: {} });
    socket.send('ping');
    expect(await socket.text()).toBe('pong');
    await socket.end();
  });

  it('a call that cannot be served is answered with its status, and the socket stays', async () => {
    const socket = await greeted();
    socket.frame(call(7, '/magma.orc8r.StateService/Nonsense'));
    expect(await reply(socket, 7)).toMatchObject({ code: GrpcStatus.UNIMPLEMENTED, message: expect.stringContaining('Nonsense') });
    socket.frame(call(8, '/'));
    expect(await reply(socket, 8)).toMatchObject({ code: GrpcStatus.UNIMPLEMENTED });
    socket.frame(call(9, REPORT, Uint8Array.of(0xff, 0xff)));
    expect(await reply(socket, 9)).toMatchObject({ code: GrpcStatus.INVALID_ARGUMENT, message: expect.stringContaining('parse') });
    socket.frame(call(10, REPORT));
    expect(await reply(socket, 10)).toMatchObject({ code: GrpcStatus.INVALID_ARGUMENT, message: expect.stringContaining('no states') });
    const state = { type: 'test', deviceID: 'd1', value: new TextEncoder().encode('{}') };
    const { input, output } = StateService.method.reportStates;
    socket.frame(
      call(11, REPORT, toBinary(input, create(input, { states: Array.from({ length: MAX_STATES_PER_REPORT + 1 }, () => state) }))),
    );
    expect(await reply(socket, 11)).toMatchObject({
      code: GrpcStatus.INVALID_ARGUMENT,
      message: expect.stringContaining(String(MAX_STATES_PER_REPORT)),
    });
    socket.frame(call(12, REPORT, toBinary(input, create(input, { states: [state] }))));
    expect(await reply(socket, 12)).toMatchObject({ code: GrpcStatus.OK, payload: toBinary(output, create(output)) });
    await socket.end();
  });

  it('ACKs and NACKs of streams and versions that were never sent change nothing', async () => {
    const socket = await greeted();
    const { version, digest } = await socket.take('update');
    const strange: FrameBody[] = [
      { case: 'ack', value: { stream: 'never', version, digest } },
      { case: 'ack', value: { stream: 'configs', version: version + 1n, digest } },
      { case: 'ack', value: { stream: 'configs', version: 2n ** 64n - 1n, digest } },
      { case: 'nack', value: { stream: 'never', version, reason: 'no' } },
      { case: 'nack', value: { stream: 'configs', version: version + 1n, reason: 'from the future' } },
    ];
    for (const body of strange) socket.frame(body);
    socket.send('ping');
    await socket.text();
    socket.frame(call(1, '/'));
    await reply(socket, 1);
    const before = await gateway('culprit');
    expect(before.streams).toMatchObject([{ stream: 'configs', acked_version: null, nack: null }]);
    socket.frame({ case: 'nack', value: { stream: 'configs', version, reason: 'r'.repeat(5000), path: 'p'.repeat(5000) } });
    const refused = await eventually(
      () => gateway('culprit'),
      ({ streams }) => streams[0]?.nack !== null,
    );
    expect(refused.streams[0]?.nack?.reason).toHaveLength(1024);
    socket.frame({ case: 'ack', value: { stream: 'configs', version, digest } });
    await eventually(
      () => gateway('culprit'),
      ({ streams }) => streams[0]?.acked_version === Number(version) && streams[0].nack === null,
    );
    await socket.end();
  });

  it('a second connection takes the place of the first, which is told so', async () => {
    const first = await greeted();
    const second = await greeted();
    expect(await first.closed).toMatchObject({ code: 4409 });
    second.send('ping');
    expect(await second.text()).toBe('pong');
    await second.end();
  });

  it('harms no neighbour', expectNeighbourUnharmed);
});
