import { X509Certificate } from 'node:crypto';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { certificatePem, clientComplaint, newAuthority, newRequest, type TestAuthority } from '../../test/support/certificates.ts';
import { type TestD1, testD1 } from '../../test/support/d1.ts';
import { addGateway, addNetwork } from '../../test/support/gateways.ts';
import { CertType, CSRSchema } from '../../proto/gen/orc8r/protos/certifier_pb.js';
import { commit } from '../configurator/commit.ts';
import { Database } from '../db/database.ts';
import { authenticateGateway, authenticateOperator } from '../identity/authenticate.ts';
import { certificateBySerial } from './certificates.ts';
import { type Certifier, createCertifier } from './certifier.ts';
import { issueVpnCertificate, MOST_VPN_CERTIFICATES } from './vpn.ts';

const HOUR = 3_600_000;
// The real time, since a TLS handshake looks at the clock.
const now = Date.now();
const gateway = { hardwareId: 'hw1', networkId: 'n1', gatewayId: 'g1' };
let ca: TestAuthority;
let certifier: Certifier;
let request: Awaited<ReturnType<typeof newRequest>>;
let store: TestD1;

beforeAll(async () => {
  ca = await newAuthority('P-256', now + 1000 * HOUR);
  certifier = await createCertifier(ca.certificate, ca.key, 'VPN');
  request = await newRequest('hw1');
});
beforeEach(async () => {
  store = testD1();
  await addNetwork(store, 'n1');
  await addGateway(store, { networkId: 'n1', gatewayId: 'g1', hardwareId: 'hw1' });
});
afterEach(() => store.close());

const issue = (csr: MessageInitShape<typeof CSRSchema> = {}, at = now) =>
  issueVpnCertificate({
    db: new Database(store.d1),
    certifier,
    gateway,
    csr: create(CSRSchema, { certType: CertType.VPN, csrDer: request.der, ...csr }),
    requestId: 'r1',
    now: at,
  });
const known = async (serial: string) => (await new Database(store.d1).read(certificateBySerial({ serial })))[0];

describe('issueVpnCertificate', () => {
  it('signs one that names the gateway by its logical id, and is known and audited', async () => {
    const before = store.trips();
    const issued = await issue({ validTime: { seconds: 7200n } });
    expect(store.trips() - before).toBe(2);
    expect(new X509Certificate(Buffer.from(issued.der)).subject).toBe('CN=g1');
    expect(issued.notAfter).toBe(Math.floor((now + 2 * HOUR) / 1000) * 1000);
    expect(await clientComplaint({ cert: certificatePem(issued.der), key: request.key }, ca.certificate)).toBe('');
    expect(await known(issued.serial)).toMatchObject({ kind: 'vpn', subject: 'hw1', gateway: { networkId: 'n1', gatewayId: 'g1' } });
    const audit = store.sqlite.prepare("SELECT actor, network_id, target, detail FROM audit WHERE action = 'certificate.issue'").all();
    expect(audit).toMatchObject([{ actor: 'gateway:hw1', network_id: 'n1', target: 'g1' }]);
    expect(JSON.parse(String(audit[0]?.['detail']))).toMatchObject({ kind: 'vpn', serial: issued.serial });
  });

  it('lasts 97 hours unless less is asked for', async () => {
    const longest = Math.floor((now + 97 * HOUR) / 1000) * 1000;
    expect((await issue()).notAfter).toBe(longest);
    expect((await issue({ validTime: { seconds: 999_999_999n } })).notAfter).toBe(longest);
  });

  it('takes a request without a name', async () => {
    const issued = await issue({ csrDer: (await newRequest('')).der });
    expect(new X509Certificate(Buffer.from(issued.der)).subject).toBe('CN=g1');
  });

  it.each([
    ['no request', () => ({ csrDer: new Uint8Array() }), 'csr_missing'],
    ['what is no request', () => ({ csrDer: Uint8Array.of(1, 2, 3) }), 'csr_malformed'],
    ['one in the name of another', async () => ({ csrDer: (await newRequest('hw2')).der }), 'csr_common_name'],
    ['one for another identity', () => ({ id: { Value: { case: 'gateway' as const, value: { hardwareId: 'hw2' } } } }), 'csr_identity'],
  ])('refuses %s and keeps nothing', async (_what, csr, reason) => {
    await expect(issue(await csr())).rejects.toMatchObject({ code: 'aborted', reason });
    expect(store.sqlite.prepare('SELECT COUNT(*) AS n FROM certificates').get()).toEqual({ n: 0 });
  });

  it('gives a gateway so many at most, and more when those have run out', async () => {
    for (let index = 0; index < MOST_VPN_CERTIFICATES; index += 1) await issue({ validTime: { seconds: 60n } });
    await expect(issue()).rejects.toMatchObject({ code: 'too_many', reason: 'vpn_certificates' });
    await issue({}, now + 2 * 60_000);
  });

  it('opens no door of this platform', async () => {
    const { serial, fingerprint } = await issue();
    const tls = { verdict: 'verified', serial, fingerprint } as const;
    const refused = { reason: 'certificate_unknown' };
    for (const authentication of [authenticateGateway(tls, { now }), await authenticateOperator({ tls, authorization: null }, { now })]) {
      await expect(new Database(store.d1, authentication.gate).authorise()).rejects.toMatchObject(refused);
    }
  });

  it.each([
    ['the gateway is deleted', { do: 'revoke_certificates', kind: 'gateway', subject: 'hw1', reason: 'gateway deleted' }],
    ['its network is deleted', { do: 'delete_network' }],
  ] as const)('is revoked when %s', async (_when, mutation) => {
    const { serial } = await issue();
    const author = { actor: 'operator:test', requestId: 'r2', at: now };
    await commit(new Database(store.d1), { networkId: 'n1', action: 'test', target: 'g1', mutations: [mutation] }, author);
    expect((await known(serial))?.revokedAt).toBe(now);
  });
});
