import { create, toBinary } from '@bufbuild/protobuf';
import { Code, ConnectError, createClient, type ConnectRouter } from '@connectrpc/connect';
import { createConnectTransport, createGrpcWebTransport } from '@connectrpc/connect-node';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Bootstrapper } from '../proto/gen/orc8r/protos/bootstrapper_pb.js';
import { AccessGatewayIDSchema } from '../proto/gen/orc8r/protos/identity_pb.js';
import { DataUpdateBatchSchema, Streamer, StreamRequestSchema } from '../proto/gen/orc8r/protos/streamer_pb.js';
import { OrcError, type ErrorCode } from '../core/errors.ts';
import { connectHandler, requestIdOf, toConnect } from './connect.ts';

const challengePath = '/magma.orc8r.Bootstrapper/GetChallenge';

const routes = (router: ConnectRouter): void => {
  router.service(Bootstrapper, {
    getChallenge({ id }, context) {
      if (id === 'refused') throw new OrcError('forbidden', 'not you', { reason: 'not_a_gateway' });
      if (id === 'broken') throw new Error('the secret cause');
      return { challenge: new TextEncoder().encode(`${id} in ${requestIdOf(context)}`) };
    },
  });
  router.service(Streamer, {
    async *getUpdates({ gatewayId }) {
      yield create(DataUpdateBatchSchema, { resync: true });
      if (gatewayId === 'refused') throw new OrcError('aborted', 'enough');
      if (gatewayId === 'broken') throw new Error('the secret cause');
      yield create(DataUpdateBatchSchema, {});
    },
  });
};
const handle = connectHandler(routes, { maxBytes: 1000 });

const call = (init: RequestInit & { path?: string } = {}) => {
  const body = init.body ?? toBinary(AccessGatewayIDSchema, create(AccessGatewayIDSchema, { id: 'hw1' }));
  return handle(
    new Request(`https://x${init.path ?? challengePath}`, {
      method: 'POST',
      headers: { 'content-type': 'application/proto' },
      ...init,
      ...(init.method === 'GET' ? {} : { body }),
    }),
    'r1',
  );
};

describe('connectHandler', () => {
  it('answers a unary call, and tells it its request id', async () => {
    const response = await call();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/proto');
    expect(response.headers.get('x-request-id')).toBe('r1');
    const [, length = 0, ...rest] = [...new Uint8Array(await response.arrayBuffer())];
    expect(new TextDecoder().decode(Uint8Array.from(rest.slice(0, length)))).toBe('hw1 in r1');
  });

  it('takes JSON too', async () => {
    const response = await call({ headers: { 'content-type': 'application/json' }, body: '{"id":"hw1"}' });
    expect(await response.json()).toEqual({ challenge: btoa('hw1 in r1') });
  });

  it.each(['/', '/magma.orc8r.Bootstrapper', '/magma.orc8r.Bootstrapper/Other', '/magma.orc8r.StateService/ReportStates'])(
    'knows no %s',
    async (path) => {
      const response = await call({ path });
      expect(response.status).toBe(404);
      expect(await response.json()).toEqual({ message: `there is no method ${path}`, code: 'not_found', request_id: 'r1' });
    },
  );

  it('refuses another method than POST', async () => {
    const response = await call({ method: 'GET' });
    expect(response.status).toBe(405);
    expect(await response.json()).toEqual({ message: `${challengePath} takes POST only`, code: 'method_not_allowed', request_id: 'r1' });
  });

  it.each(['text/plain', 'application/grpc', ''])('refuses content type %j', async (type) => {
    const response = await call({ headers: { 'content-type': type } });
    expect(response.status).toBe(415);
    expect(await response.json()).toMatchObject({ code: 'unsupported_media_type', request_id: 'r1' });
  });

  it('refuses a body over the limit, announced or not', async () => {
    const announced = await call({
      headers: { 'content-type': 'application/proto', 'content-length': '5000' },
      body: new Uint8Array(5000),
    });
    expect(announced.status).toBe(413);
    expect(await announced.json()).toEqual({ message: 'the body is larger than 1000 bytes', code: 'too_large', request_id: 'r1' });
    const stream = new ReadableStream({
      pull(controller) {
        controller.enqueue(new Uint8Array(600));
      },
    });
    const silent = await call({ body: stream, duplex: 'half' } as RequestInit);
    expect(silent.status).toBe(413);
    const exact = await call({ headers: { 'content-type': 'application/json' }, body: JSON.stringify({ id: 'x'.repeat(1500) }) });
    expect(exact.status).toBe(429);
    expect(await exact.json()).toMatchObject({ code: 'resource_exhausted' });
  });

  it('refuses what does not parse, and compression it does not know', async () => {
    const garbage = await call({ body: new Uint8Array([0xff, 0xff, 0xff]) });
    expect(garbage.status).toBe(400);
    expect(await garbage.json()).toEqual({
      code: 'invalid_argument',
      message: 'the body is not a magma.orc8r.AccessGatewayID in binary form',
      request_id: 'r1',
    });
    const json = await call({ headers: { 'content-type': 'application/json' }, body: '{"id":' });
    expect(json.status).toBe(400);
    expect(await json.json()).toMatchObject({ code: 'invalid_argument' });
    const squeezed = await call({ headers: { 'content-type': 'application/proto', 'content-encoding': 'gzip' } });
    expect(squeezed.status).toBe(501);
  });

  it('explains a refusal, with reason and request id', async () => {
    const response = await call({ headers: { 'content-type': 'application/json' }, body: '{"id":"refused"}' });
    expect(response.status).toBe(403);
    expect(response.headers.get('x-request-id')).toBe('r1');
    expect(response.headers.get('x-orc8r-reason')).toBe('not_a_gateway');
    expect(await response.json()).toEqual({ code: 'permission_denied', message: 'not you' });
  });

  it('keeps the text of an accident to the log', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    const response = await call({ headers: { 'content-type': 'application/json' }, body: '{"id":"broken"}' });
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('secret');
    expect(log).toHaveBeenCalledWith('unexpected failure', 'r1', expect.objectContaining({ message: 'the secret cause' }));
    log.mockRestore();
  });
});

