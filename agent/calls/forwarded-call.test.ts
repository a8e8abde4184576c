import { create } from '@bufbuild/protobuf';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FrameBody } from '../../core/wire/frame.ts';
import { encodeFrame } from '../../core/wire/frame.ts';
import { decodeGrpcMessage, prefixMessage, unprefixMessages } from '../../core/wire/grpc.ts';
import type { SyncRPCResponse } from '../../proto/gen/orc8r/protos/sync_rpc_service_pb.js';
import { SyncRPCRequestSchema, SyncRPCResponseSchema } from '../../proto/gen/orc8r/protos/sync_rpc_service_pb.js';
import { silent } from '../log.ts';
import { LocalServices } from '../proxy/local-services.ts';
import type { LocalService } from '../testing/local-service.ts';
import { LOCAL_PATH, startLocalService } from '../testing/local-service.ts';
import { ManualClock, until } from '../testing/manual-clock.ts';
import { forwardCall } from './forwarded-call.ts';
import { SyncServer } from './sync-server.ts';

let clock: ManualClock;
let service: LocalService;
let services: LocalServices;
let server: SyncServer;
let parts: SyncRPCResponse[];

beforeEach(async () => {
  clock = new ManualClock();
  service = await startLocalService();
  services = new LocalServices(
    new Map([
      ['mobilityd', { host: '127.0.0.1', port: service.port }],
      ['nobody', { host: '127.0.0.1', port: 1 }],
    ]),
    clock,
  );
  parts = [];
  const send = (body: FrameBody) => {
    encodeFrame(body);
    if (body.case === 'syncResponse') parts.push(create(SyncRPCResponseSchema, body.value));
    return true;
  };
  const forward = (request: Parameters<typeof forwardCall>[0], signal: AbortSignal) => forwardCall(request, services, clock, signal);
  server = new SyncServer({ services: new Map(), forward, send, buffered: () => 0, clock, log: silent, onCall: () => undefined });
});
afterEach(async () => {
  await server.closeAll();
  services.close();
  await service.close();
});

const call = (reqId: number, method: string, message = Uint8Array.of(), authority = 'mobilityd', headers: Record<string, string> = {}) =>
  server.handle(
    create(SyncRPCRequestSchema, {
      reqId,
      reqBody: { gwId: 'hw', authority, path: `${LOCAL_PATH}/${method}`, headers, payload: prefixMessage(message) },
    }),
  );

/** The end of a call: its status, its reason, and the messages that came. */
async function end(reqId: number) {
  const mine = () => parts.filter((part) => part.reqId === reqId).flatMap(({ respBody }) => (respBody ? [respBody] : []));
  await until(() => mine().some(({ headers }) => headers['grpc-status'] !== undefined), `the end of call ${reqId}`);
  const { headers = {} } = mine().at(-1) ?? {};
  const messages = unprefixMessages(Buffer.concat(mine().map(({ payload }) => payload))).map((message) => [...message]);
  return { status: headers['grpc-status'], reason: decodeGrpcMessage(headers['grpc-message'] ?? ''), headers, messages };
}

describe('a call of the cloud to a service of this machine', () => {
  it('is answered by it, with headers and trailers together at the end', async () => {
    call(1, 'Echo', Uint8Array.of(7, 8), 'mobilityd', {
      'Content-Type': 'application/grpc',
      Te: 'trailers',
      'X-Mine': 'm',
      Connection: 'close',
      ':path': '/x',
    });
    expect(await end(1)).toMatchObject({ status: '0', messages: [[7, 8]], headers: { ':status': '200', 'x-head': 'h', 'x-tail': 't' } });
    expect(service.seen).toMatchObject([{ 'x-mine': 'm' }]);
  });

  it('streams, and keeps the service’s own refusal', async () => {
    call(1, 'Count', Uint8Array.of(50));
    expect((await end(1)).messages).toEqual(Array.from({ length: 50 }, (_, index) => [index]));
    call(2, 'Fail');
    expect(await end(2)).toMatchObject({ status: '9', reason: 'nicht möglich', messages: [] });
    call(3, 'Nothing');
    expect(await end(3)).toMatchObject({ status: '12' });
  });

  it('is UNAVAILABLE when the service is not reachable, UNIMPLEMENTED when nobody registered it', async () => {
    call(1, 'Echo', undefined, 'nobody');
    expect(await end(1)).toMatchObject({ status: '14', reason: expect.stringContaining('not reachable') });
    call(2, 'Echo', undefined, 'stranger');
    expect(await end(2)).toMatchObject({ status: '12', reason: expect.stringContaining('stranger') });
  });

  it('is said to be alive each 10 s while the service is silent, and given up after 120 s', async () => {
    call(1, 'Hold');
    await until(() => service.open === 1, 'the call to be held');
    await clock.advance(30_000);
    expect(parts.map(({ respBody }) => respBody?.keepConnActive)).toEqual([true, true, true]);
    await clock.advance(90_000);
    expect(await end(1)).toMatchObject({ status: '4', reason: expect.stringContaining('120 s') });
    await until(() => service.open === 0, 'the service to hear of it');
  });

  it('ends with its caller', async () => {
    call(1, 'Hold');
    await until(() => service.open === 1, 'the call to be held');
    server.handle(create(SyncRPCRequestSchema, { reqId: 1, connClosed: true }));
    await until(() => service.open === 0, 'the service to hear of it');
    expect(parts).toEqual([]);
  });

  it('fails when the service dies in the middle, and others are served again', async () => {
    call(1, 'Hold');
    await until(() => service.open === 1, 'the call to be held');
    await service.close();
    expect((await end(1)).status).toBe('14');
  });
});
