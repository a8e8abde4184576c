import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { beforeAll, describe, expect, it } from 'vitest';
import { MessageReader, prefixMessage } from '../../core/wire/grpc.ts';
import { StateService } from '../../proto/gen/orc8r/protos/state_pb.js';
import { DataUpdateBatchSchema, StreamRequestSchema, Streamer } from '../../proto/gen/orc8r/protos/streamer_pb.js';
import { bindings, gateway, migrateD1, network, worker } from '../../test/workers/environment.ts';
import { certify, createNetwork, frontSays, newGateway, type Presented, write } from '../../test/workers/fleet.ts';
import { client, connect, until } from '../../test/workers/socket.ts';

const { reportStates } = StateService.method;
const { getUpdates } = Streamer.method;
const report = toBinary(
  reportStates.input,
  create(reportStates.input, { states: [{ type: 'gw_state', deviceID: 'x', value: new TextEncoder().encode('{"meta":{}}') }] }),
);
let certificate: Presented['certificate'];

const post = (
  path: string,
  body: Uint8Array,
  contentType = 'application/proto',
  presented: Presented = certificate ? { certificate } : {},
) =>
  worker.fetch(`https://controller.orc8r.test/${path}`, {
    method: 'POST',
    headers: { 'content-type': contentType },
    body,
    cf: frontSays(presented),
  } as unknown as RequestInit);
const REPORT = `${StateService.typeName}/${reportStates.name}`;
const UPDATES = `${Streamer.typeName}/${getUpdates.name}`;

beforeAll(async () => {
  await migrateD1();
  await createNetwork('n');
  await write('n', ...newGateway('g1', 'hw', 'red'));
  await network('n').port.changed('n');
  certificate = await certify('gateway', 'hw');
});

describe('the streamer door', () => {
  it('answers a unary call by the Connect protocol, through the gateway’s object', async () => {
    const response = await post(REPORT, report);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/proto']);
    expect(fromBinary(reportStates.output, new Uint8Array(await response.arrayBuffer())).unreportedStates).toEqual([]);
    expect(await until(async () => (await network('n').port.status('g1')) ?? undefined)).toMatchObject({ hardwareId: 'hw' });
  });

  it('answers the same by gRPC-Web', async () => {
    const response = await post(REPORT, prefixMessage(report), 'application/grpc-web+proto');
    expect(response.status).toBe(200);
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect(new TextDecoder().decode(bytes)).toMatch(/grpc-status: ?0/i);
  });

  it('streams what the gateway should hold', async () => {
    const request = toBinary(StreamRequestSchema, create(StreamRequestSchema, { gatewayId: 'hw', streamName: 'beacon' }));
    const response = await post(UPDATES, prefixMessage(request), 'application/grpc-web+proto');
    const bytes = new Uint8Array(await response.arrayBuffer());
    const length = new DataView(bytes.buffer).getUint32(1);
    const [message] = new MessageReader(1_000_000).push(bytes.slice(0, 5 + length));
    const { updates, resync } = fromBinary(DataUpdateBatchSchema, message ?? new Uint8Array());
    expect(resync).toBe(true);
    expect(updates.map(({ key, value }) => [key, new TextDecoder().decode(value)])).toEqual([['g1', 'lamp/g1=red']]);
  });

  it('leaves the gateway’s socket alone', async () => {
    const socket = await connect(client('hw', 'n', 'g1'));
    await socket.hello([{ stream: 'beacon' }]);
    await (await post(REPORT, report)).arrayBuffer();
    expect(await gateway('hw').port.presence()).toMatchObject({ connection: { since: expect.any(Number) } });
    expect(socket.closed).toBeUndefined();
  });

  it.each([
    ['a method that nobody serves', 'magma.orc8r.Nobody/Home', report, 404],
    ['a message that is none', REPORT, Uint8Array.of(0xff), 400],
    ['a refusal of the method', REPORT, new Uint8Array(), 400],
  ])('refuses %s', async (_, path, body, status) => {
    const response = await post(path, body);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ message: expect.any(String), code: expect.any(String) });
  });

  it('refuses who shows no certificate, one that is not a gateway’s, or no secret, before anything is read', async () => {
    const status = async (presented: Presented) => {
      const response = await post(REPORT, report, 'application/proto', presented);
      return [response.status, ((await response.json()) as { code: string }).code];
    };
    expect(await status({})).toEqual([401, expect.any(String)]);
    expect(await status({ certificate: await certify('operator', 'admin') })).toEqual([403, expect.any(String)]);
    expect((await status({ ...(certificate ? { certificate } : {}), secret: 'guessed' }))[0]).toBe(401);
    // One row for those who showed none, though they were two, and one for the operator.
    const rows = await bindings.DB.prepare("SELECT target FROM audit WHERE action = 'gateway.connect' ORDER BY id").all<{
      target: string;
    }>();
    expect(rows.results.map(({ target }) => target)).toEqual(['no certificate', 'admin']);
  });
});
