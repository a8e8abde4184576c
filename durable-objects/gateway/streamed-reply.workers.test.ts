import { runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { GrpcStatus, prefixMessage } from '../../core/wire/grpc.ts';
import { MAX_CLOUD_STREAMS, MAX_STREAM_MS, SYNC_RPC_IDLE_MS, SYNC_RPC_KEEP_ACTIVE_MS } from '../../core/wire/limits.ts';
import { gateway, migrateD1 } from '../../test/workers/environment.ts';
import { createNetwork, newGateway, write } from '../../test/workers/fleet.ts';
import { client, connect, type TestSocket, until } from '../../test/workers/socket.ts';
import type { GatewayReply } from '../ports.ts';
import { MAX_UNREAD_BYTES, UNATTENDED_MS } from './streamed-reply.ts';

const request = { service: 'magmad', path: '/magma.orc8r.Magmad/TailLogs', payload: Uint8Array.of(1) };
const headers = { 'content-type': 'application/grpc' };
const done = { headers: { ...headers, 'grpc-status': '0' } };
let count = 0;
let hw: string;
let socket: TestSocket;

const stream = () => gateway(hw).port.stream(request);
/** A part of the reply to a call. */
const reply = (reqId: number, body: { headers?: Record<string, string>; payload?: Uint8Array; err?: string; keepConnActive?: boolean }) =>
  socket.send({ case: 'syncResponse', value: { reqId, respBody: body } });
const say = (reqId: number, ...bytes: number[]) => reply(reqId, { headers, payload: prefixMessage(Uint8Array.from(bytes)) });
/** Resolves when what was sent before has arrived. */
const arrived = async (): Promise<void> => {
  const before = socket.all('syncRequest').filter(({ heartBeat }) => heartBeat).length;
  socket.send({ case: 'syncResponse', value: { heartBeat: true } });
  await until(() => socket.all('syncRequest').filter(({ heartBeat }) => heartBeat)[before]);
};
const calls = () => socket.all('syncRequest').filter(({ heartBeat, connClosed }) => !heartBeat && !connClosed);
const cancelled = () => until(() => socket.all('syncRequest').find(({ connClosed }) => connClosed));
const advance = (ms: number): Promise<void> => runInDurableObject(gateway(hw).stub, () => void vi.advanceTimersByTime(ms));
/** A stream that has begun, and the number of its call. */
async function begun(): Promise<{ reply: GatewayReply; reqId: number }> {
  const before = calls().length;
  const opening = stream();
  const { reqId } = await until(() => calls()[before]);
  say(reqId, 1);
  const opened = await opening;
  if (!opened.ok) throw new Error(opened.message);
  expect(await opened.reply.next()).toEqual({ messages: [Uint8Array.of(1)] });
  return { reply: opened.reply, reqId };
}

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

describe('a streamed reply', () => {
  it('is read as it comes, wherever its parts are cut, to its end', async () => {
    const { reply: lines, reqId } = await begun();
    const waiting = lines.next();
    const message = prefixMessage(Uint8Array.of(2, 2));
    reply(reqId, { headers, payload: message.slice(0, 3) });
    reply(reqId, { headers, payload: message.slice(3) });
    expect(await waiting).toEqual({ messages: [Uint8Array.of(2, 2)] });
    say(reqId, 3);
    say(reqId, 4);
    reply(reqId, done);
    await arrived();
    const end = { ok: true };
    expect(await lines.next()).toEqual({ messages: [Uint8Array.of(3), Uint8Array.of(4)], end });
    expect(await lines.next()).toEqual({ messages: [], end });
    await lines.cancel();
    await arrived();
    expect(socket.all('syncRequest').some(({ connClosed }) => connClosed)).toBe(false);
  });

  it.each([
    [
      'the service refuses',
      { headers: { 'grpc-status': '5', 'grpc-message': 'no%20log' } },
      { code: GrpcStatus.NOT_FOUND, message: 'no log' },
    ],
    ['the service is not there', { err: 'no such service' }, { code: GrpcStatus.INTERNAL, message: 'no such service' }],
  ])('is none when %s', async (_, body, expected) => {
    const opening = stream();
    reply((await socket.nth('syncRequest')).reqId, body);
    expect(await opening).toEqual({ ok: false, reason: 'gateway', ...expected });
  });

  it('is none when the gateway is not there, or goes away before it gave a sign', async () => {
    expect(await gateway(`${hw}-never-seen`).port.stream(request)).toMatchObject({ ok: false, reason: 'offline' });
    const opening = stream();
    await socket.nth('syncRequest');
    socket.close();
    expect(await opening).toMatchObject({ ok: false, reason: 'offline', message: 'the gateway disconnected' });
  });

  it('of an empty log begins with a sign of life and stays open while they come', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const opening = stream();
    const { reqId } = await until(() => calls()[0]);
    reply(reqId, { keepConnActive: true });
    const opened = await opening;
    if (!opened.ok) throw new Error(opened.message);
    for (let sign = 0; sign < 12; sign += 1) {
      const waiting = opened.reply.next();
      await advance(SYNC_RPC_KEEP_ACTIVE_MS);
      reply(reqId, { keepConnActive: true });
      expect(await waiting).toEqual({ messages: [] });
    }
    const waiting = opened.reply.next();
    await advance(SYNC_RPC_IDLE_MS);
    expect(await waiting).toMatchObject({
      messages: [],
      end: { ok: false, reason: 'timeout', message: expect.stringContaining('silent for 15 s') },
    });
    expect(await cancelled()).toMatchObject({ reqId, reqBody: { gwId: hw } });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('gives what came before the gateway went away, or broke off', async () => {
    const lost = await begun();
    say(lost.reqId, 2);
    await arrived();
    socket.close();
    await until(async () => ((await gateway(hw).port.presence()).connection === null ? true : undefined));
    expect(await lost.reply.next()).toMatchObject({
      messages: [Uint8Array.of(2)],
      end: { reason: 'offline', message: 'the gateway disconnected' },
    });

    socket = await connect(client(hw, `net${count}`, 'g1'));
    await socket.hello();
    const broken = await begun();
    reply(broken.reqId, { headers: { ...headers, 'grpc-status': '13', 'grpc-message': 'disk' } });
    expect(await broken.reply.next()).toEqual({
      messages: [],
      end: { ok: false, reason: 'gateway', code: GrpcStatus.INTERNAL, message: 'disk' },
    });
    const cut = await begun();
    reply(cut.reqId, { ...done, payload: Uint8Array.of(0, 0, 0, 0, 9, 1) });
    expect(await cut.reply.next()).toMatchObject({ end: { code: GrpcStatus.INTERNAL, message: expect.stringContaining('ends inside') } });
    const noise = await begun();
    reply(noise.reqId, { payload: Uint8Array.of(7, 0, 0, 0, 0) });
    expect(await noise.reply.next()).toMatchObject({ end: { code: GrpcStatus.INTERNAL } });
    expect(await cancelled()).toMatchObject({ reqId: noise.reqId });
  });

  it('ends on the gateway when its reader cancels, and leaves its place', async () => {
    const { reply: lines, reqId } = await begun();
    const waiting = lines.next();
    await lines.cancel();
    expect(await cancelled()).toMatchObject({ reqId, reqBody: { gwId: hw } });
    expect(await waiting).toMatchObject({ messages: [], end: { ok: false, code: GrpcStatus.CANCELLED } });
    // What was on its way is dropped.
    say(reqId, 2);
    await arrived();
    expect(await lines.next()).toMatchObject({ messages: [] });
  });

  it('ends on the gateway when its reader is no more', async () => {
    const { reply: lines, reqId } = await begun();
    (lines as unknown as Disposable)[Symbol.dispose]();
    expect(await cancelled()).toMatchObject({ reqId });
  });

  it('ends when nobody has asked for more for a minute', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { reqId } = await begun();
    for (let past = 0; past < UNATTENDED_MS; past += SYNC_RPC_KEEP_ACTIVE_MS) {
      expect(socket.all('syncRequest').some(({ connClosed }) => connClosed)).toBe(false);
      reply(reqId, { keepConnActive: true });
      await arrived();
      await advance(SYNC_RPC_KEEP_ACTIVE_MS);
    }
    expect(await cancelled()).toMatchObject({ reqId });
  });

  it('keeps a bounded amount for a slow reader, who gets that and then the reason', async () => {
    const { reply: lines, reqId } = await begun();
    const block = prefixMessage(new Uint8Array(MAX_UNREAD_BYTES / 4));
    for (let sent = 0; sent < 40; sent += 1) reply(reqId, { headers, payload: block });
    expect(await cancelled()).toMatchObject({ reqId });
    const { messages, end } = await lines.next();
    const bytes = messages.reduce((sum, message) => sum + message.byteLength, 0);
    expect(bytes).toBeGreaterThan(MAX_UNREAD_BYTES);
    expect(bytes).toBeLessThanOrEqual(MAX_UNREAD_BYTES + block.byteLength);
    expect(end).toMatchObject({ ok: false, reason: 'overloaded', message: expect.stringContaining('slower') });
  });

  it('lasts an hour at most', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { reply: lines, reqId } = await begun();
    for (let past = 0; past < MAX_STREAM_MS; past += SYNC_RPC_KEEP_ACTIVE_MS) {
      const waiting = lines.next();
      reply(reqId, { keepConnActive: true });
      expect(await waiting).toEqual({ messages: [] });
      await advance(SYNC_RPC_KEEP_ACTIVE_MS);
    }
    expect(await lines.next()).toMatchObject({ end: { reason: 'timeout', message: expect.stringContaining('60 minutes') } });
    expect(await cancelled()).toMatchObject({ reqId });
  });

  it('takes places that leave room for commands', async () => {
    const open = await Promise.all(Array.from({ length: MAX_CLOUD_STREAMS }, begunApart));
    expect(await stream()).toMatchObject({ ok: false, reason: 'overloaded', message: expect.stringContaining('10 open streams') });
    const answer = gateway(hw).port.call(request);
    const { reqId } = await until(() => calls()[MAX_CLOUD_STREAMS]);
    reply(reqId, done);
    expect(await answer).toEqual({ ok: true, messages: [] });
    await open[0]?.cancel();
    expect(await begun()).toBeDefined();
  });
});

/** Begins one of several streams at once. */
async function begunApart(_: unknown, index: number): Promise<GatewayReply> {
  const opening = stream();
  const { reqId } = await until(() => calls()[index]);
  say(reqId, 1);
  const opened = await opening;
  if (!opened.ok) throw new Error(opened.message);
  return opened.reply;
}
