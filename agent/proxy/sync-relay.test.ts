import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import type { ClientDuplexStream } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FrameBody } from '../../core/wire/frame.ts';
import { encodeFrame } from '../../core/wire/frame.ts';
import { MAX_FRAME_BYTES } from '../../core/wire/limits.ts';
import type { SyncRPCRequest, SyncRPCResponse } from '../../proto/gen/orc8r/protos/sync_rpc_service_pb.js';
import { SyncRPCRequestSchema, SyncRPCResponseSchema, SyncRPCService } from '../../proto/gen/orc8r/protos/sync_rpc_service_pb.js';
import { silent } from '../log.ts';
import type { Outcome } from '../testing/grpc-client.ts';
import { outcomeOf } from '../testing/grpc-client.ts';
import { ManualClock, settle, until } from '../testing/manual-clock.ts';
import type { TestProxy } from '../testing/proxy.ts';
import { startTestProxy } from '../testing/proxy.ts';
import { SyncRelay } from './sync-relay.ts';

const PATH = `/${SyncRPCService.typeName}/EstablishSyncRPCStream`;

let clock: ManualClock;
let relay: SyncRelay;
let test: TestProxy;
let sent: SyncRPCResponse[];

beforeEach(async () => {
  clock = new ManualClock();
  sent = [];
  const send = (body: FrameBody) => {
    encodeFrame(body);
    if (body.case === 'syncResponse') sent.push(create(SyncRPCResponseSchema, body.value));
    return true;
  };
  relay = new SyncRelay({ clock, log: silent, send, buffered: () => 0 });
  test = await startTestProxy({ relay, clock });
});
afterEach(async () => {
  relay.detach();
  await test.close();
});

interface Magmad {
  call: ClientDuplexStream<Uint8Array, Buffer>;
  heard: SyncRPCRequest[];
  end: Promise<Outcome>;
  say(response: Parameters<typeof create<typeof SyncRPCResponseSchema>>[1]): void;
}

async function magmad(path = PATH): Promise<Magmad> {
  const call = test.client({ authority: 'dispatcher-controller.magma.test' }).bidi(path);
  const heard: SyncRPCRequest[] = [];
  call.on('data', (message: Buffer) => heard.push(fromBinary(SyncRPCRequestSchema, message)));
  const opened = new Promise((resolve) => call.on('metadata', resolve));
  const end = outcomeOf(call);
  await opened;
  return { call, heard, end, say: (response) => void call.write(toBinary(SyncRPCResponseSchema, create(SyncRPCResponseSchema, response))) };
}

const ask = (reqId: number) =>
  relay.request(
    create(SyncRPCRequestSchema, {
      reqId,
      reqBody: { gwId: 'hw', authority: 'magmad', path: '/magma.orc8r.Magmad/Reboot', headers: { te: 'trailers' } },
    }),
  );
const hangUp = (reqId: number) => relay.request(create(SyncRPCRequestSchema, { reqId, connClosed: true, reqBody: { gwId: 'hw' } }));
const status = (reqId: number) => sent.find((response) => response.reqId === reqId)?.respBody?.headers['grpc-status'];
const done = { status: '200', headers: { ':status': '200', 'grpc-status': '0' } };

