import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import type { FrameBody } from '../../core/wire/frame.ts';
import { encodeFrame } from '../../core/wire/frame.ts';
import { GrpcError, GrpcStatus, prefixMessage, unprefixMessage } from '../../core/wire/grpc.ts';
import { GetGatewayIdResponseSchema, LogLineSchema, Magmad, TailLogsRequestSchema } from '../../proto/gen/orc8r/protos/magmad_pb.js';
import { SyncRPCRequestSchema } from '../../proto/gen/orc8r/protos/sync_rpc_service_pb.js';
import { silent } from '../log.ts';
import { ManualClock, settle } from '../testing/manual-clock.ts';
import type { ServiceHandlers } from './services.ts';
import { serve } from './services.ts';
import { SyncServer } from './sync-server.ts';

type Part = {
  reqId?: number;
  status?: string;
  headers?: Record<string, string>;
  payload?: Uint8Array;
  err?: string;
  keepConnActive?: boolean;
};

function setUp(handlers: ServiceHandlers<typeof Magmad>) {
  const clock = new ManualClock();
  const parts: Part[] = [];
  const send = (body: FrameBody) => {
    encodeFrame(body);
    if (body.case === 'syncResponse') parts.push({ reqId: body.value.reqId, ...(body.value.respBody as Part) });
    return true;
  };
  const services = new Map([['magmad', new Map(serve(Magmad, handlers))]]);
  const server = new SyncServer({ services, send, buffered: () => 0, clock, log: silent, onCall: () => undefined });
  const call = (reqId: number, method: string, payload: Uint8Array = prefixMessage(new Uint8Array()), authority = 'magmad') =>
    server.handle(
      create(SyncRPCRequestSchema, { reqId, reqBody: { gwId: 'hw', authority, path: `/magma.orc8r.Magmad/${method}`, payload } }),
    );
  const control = (fields: { reqId?: number; heartBeat?: boolean; connClosed?: boolean }) =>
    server.handle(create(SyncRPCRequestSchema, fields));
  return { clock, parts, server, call, control };
}

