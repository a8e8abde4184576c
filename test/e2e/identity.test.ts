import { create, toBinary } from '@bufbuild/protobuf';
import { X509Certificate } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STRANGERS } from '../../core/identity/refusal-audit.ts';
import { createAuthority } from '../../local/certificates.ts';
import { ensureNetwork } from '../../local/demo/network.ts';
import { type Answer, type Caller, call, answerOf } from '../../local/fixture/client.ts';
import { StateService } from '../../proto/gen/orc8r/protos/state_pb.js';
import { type AuditRow, addGateway, adminOf, auditOf, type CertificateWish, type Holder, holderOf } from '../harness/identities.ts';
import { eventually, startTestPlatform, type TestPlatform } from '../harness/platform.ts';
import { connectRaw, knock, RawGateway } from '../harness/raw-gateway.ts';

const NETWORK = 'identity';
const NETWORKS = '/magma/v1/networks';
const REPORT = `/${StateService.typeName}/ReportStates`;
const states = toBinary(
  StateService.method.reportStates.input,
  create(StateService.method.reportStates.input, { states: [{ type: 'test', deviceID: 'd1', value: new TextEncoder().encode('{}') }] }),
);

/** What somebody would send who takes headers for identity. */
const forged = (victim: string): Record<string, string> => {
  const auth = { certPresented: '1', certVerified: 'SUCCESS', certRevoked: '0', certSerial: 'AA', certFingerprintSHA256: 'ab'.repeat(32) };
  return {
    'MF-CF-Blob': JSON.stringify({ tlsClientAuth: auth, orc8rFront: { secret: '0'.repeat(64), door: 'api' } }),
    'CF-Connecting-IP': '10.9.8.7',
    'CF-Client-Cert-Serial': 'AA',
    'X-Forwarded-For': '10.9.8.7',
    'X-Orc8r-Client': JSON.stringify({
      hardwareId: `hw-${victim}`,
      networkId: NETWORK,
      gatewayId: victim,
      certificateSerial: 'AA',
      certificateExpiresAt: 9e12,
    }),
    'X-Orc8r-Door': 'api',
    'X-Magma-Client-Cert-CN': 'admin',
    'X-Magma-Client-Cert-Serial': 'AA',
  };
};

let test: TestPlatform;
let admin: Holder;

beforeAll(async () => {
  test = await startTestPlatform();
  admin = adminOf(test);
  await ensureNetwork(test.rest, NETWORK, NETWORK);
});
afterAll(() => test?.close());

const overHttps = (caller: Caller, headers: Record<string, string> = {}): Promise<Answer> =>
  call(caller, `${test.platform.addresses.controller}${REPORT}`, {
    method: 'POST',
    headers: { 'content-type': 'application/proto', ...headers },
    body: states,
  });
const list = (caller: Caller, headers: Record<string, string> = {}): Promise<Answer> =>
  call(caller, `${test.platform.addresses.api}${NETWORKS}`, { headers });

async function overSocket(caller: Caller, headers: Record<string, string> = {}): Promise<Answer> {
  const answer = await knock(test, caller, headers);
  if (!(answer instanceof RawGateway)) return answer;
  await answer.end();
  throw new Error('the door let this caller in');
}

function expectRefusal(answer: Answer, status: number, code: string): void {
  expect({ status: answer.status, type: answer.headers['content-type'], body: JSON.parse(answer.text) }).toEqual({
    status,
    type: expect.stringContaining('application/json'),
    body: { message: expect.stringMatching(/\S/), code, request_id: expect.stringMatching(/^[\w-]{8,}$/) },
  });
}

const refusals = (rows: readonly AuditRow[], action: RegExp): AuditRow[] =>
  rows.filter((row) => row.outcome === 'refused' && action.test(row.action));

/** A gateway's certificate that is no good: how it is wrong, the code, and how its owner is told apart in the audit log. */
const bad: [string, Omit<CertificateWish, 'subject'>, string, 'owner' | 'serial'][] = [
  ['unknown', { known: false }, 'certificate_unknown', 'serial'],
  ['expired', { begins: -30 }, 'certificate_expired', 'owner'],
  ['not yet valid', { begins: 30 }, 'certificate_not_yet_valid', 'owner'],
  ['revoked', { revoked: 'stolen' }, 'certificate_revoked', 'owner'],
  ['of another fingerprint than the one issued', { fingerprint: 'ab'.repeat(32) }, 'certificate_unknown', 'serial'],
];