describe("magmad's stream", () => {
  it.each([PATH, `/${SyncRPCService.typeName}/SyncRPC`])('%s takes the cloud’s calls as they are, and its answers go up', async (path) => {
    const { heard, say } = await magmad(path);
    expect(relay.attached).toBe(true);
    expect(ask(4_000_000_000)).toBe(true);
    await until(() => heard.length === 1, 'the call');
    expect(heard[0]).toMatchObject({
      reqId: 1,
      reqBody: { gwId: 'hw', authority: 'magmad', path: '/magma.orc8r.Magmad/Reboot', headers: { te: 'trailers' } },
    });
    say({ reqId: 1, respBody: { keepConnActive: true } });
    say({ reqId: 1, respBody: { status: '200', payload: Uint8Array.of(1) } });
    say({ reqId: 1, respBody: done });
    say({ reqId: 1, respBody: done });
    say({ reqId: 77, respBody: done });
    await until(() => sent.length === 3, 'the answer');
    await settle();
    expect(sent.map(({ reqId, respBody }) => [reqId, respBody?.keepConnActive, respBody?.headers['grpc-status']])).toEqual([
      [4_000_000_000, true, undefined],
      [4_000_000_000, false, undefined],
      [4_000_000_000, false, '0'],
    ]);
  });

  it('hears a heartbeat after a silent minute, and its own are not answered', async () => {
    const { heard, say } = await magmad();
    say({ heartBeat: true });
    await settle(20);
    await clock.advance(59_999);
    expect(heard).toEqual([]);
    await clock.advance(1);
    await until(() => heard.length === 1, 'the heartbeat');
    expect(heard[0]).toMatchObject({ heartBeat: true, reqId: 0 });
    await clock.advance(30_000);
    ask(5);
    await clock.advance(59_999);
    await until(() => heard.length === 2, 'the call');
    expect(heard.map(({ heartBeat }) => heartBeat)).toEqual([true, false]);
    expect(sent).toEqual([]);
  });

  it('hears when the caller has gone; what it answers then is dropped', async () => {
    const { heard, say } = await magmad();
    ask(8);
    expect(hangUp(8)).toBe(true);
    expect(hangUp(9)).toBe(false);
    await until(() => heard.length === 2, 'the end of the call');
    expect(heard[1]).toMatchObject({ reqId: 1, connClosed: true, reqBody: { gwId: 'hw' } });
    say({ reqId: 1, respBody: done });
    say({ heartBeat: true });
    await settle(20);
    expect(sent).toEqual([]);
  });

  it('numbers calls anew, so that a restarted cloud can use its numbers again', async () => {
    const { heard, say } = await magmad();
    ask(1);
    relay.uplinkLost();
    ask(1);
    await until(() => heard.length === 3, 'both calls');
    expect(heard.map(({ reqId, connClosed }) => [reqId, connClosed])).toEqual([
      [1, false],
      [1, true],
      [2, false],
    ]);
    say({ reqId: 1, respBody: done });
    say({ reqId: 2, respBody: done });
    await until(() => sent.length === 1, 'the answer to the second');
    expect(sent[0]?.reqId).toBe(1);
  });

  it('is replaced by a newer one; open calls of the old one fail, new ones go to the new one', async () => {
    const old = await magmad();
    ask(3);
    await until(() => old.heard.length === 1, 'the call');
    const young = await magmad();
    expect(await old.end).toMatchObject({ code: 'ABORTED', details: expect.stringContaining('newer') });
    expect(status(3)).toBe('14');
    ask(4);
    await until(() => young.heard.length === 1, 'the call to the newer one');
  });

  it('that ends leaves nobody waiting', async () => {
    const { call, end } = await magmad();
    ask(3);
    call.end();
    expect((await end).code).toBe('OK');
    await until(() => !relay.attached, 'the end');
    expect(status(3)).toBe('14');
    expect(ask(4)).toBe(false);
    const second = await magmad();
    ask(5);
    second.call.cancel();
    await until(() => !relay.attached, 'the end of the second');
    expect(status(5)).toBe('14');
  });

  it('that says what is no SyncRPCResponse is ended', async () => {
    const { call, end } = await magmad();
    call.write(Uint8Array.of(0xff));
    expect((await end).code).toBe('INVALID_ARGUMENT');
    expect(relay.attached).toBe(false);
  });

  it('fails the call whose answer does not fit a frame, and goes on', async () => {
    const { heard, say } = await magmad();
    ask(1);
    await until(() => heard.length === 1, 'the call');
    say({ reqId: 1, respBody: { payload: new Uint8Array(MAX_FRAME_BYTES - 12) } });
    await until(() => status(1) !== undefined, 'the failure');
    expect(status(1)).toBe('8');
    await until(() => heard.length === 2, 'the end of the call');
    expect(heard[1]).toMatchObject({ connClosed: true });
    expect(relay.attached).toBe(true);
  });

  it('refuses a number that is in use', async () => {
    const { heard } = await magmad();
    ask(6);
    ask(6);
    await until(() => heard.length === 1, 'the first');
    expect(sent).toMatchObject([{ reqId: 6, respBody: { headers: { 'grpc-status': '6' } } }]);
  });

  it('that is not read is ended before it fills the memory', async () => {
    const { call } = await magmad();
    call.pause();
    const payload = new Uint8Array(1024 * 1024);
    for (let reqId = 1; reqId <= 20; reqId++) relay.request(create(SyncRPCRequestSchema, { reqId, reqBody: { gwId: 'hw', payload } }));
    expect(relay.attached).toBe(false);
    expect(test.proxy.held).toBeLessThan(16 * 1024 * 1024);
  });
});

describe('an agent that answers itself', () => {
  it('refuses magmad’s stream', async () => {
    const alone = await startTestProxy();
    const end = outcomeOf(alone.client().bidi(PATH));
    expect(await end).toMatchObject({ code: 'UNIMPLEMENTED', details: expect.stringContaining('--carry') });
    await alone.close();
  });
});
