import { X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { opensslRequests } from '../../../core/certifier/fixtures/openssl-requests.ts';
import { Database } from '../../../core/db/database.ts';
import { authenticateOperator } from '../../../core/identity/authenticate.ts';
import type { Principal } from '../../../core/identity/principal.ts';
import { clientComplaint, newRequest } from '../../../test/support/certificates.ts';
import { authority, type TestApi, testApi } from '../../../test/support/context.ts';
import { routes } from './index.ts';

const PATH = '/user/ann/certificates';
const DAY = 86_400_000;
interface Issued {
  readonly certificate: string;
  readonly authority: string;
  readonly serial: string;
  readonly fingerprint: string;
  readonly not_before: number;
  readonly not_after: number;
}

let api: TestApi;
beforeEach(async () => {
  api = testApi(routes);
  // A TLS handshake looks at the clock.
  api.now = Date.now();
  await api.call('POST', '/user', { body: { username: 'ann', password: 'correct horse' } });
});
afterEach(() => api.d1.close());

const grant = (...resourceIDs: string[]) =>
  api.call('PUT', '/user/ann/grants', { body: [{ effect: 'ALLOW', action: 'READ', resourceType: 'NETWORK_ID', resourceIDs }] });
const issue = async (body: unknown = { csr: opensslRequests.p256 }, path = PATH) => (await api.call('POST', path, { body })).body as Issued;
const faultsOf = async (csr: string) => (await api.refusal('POST', PATH, { body: { csr } })).faults;
const pem = (base64: string, label = 'CERTIFICATE REQUEST') => `-----BEGIN ${label}-----\n${base64}\n-----END ${label}-----\n`;
/** Who comes with it, as the door finds out. */
async function holder({ serial, fingerprint }: Issued): Promise<Principal> {
  const tls = { serial, fingerprint, verdict: 'verified' } as const;
  const found = await authenticateOperator({ tls, authorization: null }, { now: api.now });
  await new Database(api.d1.d1, found.gate).authorise();
  return found.principal();
}

describe('a certificate of a user', () => {
  it('is for the key of the request and the name of the user, whatever the request says, and stands for the grants', async () => {
    await grant('n1');
    const request = await newRequest('admin');
    const answer = await api.call('POST', PATH, { body: { csr: Buffer.from(request.der).toString('base64'), valid_days: 2 } });
    expect(answer).toMatchObject({ status: 201, trips: 2 });
    const issued = answer.body as Issued;
    const read = new X509Certificate(issued.certificate);
    expect(read.subject).toBe('CN=ann');
    expect(read.fingerprint256.replaceAll(':', '').toLowerCase()).toBe(issued.fingerprint);
    expect(read.validToDate.getTime()).toBe(issued.not_after);
    expect(issued.not_after).toBe(Math.floor((api.now + 2 * DAY) / 1000) * 1000);
    expect(issued.authority.trim()).toBe(authority.certificate.trim());
    expect(await clientComplaint({ cert: issued.certificate, key: request.key }, authority.certificate)).toBe('');
    expect(await holder(issued)).toEqual({
      kind: 'operator',
      id: 'ann',
      grants: [{ effect: 'ALLOW', action: 'READ', resourceType: 'network', resource: 'n1' }],
      credential: { certificate: issued.serial },
    });
    const row = api.d1.sqlite.prepare("SELECT actor, target, detail FROM audit WHERE action = 'certificate.issue'").get();
    expect(row).toMatchObject({ actor: 'operator:admin', target: 'ann' });
    expect(JSON.parse(String(row?.['detail']))).toEqual({ serial: issued.serial, kind: 'operator', not_after: issued.not_after });
  });

  it('is listed with its user, and ends at once when it is revoked', async () => {
    expect((await api.call('GET', PATH)).body).toEqual({ certificates: [], total_count: 0, page_token: '' });
    const [first, second] = [await issue(), await issue({ csr: opensslRequests.rsa2048, valid_days: 1 })];
    expect(first.not_after - second.not_after).toBe(364 * DAY);
    const page = await api.call('GET', PATH);
    expect(page.trips).toBe(1);
    expect(page.body).toMatchObject({
      total_count: 2,
      certificates: [{ serial: second.serial, subject: 'ann' }, { serial: first.serial }],
    });
    await api.call('POST', `/certificates/${first.serial}:revoke`, { body: { reason: 'lost' } });
    await expect(holder(first)).rejects.toMatchObject({ reason: 'certificate_revoked' });
    expect((await api.call('GET', PATH, { query: { state: 'valid' } })).body).toMatchObject({ total_count: 1 });
    await holder(second);
    await api.call('DELETE', '/user/ann');
    await expect(holder(second)).rejects.toMatchObject({ reason: 'certificate_revoked' });
    expect((await api.refusal('GET', PATH)).code).toBe('not_found');
  });

  it('bears odd names as they are', async () => {
    for (const username of ['#61', 'a"b"c', 'dom\\ann', 'ünï,cn=x']) {
      await api.call('POST', '/user', { body: { username, password: 'x' } });
      const { certificate } = await issue(undefined, `/user/${encodeURIComponent(username)}/certificates`);
      expect(new X509Certificate(certificate).toLegacyObject().subject.CN).toBe(username);
    }
    const long = 'x'.repeat(65);
    await api.call('POST', '/user', { body: { username: long, password: 'x' } });
    const { faults } = await api.refusal('POST', `/user/${long}/certificates`, { body: { csr: opensslRequests.p256 } });
    expect(faults).toEqual([{ path: 'path.username', message: 'must be no longer than 64 characters to stand in a certificate' }]);
  });

  it('is not made in a dry run', async () => {
    const { body } = await api.call('POST', PATH, { body: { csr: opensslRequests.p256 }, dryRun: true });
    expect(body).toEqual([{ network_id: '', type: 'certificate', key: expect.stringMatching(/^[0-9A-F]+$/), change: 'create' }]);
    expect(api.d1.sqlite.prepare('SELECT COUNT(*) AS n FROM certificates').get()?.['n']).toBe(0);
  });

  it('is not made with grants that were given while it was signed', async () => {
    const few: Principal = {
      kind: 'operator',
      id: 'keeper',
      credential: { token: 'tok_test' },
      grants: [{ effect: 'ALLOW', action: 'WRITE', resourceType: 'uri', resource: '/magma/v1/user/**' }],
    };
    const started = api.call('POST', PATH, { body: { csr: opensslRequests.rsa4096 }, as: few });
    await grant('n1');
    const outcome = await started.then(
      () => 'issued',
      (error: { reason?: string }) => error.reason,
    );
    // Whichever came first: a certificate that stands for what its giver lacks is none of the outcomes.
    const version = api.d1.sqlite.prepare("SELECT COUNT(*) AS n FROM certificates WHERE kind = 'operator'").get()?.['n'];
    expect([outcome, version]).toEqual(outcome === 'issued' ? ['issued', 1] : ['not_permitted', 0]);
  });
});

describe('a certificate request', () => {
  it.each([
    ['PEM', pem(opensslRequests.p256)],
    ['PEM of old tools', pem(opensslRequests.p384, 'NEW CERTIFICATE REQUEST')],
    ['PEM with text around it', `Certificate Request:\n  Subject: CN=hw1\n${pem(opensslRequests.sha384)}\n`],
    ['PEM with other line ends', pem(opensslRequests.p256).replaceAll('\n', '\r\n')],
    ['base64 in lines', opensslRequests.rsa4096.replaceAll(/.{64}/g, '$&\n')],
  ])('is taken as %s', async (_, csr) => {
    expect((await issue({ csr })).serial).toMatch(/^[0-9A-F]+$/);
  });

  const FORM = 'must be a PKCS#10 certificate request: PEM ("BEGIN CERTIFICATE REQUEST"), or its DER as base64';
  const forged = () => {
    const der = Buffer.from(opensslRequests.p256, 'base64');
    der[der.length - 1] = (der.at(-1) ?? 0) ^ 1;
    return der.toString('base64');
  };
  it.each([
    ['blanks', ' \n', FORM],
    ['no base64', '@@@', FORM],
    ['cut short', opensslRequests.p256.slice(0, 100), FORM],
    ['no request', pem(opensslRequests.p256, 'CERTIFICATE'), FORM],
    ['two requests', pem(opensslRequests.p256) + pem(opensslRequests.p384), FORM],
    ['half a block', pem(opensslRequests.p256).slice(0, 200), FORM],
    [
      'a short key',
      opensslRequests.rsa1024,
      'the CSR is for an RSA key of 1024 bits: make an EC key on P-256 or P-384, or an RSA key of 2048 to 4096 bits',
    ],
    ['another curve', opensslRequests.p521, expect.stringContaining('an EC key on P-521')],
    ['another kind of key', opensslRequests.ed25519, expect.stringContaining('a key of kind Ed25519')],
    ['a weak hash', opensslRequests.sha1, expect.stringContaining('is signed with RSASSA-PKCS1-v1_5 and SHA-1')],
    ['a signature by another key', forged(), expect.stringContaining('the signature of the CSR does not fit its public key')],
  ])('is refused as %s', async (_, csr, message) => {
    expect(await faultsOf(csr)).toEqual([{ path: 'body.csr', message }]);
  });

  it('is refused with a private key beside it, which is repeated nowhere', async () => {
    const secret = pem('c2VjcmV0', 'PRIVATE KEY');
    const error = await api.refusal('POST', PATH, { body: { csr: secret + pem(opensslRequests.p256) } });
    expect(error.message).toBe('body.csr: holds a private key, which nobody else may see: make a new one, and send its request alone');
    expect(JSON.stringify(api.d1.sqlite.prepare('SELECT * FROM audit').all())).not.toContain('c2VjcmV0');
  });

  it('is looked at before its user is missed, and lasts a bounded time', async () => {
    expect((await api.refusal('POST', '/user/none/certificates', { body: { csr: 'x' } })).code).toBe('invalid');
    expect((await api.refusal('POST', '/user/none/certificates', { body: { csr: opensslRequests.p256 } })).code).toBe('not_found');
    for (const days of [0, 367, 1.5]) {
      const { faults } = await api.refusal('POST', PATH, { body: { csr: opensslRequests.p256, valid_days: days } });
      expect(faults.map(({ path }) => path)).toEqual(['body.valid_days']);
    }
  });
});

describe('who looks after users and little else', () => {
  const keeper: Principal = {
    kind: 'operator',
    id: 'keeper',
    credential: { token: 'tok_test' },
    grants: [
      { effect: 'ALLOW', action: 'WRITE', resourceType: 'uri', resource: '/magma/v1/user/**' },
      { effect: 'ALLOW', action: 'WRITE', resourceType: 'uri', resource: '/magma/v1/certificates/**' },
      { effect: 'ALLOW', action: 'READ', resourceType: 'network', resource: 'n1' },
    ],
  };
  const body = { csr: opensslRequests.p256 };

  it('issues certificates that stand for what it holds, and revokes those, and no others', async () => {
    await grant('n1');
    const { body: own } = await api.call('POST', PATH, { body, as: keeper });
    await grant('n1', 'n2');
    const refused = await api.refusal('POST', PATH, { body, as: keeper });
    expect(refused).toMatchObject({
      reason: 'not_permitted',
      message: 'access denied: operator keeper may not issue a certificate that stands for rights that it does not hold itself',
    });
    const revoke = `/certificates/${(own as Issued).serial}:revoke`;
    expect((await api.refusal('POST', revoke, { body: { reason: 'x' }, as: keeper })).reason).toBe('not_permitted');
    await grant('n1');
    expect((await api.call('POST', revoke, { body: { reason: 'x' }, as: keeper })).status).toBe(200);
  });
});