describe('over a real socket', () => {
  let server: Server;
  let baseUrl: string;

  beforeAll(async () => {
    server = createServer(async (incoming, outgoing) => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const headers = new Headers(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
      const response = await handle(new Request(`http://x${incoming.url}`, { method: 'POST', headers, body: Buffer.concat(chunks) }), 'r1');
      outgoing.writeHead(response.status, Object.fromEntries(response.headers));
      for await (const chunk of response.body ?? []) outgoing.write(chunk);
      outgoing.end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    baseUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  describe.each([
    ['Connect', () => createConnectTransport({ httpVersion: '1.1', baseUrl })],
    ['gRPC-Web', () => createGrpcWebTransport({ httpVersion: '1.1', baseUrl })],
  ])('%s', (_name, transport) => {
    it('makes unary calls', async () => {
      const client = createClient(Bootstrapper, transport());
      expect(new TextDecoder().decode((await client.getChallenge({ id: 'hw1' })).challenge)).toBe('hw1 in r1');
      const error = ConnectError.from(await client.getChallenge({ id: 'refused' }).catch((thrown: unknown) => thrown));
      expect(error).toMatchObject({ code: Code.PermissionDenied, rawMessage: 'not you' });
      expect(error.metadata.get('x-request-id')).toBe('r1');
      expect(error.metadata.get('x-orc8r-reason')).toBe('not_a_gateway');
    });

    it('makes streaming calls', async () => {
      const client = createClient(Streamer, transport());
      const read = async (gatewayId: string) => {
        const seen: boolean[] = [];
        try {
          for await (const batch of client.getUpdates(create(StreamRequestSchema, { gatewayId }))) seen.push(batch.resync);
          return { seen };
        } catch (thrown) {
          const { code, rawMessage } = ConnectError.from(thrown);
          return { seen, code, rawMessage };
        }
      };
      expect(await read('g1')).toEqual({ seen: [true, false] });
      expect(await read('refused')).toEqual({ seen: [true], code: Code.Aborted, rawMessage: 'enough' });
      const log = vi.spyOn(console, 'error').mockImplementation(() => {});
      expect(await read('broken')).toEqual({ seen: [true], code: Code.Internal, rawMessage: 'internal error' });
      log.mockRestore();
    });

    it('tells a method that is not served', async () => {
      const client = createClient(Bootstrapper, transport());
      const error = await client.requestSign({}).catch((thrown: unknown) => thrown);
      expect(ConnectError.from(error).code).toBe(Code.Unimplemented);
    });
  });
});

describe('toConnect', () => {
  it.each<[ErrorCode, string | undefined, Code]>([
    ['invalid', undefined, Code.InvalidArgument],
    ['unauthenticated', 'token_unknown', Code.Unauthenticated],
    ['unauthenticated', 'certificate_required', Code.PermissionDenied],
    ['forbidden', 'certificate_expired', Code.PermissionDenied],
    ['forbidden', 'unregistered_gateway', Code.PermissionDenied],
    ['not_found', undefined, Code.NotFound],
    ['conflict', undefined, Code.AlreadyExists],
    ['precondition_failed', undefined, Code.FailedPrecondition],
    ['too_large', undefined, Code.ResourceExhausted],
    ['too_many', undefined, Code.ResourceExhausted],
    ['aborted', 'challenge_expired', Code.Aborted],
    ['timeout', undefined, Code.DeadlineExceeded],
    ['unavailable', undefined, Code.Unavailable],
  ])('%s (%s) is code %i', (code, reason, answered) => {
    const error = toConnect(new OrcError(code, 'why', reason ? { reason } : {}), 'r1');
    expect(error).toMatchObject({ code: answered, rawMessage: 'why' });
    expect(error.metadata.get('x-orc8r-reason')).toBe(reason ?? null);
  });
});