describe('a gateway at the controller door', () => {
  it.each(bad)('is refused with a certificate that is %s', async (how, wish, code, name) => {
    const gateway = `g-${how.replaceAll(' ', '-')}`;
    const subject = await addGateway(test, NETWORK, gateway);
    const holder = await holderOf(test, { subject, ...wish });
    expectRefusal(await overSocket(holder), 403, code);
    expectRefusal(await overHttps(holder), 403, code);
    const rows = refusals(await auditOf(test, name === 'owner' ? subject : `certificate ${holder.serial}`), /^gateway\.connect$/);
    // The second is the same refusal within a minute, and left out.
    expect(rows).toEqual([
      {
        action: 'gateway.connect',
        network_id: name === 'owner' ? NETWORK : '',
        actor: `certificate:${holder.serial}`,
        outcome: 'refused',
        detail: { reason: code },
      },
    ]);
  });

  it('is let in with a good one, by socket and over HTTPS', async () => {
    const subject = await addGateway(test, NETWORK, 'good');
    const holder = await holderOf(test, { subject });
    const socket = await connectRaw(test, holder);
    expect(await socket.hello()).toMatchObject({ networkId: NETWORK, gatewayId: 'good' });
    await socket.end();
    expect((await overHttps(holder)).status).toBe(200);
    expect(refusals(await auditOf(test, subject), /./)).toEqual([]);
  });

  it('is told when nobody registered its hardware id', async () => {
    const holder = await holderOf(test, { subject: 'hw-nobody' });
    expectRefusal(await overSocket(holder), 403, 'unregistered_gateway');
    expect(refusals(await auditOf(test, 'hw-nobody'), /./)).toMatchObject([{ detail: { reason: 'unregistered_gateway' } }]);
  });

  it('is not an operator', async () => {
    expectRefusal(await overSocket(admin), 403, 'not_a_gateway');
    expectRefusal(await overHttps(admin), 403, 'not_a_gateway');
    expect(refusals(await auditOf(test, 'admin'), /^gateway\.connect$/)).toMatchObject([
      { actor: `certificate:${admin.serial}`, detail: { reason: 'not_a_gateway' } },
    ]);
  });

  it('is a stranger with the certificate of another authority, or with none, and leaves one row for all of them', async () => {
    const by = await createAuthority('Orc8r development certifier', 365, new Date());
    const stranger = await holderOf(test, { subject: 'hw-good', by });
    expectRefusal(await overSocket(stranger), 403, 'certificate_unknown');
    expectRefusal(await overHttps(stranger), 403, 'certificate_unknown');
    expectRefusal(await overHttps(await holderOf(test, { subject: 'hw-good', by, known: false })), 403, 'certificate_unknown');
    expectRefusal(await overSocket({ ca: test.ca }), 401, 'certificate_required');
    expectRefusal(await overHttps({ ca: test.ca }), 401, 'certificate_required');
    const connects = async (target: string) => refusals(await auditOf(test, target), /^gateway\.connect$/);
    expect(await connects(STRANGERS.foreign)).toMatchObject([
      { actor: `certificate:${stranger.serial}`, network_id: '', detail: { reason: 'certificate_unknown' } },
    ]);
    expect(await connects(STRANGERS.nothing)).toMatchObject([{ detail: { reason: 'certificate_required' } }]);
  });

  it('has to offer the subprotocol', async () => {
    const holder = await holderOf(test, { subject: 'hw-good' });
    const answer = await call(holder, `${test.platform.addresses.controller}/sync`);
    expectRefusal(answer, 400, 'unsupported_protocol');
  });
});

describe('an operator at the REST door', () => {
  it.each(bad)('is refused with a certificate that is %s', async (_, wish, code, name) => {
    const holder = await holderOf(test, { subject: 'admin', kind: 'operator', ...wish });
    const answer = await list(holder);
    expectRefusal(answer, 401, code);
    expect(answer.headers['www-authenticate']).toContain('Bearer');
    const rows = await eventually(
      async () => refusals(await auditOf(test, name === 'owner' ? 'admin' : `certificate ${holder.serial}`), /^rest\./),
      (found) => found.some((row) => row.detail?.reason === code),
    );
    expect(rows.at(-1)).toMatchObject({ actor: `certificate:${holder.serial}`, outcome: 'refused', detail: { reason: code } });
  });

  it('is not a gateway', async () => {
    const subject = await addGateway(test, NETWORK, 'curious');
    const holder = await holderOf(test, { subject });
    expectRefusal(await list(holder), 401, 'not_an_operator');
    expectRefusal(await call(holder, `${test.platform.addresses.api}/magma/v1/lte/${NETWORK}/gateways/curious`), 401, 'not_an_operator');
    const rows = await eventually(
      async () => refusals(await auditOf(test, subject), /^rest\./),
      (found) => found.length > 0,
    );
    expect(rows[0]).toMatchObject({ detail: { reason: 'not_an_operator' } });
  });

  it('is nobody with the certificate of another authority, or with none', async () => {
    const by = await createAuthority('Orc8r development certifier', 365, new Date());
    expectRefusal(await list(await holderOf(test, { subject: 'admin', kind: 'operator', by, known: false })), 401, 'certificate_unknown');
    expectRefusal(await list(await holderOf(test, { subject: 'admin', kind: 'operator', by })), 401, 'certificate_unknown');
    expectRefusal(await list({ ca: test.ca }), 401, 'credentials_required');
    for (const [target, reason] of [
      [STRANGERS.foreign, 'certificate_unknown'],
      [STRANGERS.nothing, 'credentials_required'],
    ] as const) {
      const knocks = await eventually(
        async () => refusals(await auditOf(test, target), /^rest\.knock$/),
        (found) => found.length > 0,
      );
      expect(knocks).toMatchObject([{ actor: 'anonymous', network_id: '', detail: { reason } }]);
    }
  });

  it('is let in by certificate, by token, and by Basic with a token', async () => {
    const { token } = test.platform.credentials;
    expect((await list(admin)).status).toBe(200);
    expect((await list({ ca: test.ca }, { authorization: `Bearer ${token}` })).status).toBe(200);
    const basic = (user: string) => `Basic ${Buffer.from(`${user}:${token}`).toString('base64')}`;
    expect((await list({ ca: test.ca }, { authorization: basic('admin') })).status).toBe(200);
    expectRefusal(await list({ ca: test.ca }, { authorization: basic('somebody') }), 401, 'token_unknown');
    expectRefusal(
      await list({ ca: test.ca }, { authorization: `Bearer ${token.slice(0, -1)}${token.endsWith('a') ? 'b' : 'a'}` }),
      401,
      'token_unknown',
    );
  });
});

