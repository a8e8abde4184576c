import { STRANGERS } from '../../core/identity/refusal-audit.ts';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SUBPROTOCOL } from '../../core/wire/limits.ts';
import { CLIENT_HEADER } from '../../durable-objects/ports.ts';
import { bindings, migrateD1, worker } from '../../test/workers/environment.ts';
import {
  certify,
  createNetwork,
  frontSays,
  gatewayId,
  newGateway,
  type Presented,
  type TestCertificate,
  write,
} from '../../test/workers/fleet.ts';
import { TestSocket } from '../../test/workers/socket.ts';

let count = 0;
let net: string;
let hw: string;
let certificate: TestCertificate;

const upgrade = { upgrade: 'websocket', 'sec-websocket-protocol': SUBPROTOCOL };
const knock = (presented: Presented, headers: Record<string, string> = upgrade) =>
  worker.fetch('https://controller.orc8r.test/sync', { headers, cf: frontSays(presented) } as unknown as RequestInit);
const refusal = async (response: Response) => [response.status, (await response.json<{ code: string }>()).code];
const audited = async () =>
  (
    await bindings.DB.prepare("SELECT detail FROM audit WHERE action = 'gateway.connect' AND network_id = ?")
      .bind(net)
      .all<{ detail: string }>()
  ).results.map(({ detail }) => (JSON.parse(detail) as { reason: string }).reason);

beforeAll(migrateD1);
beforeEach(async () => {
  count += 1;
  net = `net${count}`;
  hw = `hw${count}`;
  await createNetwork(net);
  await write(net, ...newGateway('g1', hw, 'red'));
  certificate = await certify('gateway', hw);
});

describe('the sync door', () => {
  it('takes a gateway with its certificate to its own object', async () => {
    const response = await knock({ certificate });
    expect([response.status, response.headers.get('sec-websocket-protocol')]).toEqual([101, SUBPROTOCOL]);
    if (!response.webSocket) throw new Error('no socket');
    const socket = new TestSocket(response.webSocket);
    expect(await socket.hello([{ stream: 'beacon' }])).toMatchObject({ networkId: net, gatewayId: 'g1' });
    expect(await socket.nth('update')).toMatchObject({ stream: 'beacon' });
  });

  it('takes one of several subprotocols offered, and the upgrade in any spelling', async () => {
    const response = await knock({ certificate }, { upgrade: 'WebSocket', 'sec-websocket-protocol': `graphql-ws, ${SUBPROTOCOL}` });
    expect(response.status).toBe(101);
    response.webSocket?.accept();
    response.webSocket?.close();
  });

  it('reads who it is from the certificate only', async () => {
    const forged = { ...upgrade, [CLIENT_HEADER]: JSON.stringify({ hardwareId: 'victim', networkId: 'victim', gatewayId: 'victim' }) };
    const response = await knock({ certificate }, forged);
    if (!response.webSocket) throw new Error('no socket');
    expect(await new TestSocket(response.webSocket).hello()).toMatchObject({ networkId: net, gatewayId: 'g1' });
  });

  it('believes no certificate without the front’s secret', async () => {
    // The hostname leads to this door; what the caller says of itself does not count.
    expect(await refusal(await knock({ certificate, secret: 'guessed' }))).toEqual([401, 'certificate_required']);
    const bare = await worker.fetch('https://controller.orc8r.test/sync', { headers: upgrade });
    expect(await refusal(bare)).toEqual([401, 'certificate_required']);
  });

  it.each([
    ['no upgrade', { 'sec-websocket-protocol': SUBPROTOCOL }],
    ['no subprotocol', { upgrade: 'websocket' }],
    ['another subprotocol', { upgrade: 'websocket', 'sec-websocket-protocol': 'orc8r.v2' }],
  ])('refuses %s', async (_, headers) => {
    expect(await refusal(await knock({ certificate }, headers as Record<string, string>))).toEqual([400, 'unsupported_protocol']);
  });

  it('tells apart what is wrong with a certificate, and audits each refusal', async () => {
    const stranger = { serial: 'FFFF', fingerprint: 'f'.repeat(64) };
    expect(await refusal(await knock({}))).toEqual([401, 'certificate_required']);
    expect(await refusal(await knock({ certificate: stranger }))).toEqual([403, 'certificate_unknown']);
    expect(await refusal(await knock({ certificate: { ...certificate, fingerprint: 'e'.repeat(64) } }))).toEqual([
      403,
      'certificate_unknown',
    ]);
    expect(await refusal(await knock({ certificate: await certify('gateway', hw, [-5, -1]) }))).toEqual([403, 'certificate_expired']);
    expect(await refusal(await knock({ certificate: await certify('gateway', hw, [1, 5]) }))).toEqual([403, 'certificate_not_yet_valid']);
    expect(await refusal(await knock({ certificate, verified: 'FAILED:unable to verify the first certificate' }))).toEqual([
      403,
      'certificate_unknown',
    ]);
    expect(await refusal(await knock({ certificate: await certify('operator', 'admin') }))).toEqual([403, 'not_a_gateway']);
    expect(await refusal(await knock({ certificate: await certify('gateway', 'unregistered') }))).toEqual([403, 'unregistered_gateway']);
    await write(net, { do: 'revoke_certificates', kind: 'gateway', subject: hw, reason: 'stolen' });
    expect(await refusal(await knock({ certificate }))).toEqual([403, 'certificate_revoked']);
    expect(await audited()).toEqual(['certificate_expired', 'certificate_not_yet_valid', 'certificate_revoked']);
    // Strangers belong to no network, and are one row however they call themselves.
    const strangers = await bindings.DB.prepare('SELECT detail FROM audit WHERE target IN (?, ?) ORDER BY id')
      .bind(STRANGERS.nothing, STRANGERS.foreign)
      .all<{ detail: string }>();
    expect(strangers.results.map(({ detail }) => (JSON.parse(detail) as { reason: string }).reason)).toEqual([
      'certificate_required',
      'certificate_unknown',
    ]);
  });

  it('refuses a gateway from the moment of its removal', async () => {
    await write(net, { do: 'delete_entity', id: gatewayId('g1') });
    expect(await refusal(await knock({ certificate }))).toEqual([403, 'unregistered_gateway']);
  });
});
