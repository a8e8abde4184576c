import { runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { GrpcStatus, prefixMessage } from '../../core/wire/grpc.ts';
import { MAX_CLOUD_CALLS, MAX_FRAME_BYTES, SYNC_RPC_IDLE_MS, SYNC_RPC_KEEP_ACTIVE_MS } from '../../core/wire/limits.ts';
import { gateway, migrateD1 } from '../../test/workers/environment.ts';
import { createNetwork, newGateway, write } from '../../test/workers/fleet.ts';
import { client, connect, type TestSocket, until } from '../../test/workers/socket.ts';

const request = { service: 'magmad', path: '/magma.orc8r.Magmad/Reboot', payload: Uint8Array.of(1, 2, 3) };
let count = 0;
let hw: string;
let socket: TestSocket;

const call = (more: Partial<typeof request> = {}) => gateway(hw).port.call({ ...request, ...more });
/** A part of the reply to a call. */
const reply = (reqId: number, body: { headers?: Record<string, string>; payload?: Uint8Array; err?: string; keepConnActive?: boolean }) =>
  socket.send({ case: 'syncResponse', value: { reqId, respBody: body } });
const done = { headers: { 'grpc-status': '0' } };
const advance = (ms: number): Promise<void> => runInDurableObject(gateway(hw).stub, () => void vi.advanceTimersByTime(ms));

beforeAll(migrateD1);
beforeEach(async () => {
  count += 1;
  hw = `hw${count}`;
  const net = `net${count}`;
  await createNetwork(net);
  await write(net, ...newGateway('g1', hw));
  socket = await connect(client(hw, net, 'g1'));
  await socket.hello();
});
afterEach(() => vi.useRealTimers());

describe('a call to the gateway', () => {
  it('travels as Magma’s SyncRPC and comes back in parts', async () => {
    const answer = call();
    const { reqId, reqBody, heartBeat, connClosed } = await socket.nth('syncRequest');
    expect(reqId).toBeGreaterThan(0);
    expect({ heartBeat, connClosed }).toEqual({ heartBeat: false, connClosed: false });
    expect(reqBody).toMatchObject({
      gwId: hw,
      authority: 'magmad',
      path: request.path,
      headers: { 'content-type': 'application/grpc', te: 'trailers' },
      payload: prefixMessage(request.payload),
    });
    const message = prefixMessage(new Uint8Array(300).fill(7));
    reply(reqId, { headers: { 'content-type': 'application/grpc' } });
    reply(reqId, { payload: message.slice(0, 3) });
    reply(reqId, { payload: message.slice(3) });
    reply(reqId, { payload: prefixMessage(Uint8Array.of(9)) });
    reply(reqId, { headers: { 'Grpc-Status': '0' } });
    expect(await answer).toEqual({ ok: true, messages: [new Uint8Array(300).fill(7), Uint8Array.of(9)] });
  });

  it('keeps several calls apart, in whatever order they are answered', async () => {
    const answers = [call(), call(), call()];
    await socket.nth('syncRequest', 2);
    const ids = socket.all('syncRequest').map(({ reqId }) => reqId);
    expect(new Set(ids).size).toBe(3);
    for (const [index, reqId] of [...ids.entries()].reverse()) reply(reqId, { ...done, payload: prefixMessage(Uint8Array.of(index)) });
    expect(await Promise.all(answers)).toEqual([0, 1, 2].map((index) => ({ ok: true, messages: [Uint8Array.of(index)] })));
  });

  it.each([
    [
      'a status of the service',
      { headers: { 'grpc-status': '5', 'grpc-message': 'no%20such%20host' } },
      { code: GrpcStatus.NOT_FOUND, message: 'no such host' },
    ],
    [
      'a gateway that cannot reach its service',
      { err: 'magmad is not there' },
      { code: GrpcStatus.INTERNAL, message: 'magmad is not there' },
    ],
    ['a status that is no number', { headers: { 'grpc-status': 'fine' } }, { code: GrpcStatus.UNKNOWN }],
    ['half a message', { ...done, payload: prefixMessage(new Uint8Array(9)).slice(0, 8) }, { code: GrpcStatus.INTERNAL }],
  ])('fails with %s', async (_, body, expected) => {
    const answer = call();
    reply((await socket.nth('syncRequest')).reqId, body);
    expect(await answer).toMatchObject({ ok: false, reason: 'gateway', ...expected });
  });

  it('says so when the gateway is not there, goes away, or is replaced', async () => {
    expect(await gateway(`${hw}-never-seen`).port.call(request)).toMatchObject({ ok: false, reason: 'offline' });
    const first = call();
    await socket.nth('syncRequest');
    const successor = await connect(client(hw, `net${count}`, 'g1'));
    expect(await first).toMatchObject({ ok: false, reason: 'offline', code: GrpcStatus.UNAVAILABLE });
    expect(await call()).toMatchObject({ ok: false, reason: 'offline' });
    await successor.hello();
    const second = call();
    await successor.nth('syncRequest');
    successor.close();
    expect(await second).toMatchObject({ ok: false, reason: 'offline' });
  });

  it('is refused beyond the limit of open calls, and taken again when one has ended', async () => {
    const answers = Array.from({ length: MAX_CLOUD_CALLS }, () => call());
    await socket.nth('syncRequest', MAX_CLOUD_CALLS - 1);
    expect(await call()).toMatchObject({ ok: false, reason: 'overloaded', code: GrpcStatus.RESOURCE_EXHAUSTED });
    for (const { reqId } of socket.all('syncRequest')) reply(reqId, done);
    expect(await Promise.all(answers)).toEqual(answers.map(() => ({ ok: true, messages: [] })));
    const next = call();
    reply((await socket.nth('syncRequest', MAX_CLOUD_CALLS)).reqId, done);
    expect(await next).toMatchObject({ ok: true });
  });

  it('is refused when it does not fit a frame, and holds no place then', async () => {
    const large = Array.from({ length: MAX_CLOUD_CALLS }, () => call({ payload: new Uint8Array(MAX_FRAME_BYTES) }));
    for (const answer of await Promise.all(large))
      expect(answer).toMatchObject({ ok: false, reason: 'gateway', code: GrpcStatus.FAILED_PRECONDITION });
    const answer = call();
    reply((await socket.nth('syncRequest')).reqId, done);
    expect(await answer).toMatchObject({ ok: true });
  });

  it('ends with a reply that is too large, and tells the gateway to stop', async () => {
    const answer = call();
    const { reqId } = await socket.nth('syncRequest');
    for (let part = 0; part < 5; part += 1) reply(reqId, { payload: new Uint8Array(4_000_000) });
    expect(await answer).toMatchObject({ ok: false, reason: 'gateway', code: GrpcStatus.RESOURCE_EXHAUSTED });
    expect(await socket.nth('syncRequest', 1)).toMatchObject({ reqId, connClosed: true });
  });

  it('ends after 15 s of silence, and a sign of life starts the 15 s anew', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const answer = call();
    const { reqId } = await until(() => socket.all('syncRequest')[0]);
    await advance(SYNC_RPC_KEEP_ACTIVE_MS);
    reply(reqId, { keepConnActive: true });
    // The part has arrived when what was sent after it is answered.
    socket.send({ case: 'syncResponse', value: { heartBeat: true } });
    await until(() => socket.all('syncRequest').find(({ heartBeat }) => heartBeat));
    await advance(SYNC_RPC_IDLE_MS - 1);
    expect(socket.all('syncRequest').some(({ connClosed }) => connClosed)).toBe(false);
    await advance(1);
    expect(await answer).toMatchObject({ ok: false, reason: 'timeout', code: GrpcStatus.DEADLINE_EXCEEDED });
    expect(await until(() => socket.all('syncRequest').find(({ connClosed }) => connClosed))).toMatchObject({
      reqId,
      reqBody: { gwId: hw },
    });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('drops parts of calls that nobody waits for', async () => {
    const answer = call();
    const { reqId } = await socket.nth('syncRequest');
    for (const other of [0, reqId + 1]) reply(other, done);
    socket.send({ case: 'syncResponse', value: { reqId } });
    reply(reqId, done);
    reply(reqId, done);
    expect(await answer).toEqual({ ok: true, messages: [] });
    expect(socket.closed).toBeUndefined();
  });
});