describe('calls from the cloud', () => {
  it('a unary reply is one part: status, content type, grpc-status and the framed message', async () => {
    const { parts, call } = setUp({ getGatewayId: async () => ({ gatewayId: 'hw' }) });
    call(1, 'GetGatewayId');
    await settle();
    expect(parts).toEqual([
      {
        reqId: 1,
        status: '200',
        headers: { ':status': '200', 'content-type': 'application/grpc', 'grpc-status': '0' },
        payload: expect.any(Uint8Array),
      },
    ]);
    expect(fromBinary(GetGatewayIdResponseSchema, unprefixMessage(parts[0]?.payload ?? new Uint8Array())).gatewayId).toBe('hw');
  });

  it('tells its own errors, unknown services and methods, and broken framing apart', async () => {
    const { parts, call } = setUp({
      getGatewayId: async () => ({}),
      reboot: async () => {
        throw new GrpcError(GrpcStatus.FAILED_PRECONDITION, 'not set up: 100%');
      },
      getConfigs: async () => {
        throw new Error('disk on fire');
      },
    });
    call(1, 'Reboot');
    call(2, 'CheckStateless');
    call(3, 'GetGatewayId', undefined, 'pipelined');
    call(4, 'GetGatewayId', Uint8Array.of(0, 0, 0, 0, 9, 1));
    call(5, 'GetConfigs');
    await settle();
    const status = (reqId: number) => parts.find((part) => part.reqId === reqId)?.headers;
    expect(status(1)).toMatchObject({ 'grpc-status': '9', 'grpc-message': 'not set up: 100%25' });
    expect(status(2)).toMatchObject({ 'grpc-status': '12', 'grpc-message': 'magmad has no method /magma.orc8r.Magmad/CheckStateless' });
    expect(status(3)).toMatchObject({ 'grpc-status': '12', 'grpc-message': 'this gateway has no service pipelined' });
    expect(status(4)).toMatchObject({ 'grpc-status': '3' });
    expect(status(5)).toMatchObject({ 'grpc-status': '13', 'grpc-message': 'disk on fire' });
  });

  it('says every 10 s that a silent call is alive, and stops with the reply', async () => {
    const finish = Promise.withResolvers<object>();
    const { clock, parts, call } = setUp({ getGatewayId: () => finish.promise });
    call(1, 'GetGatewayId');
    await clock.advance(29_000);
    expect(parts).toEqual([
      { reqId: 1, keepConnActive: true },
      { reqId: 1, keepConnActive: true },
    ]);
    finish.resolve({});
    await settle();
    expect(parts).toHaveLength(3);
    await clock.advance(60_000);
    expect(parts).toHaveLength(3);
    expect(clock.timers).toEqual([]);
  });

  it('refuses an id that is in use, and takes it again afterwards', async () => {
    const finish = Promise.withResolvers<object>();
    const { parts, call } = setUp({ getGatewayId: () => finish.promise });
    call(7, 'GetGatewayId');
    call(7, 'GetGatewayId');
    await settle();
    expect(parts).toEqual([{ reqId: 7, err: 'request ID 7 is already being handled' }]);
    finish.resolve({});
    await settle();
    call(7, 'GetGatewayId');
    await settle();
    expect(parts.slice(1).map((part) => part.headers?.['grpc-status'])).toEqual(['0', '0']);
  });

  it('serves 50 calls at once and refuses the next', async () => {
    const { parts, call } = setUp({ getGatewayId: () => new Promise(() => undefined) });
    for (let reqId = 1; reqId <= 51; reqId++) call(reqId, 'GetGatewayId');
    await settle();
    expect(parts).toHaveLength(1);
    expect(parts[0]).toMatchObject({ reqId: 51, headers: { 'grpc-status': '8' } });
  });

  it('streams: a part for each message without a status, then the status alone', async () => {
    const { parts, call } = setUp({
      tailLogs: async function* ({ service }) {
        yield { line: `${service} 1` };
        yield { line: `${service} 2` };
      },
    });
    call(1, 'TailLogs', prefixMessage(toBinary(TailLogsRequestSchema, create(TailLogsRequestSchema, { service: 'mme' }))));
    await settle(20);
    expect(parts.map((part) => part.headers?.['grpc-status'])).toEqual([undefined, undefined, '0']);
    expect(parts.slice(0, 2).map((part) => fromBinary(LogLineSchema, unprefixMessage(part.payload ?? new Uint8Array())).line)).toEqual([
      'mme 1',
      'mme 2',
    ]);
  });

  it('connClosed and a lost connection cancel what runs, and nothing more is sent for it', async () => {
    const aborted: number[] = [];
    let count = 0;
    const { parts, call, control, server } = setUp({
      getGatewayId: (_request, { signal }) =>
        new Promise((resolve) => {
          const own = ++count;
          signal.addEventListener('abort', () => {
            aborted.push(own);
            resolve({});
          });
        }),
    });
    call(1, 'GetGatewayId');
    call(2, 'GetGatewayId');
    await settle();
    control({ reqId: 1, connClosed: true });
    expect(aborted).toEqual([1]);
    await server.closeAll();
    expect(aborted).toEqual([1, 2]);
    expect(parts).toEqual([]);
  });

  it('a reply that does not fit a frame becomes an error', async () => {
    const { parts, call } = setUp({ getGatewayId: async () => ({ gatewayId: 'x'.repeat(4 * 1024 * 1024) }) });
    call(1, 'GetGatewayId');
    await settle();
    expect(parts[0]?.headers).toMatchObject({ 'grpc-status': '8' });
  });

  it('takes heartbeats and late cancellations without a word', async () => {
    const { parts, control } = setUp({});
    control({ heartBeat: true });
    control({ reqId: 99, connClosed: true });
    control({ reqId: 0 });
    await settle();
    expect(parts).toEqual([]);
  });
});