describe('forged headers', () => {
  it('name nobody at the REST door, and rename nobody', async () => {
    expectRefusal(await list({ ca: test.ca }, forged('victim')), 401, 'credentials_required');
    expectRefusal(await list(await holderOf(test, { subject: 'hw-curious' }), forged('victim')), 401, 'not_an_operator');
    expect((await list(admin, forged('victim'))).status).toBe(200);
  });

  it('let nobody through the controller door, and give a gateway no other name', async () => {
    await addGateway(test, NETWORK, 'victim');
    expectRefusal(await overSocket({ ca: test.ca }, forged('victim')), 401, 'certificate_required');
    expectRefusal(await overSocket(admin, forged('victim')), 403, 'not_a_gateway');
    const holder = await holderOf(test, { subject: await addGateway(test, NETWORK, 'liar') });
    const socket = await connectRaw(test, holder, forged('victim'));
    expect(await socket.hello()).toMatchObject({ gatewayId: 'liar' });
    await socket.end();
    expect((await overHttps(holder, forged('victim'))).status).toBe(200);
    expect((await test.rest.call('GET', `/magma/v1/networks/${NETWORK}/convergence`)).body).toMatchObject({
      gateways: expect.arrayContaining([expect.objectContaining({ id: 'victim', connected: false, last_checkin: null })]),
    });
  });

  it('and Host do not turn one door into another', async () => {
    const headers = { ...forged('victim'), host: 'api.orc8r.test' };
    const answer = await call(admin, `${test.platform.addresses.bootstrap}${NETWORKS}`, { headers });
    expectRefusal(answer, 404, 'not_found');
    expectRefusal(await call(admin, `${test.platform.addresses.controller}${NETWORKS}`, { headers }), 403, 'not_a_gateway');
    expectRefusal(
      await call(admin, `${test.platform.addresses.api}/sync`, { headers: { ...headers, host: 'controller.orc8r.test' } }),
      404,
      'not_found',
    );
  });
});

describe("workerd's own socket, behind the front", () => {
  /** One plain HTTP request with a Host of our choice. */
  const direct = async (path: string, headers: Record<string, string>): Promise<Answer> => {
    const url = await test.platform.directUrl('orc8r');
    return new Promise((resolve, reject) => {
      const outgoing = request({ host: url.hostname, port: url.port, path, headers, agent: false }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => resolve(answerOf(response, Buffer.concat(parts))));
      });
      outgoing.on('error', reject);
      outgoing.end();
    });
  };
  const blob = (fields: object): Record<string, string> => ({ 'MF-CF-Blob': JSON.stringify(fields) });

  it('believes no identity without the secret of this start', async () => {
    const certificate = new X509Certificate(admin.client.certificate);
    const tlsClientAuth = {
      certPresented: '1',
      certVerified: 'SUCCESS',
      certRevoked: '0',
      certSerial: certificate.serialNumber,
      certFingerprintSHA256: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    };
    const tries = [
      {},
      { tlsClientAuth },
      { tlsClientAuth, orc8rFront: { door: 'api' } },
      ...['', '0'.repeat(64)].map((secret) => ({ tlsClientAuth, orc8rFront: { secret, door: 'api' } })),
    ];
    for (const fields of tries) {
      expectRefusal(await direct(NETWORKS, { host: 'api.orc8r.test', ...blob(fields) }), 401, 'credentials_required');
      const upgrade = {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
        'sec-websocket-version': '13',
        'sec-websocket-protocol': 'orc8r.v1',
      };
      expectRefusal(await direct('/sync', { host: 'controller.orc8r.test', ...upgrade, ...blob(fields) }), 401, 'certificate_required');
    }
  });
});
