import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestD1, testD1 } from '../../test/support/d1.ts';
import { addGateway, addNetwork } from '../../test/support/gateways.ts';
import { registerCertificate, revokeCertificate } from '../certifier/certificates.ts';
import { networkIds } from '../configurator/load.ts';
import { Database } from '../db/database.ts';
import { OrcError } from '../errors.ts';
import { demand } from './access.ts';
import { type AuthenticateOptions, authenticateGateway, authenticateOperator } from './authenticate.ts';
import type { TlsClient } from './client.ts';
import { newToken, registerOperatorStatements } from './operators.ts';
import type { Grant, Principal } from './principal.ts';

const now = 1_800_000_000_000;
const DAY = 86_400_000;
const grants: Grant[] = [{ effect: 'ALLOW', action: 'WRITE', resourceType: 'network', resource: 'n1' }];
const dates = { notBefore: now - DAY, notAfter: now + DAY, issuedAt: now - DAY };
const live = await newToken();
const strange = await newToken();
let store: TestD1;

const certificate = (serial: string, verdict: TlsClient['verdict'] = 'verified', fingerprint = `print-${serial}`): TlsClient => ({
  serial,
  fingerprint,
  verdict,
});

beforeEach(async () => {
  store = testD1();
  await addNetwork(store, 'n1');
  await addGateway(store, { networkId: 'n1', gatewayId: 'g1', hardwareId: 'hw1' });
  const db = new Database(store.d1);
  const gateway = { kind: 'gateway', subject: 'hw1', ...dates } as const;
  const own = (serial: string) => ({ serial, fingerprint: `print-${serial}` });
  await db.commit([
    ...registerOperatorStatements({ id: 'ann', grants, certificate: { ...own('0A'), ...dates }, token: live }, now - DAY),
    registerCertificate({ ...own('61'), ...gateway }),
    registerCertificate({ ...own('62'), ...gateway, notAfter: now - 1 }),
    registerCertificate({ ...own('63'), ...gateway, notBefore: now + 1 }),
    registerCertificate({ ...own('64'), ...gateway }),
    revokeCertificate({ serial: '64', reason: 'stolen', at: now - 5000 }),
    registerCertificate({ ...own('65'), ...gateway, subject: 'hw9' }),
    registerCertificate({ ...own('0B'), ...gateway, kind: 'operator', subject: 'nobody' }),
    registerCertificate({ ...own('0C'), ...gateway, kind: 'operator', subject: 'ann', notAfter: now - 1 }),
    registerCertificate({ ...own('0D'), ...gateway, kind: 'operator', subject: 'ann', notBefore: now + 1 }),
    registerCertificate({ ...own('0E'), ...gateway, kind: 'operator', subject: 'ann' }),
    revokeCertificate({ serial: '0E', reason: '', at: now - 5000 }),
  ]);
});
afterEach(() => store.close());

async function operator(
  credentials: { tls?: TlsClient; authorization?: string },
  options: Partial<AuthenticateOptions> = {},
): Promise<Principal> {
  const authentication = await authenticateOperator(
    { tls: credentials.tls, authorization: credentials.authorization ?? null },
    { now, ...options },
  );
  await new Database(store.d1, authentication.gate).authorise();
  return authentication.principal();
}
async function gateway(tls: TlsClient | undefined): Promise<Principal> {
  const authentication = authenticateGateway(tls, { now });
  await new Database(store.d1, authentication.gate).authorise();
  return authentication.principal();
}
async function refused(work: Promise<unknown>): Promise<OrcError> {
  const error = await work.catch((thrown: unknown) => thrown);
  if (error instanceof OrcError) return error;
  throw new Error('was not refused', { cause: error });
}
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

describe('an operator', () => {
  it('is known by certificate', async () => {
    expect(await operator({ tls: certificate('0A') })).toEqual({ kind: 'operator', id: 'ann', grants, credential: { certificate: '0A' } });
  });

  it.each([
    ['bearer', `Bearer ${live.token}`],
    ['bearer in small letters', `bearer   ${live.token} `],
    ['Basic with the right name', basic(`ann:${live.token}`)],
  ])('is known by %s token', async (_name, authorization) => {
    expect(await operator({ authorization })).toEqual({ kind: 'operator', id: 'ann', grants, credential: { token: live.id } });
  });

  it('who sends a token besides a certificate acts by the token', async () => {
    expect(await operator({ tls: certificate('61'), authorization: `Bearer ${live.token}` })).toMatchObject({
      credential: { token: live.id },
    });
    const other = await newToken();
    expect(await refused(operator({ tls: certificate('0A'), authorization: `Bearer ${other.token}` }))).toMatchObject({
      reason: 'token_unknown',
    });
  });

  const cases: [string, { tls?: TlsClient; authorization?: string }, string, string][] = [
    [
      'nothing',
      {},
      'credentials_required',
      'credentials are needed: connect with an operator certificate, or send "Authorization: Bearer <token>"',
    ],
    ['an empty header', { authorization: ' ' }, 'credentials_required', 'credentials are needed'],
    ['another scheme', { authorization: `Digest ${live.token}` }, 'credentials_required', 'neither "Bearer <token>" nor "Basic'],
    ['a scheme alone', { authorization: 'Bearer' }, 'credentials_required', 'neither "Bearer'],
    ['Basic without a colon', { authorization: basic('ann') }, 'credentials_required', 'neither "Bearer'],
    ['Basic that is no base64', { authorization: 'Basic ***' }, 'credentials_required', 'neither "Bearer'],
    ['an unknown token', { authorization: `Bearer ${strange.token}` }, 'token_unknown', 'the token is not known here'],
    ['a mistyped token', { authorization: `Bearer ${live.token.slice(0, -1)}` }, 'token_unknown', 'the token is not known here'],
    ['a password', { authorization: basic('ann:secret') }, 'token_unknown', 'the token is not known here'],
    ['a token of another user', { authorization: basic(`bob:${live.token}`) }, 'token_unknown', 'belongs to the user named'],
    ['a token without a name', { authorization: basic(`:${live.token}`) }, 'token_unknown', 'belongs to the user named'],
    ['an unknown certificate', { tls: certificate('FF') }, 'certificate_unknown', 'certificate FF is not known here'],
    [
      'a certificate with our serial',
      { tls: certificate('0A', 'verified', 'other') },
      'certificate_unknown',
      'certificate 0A is not known here',
    ],
    ['a certificate of a deleted operator', { tls: certificate('0B') }, 'certificate_unknown', 'its owner is gone: ask for a new one'],
    [
      'an expired certificate',
      { tls: certificate('0C') },
      'certificate_expired',
      `certificate 0C has expired at ${new Date(now - 1).toISOString()}: ask for a new one`,
    ],
    ['an early certificate', { tls: certificate('0D') }, 'certificate_not_yet_valid', `it begins at ${new Date(now + 1).toISOString()}`],
    [
      'a revoked certificate',
      { tls: certificate('0E') },
      'certificate_revoked',
      `certificate 0E was revoked at ${new Date(now - 5000).toISOString()}: ask for a new one`,
    ],
    ['a certificate the front calls expired', { tls: certificate('0A', 'expired') }, 'certificate_expired', 'certificate 0A has expired'],
    ['a certificate the front calls early', { tls: certificate('0A', 'not_yet_valid') }, 'certificate_not_yet_valid', 'not yet valid'],
    ['a certificate the front calls revoked', { tls: certificate('0A', 'revoked') }, 'certificate_revoked', 'was revoked: ask'],
    [
      'a certificate the front does not trust',
      { tls: certificate('0A', 'untrusted') },
      'certificate_unknown',
      'issued by another authority',
    ],
    ['a foreign expired certificate', { tls: certificate('FF', 'expired') }, 'certificate_unknown', 'not known here'],
    [
      'the certificate of a gateway',
      { tls: certificate('61') },
      'not_an_operator',
      'the certificate belongs to a gateway; this door takes operators',
    ],
    ['the certificate of an unregistered gateway', { tls: certificate('65') }, 'not_an_operator', 'this door takes operators'],
  ];
  it.each(cases)('is refused with %s', async (_name, credentials, reason, text) => {
    const error = await refused(operator(credentials));
    expect(error).toMatchObject({ code: 'unauthenticated', reason });
    expect(error.message).toContain('Invalid client credentials: ');
    expect(error.message).toContain(text);
    expect(error.message).not.toContain(live.token);
  });

  it('is refused with an expired or revoked token', async () => {
    const expired = await newToken();
    const revoked = await newToken();
    const db = new Database(store.d1);
    await db.commit([
      ...registerOperatorStatements({ id: 'ann', grants, token: { ...expired, expiresAt: now } }, now - DAY),
      ...registerOperatorStatements({ id: 'ann', grants, token: revoked }, now - DAY),
      { sql: 'UPDATE tokens SET revoked_at = 1 WHERE id = ?', params: [revoked.id] },
    ]);
    const late = await refused(operator({ authorization: `Bearer ${expired.token}` }));
    expect(late).toMatchObject({ code: 'unauthenticated', reason: 'token_expired' });
    expect(late.message).toContain(`it ended at ${new Date(now).toISOString()}`);
    expect(await operator({ authorization: `Bearer ${expired.token}` }, { now: now - 1 })).toMatchObject({ id: 'ann' });
    expect(await refused(operator({ authorization: basic(`ann:${revoked.token}`) }))).toMatchObject({
      code: 'unauthenticated',
      reason: 'token_revoked',
    });
  });

  it('costs no round trip of its own, and what cannot be known costs none', async () => {
    const authentication = await authenticateOperator({ tls: certificate('0A'), authorization: null }, { now });
    const db = new Database(store.d1, authentication.gate);
    const before = store.trips();
    const [ids] = await db.read(networkIds({ type: null }));
    expect(ids).toEqual(['n1']);
    expect(store.trips() - before).toBe(1);
    expect(authentication.principal()).toMatchObject({ id: 'ann' });
    await refused(operator({ authorization: 'Bearer op_nonsense' }));
    await refused(operator({}));
    expect(store.trips() - before).toBe(1);
  });

  it('is checked for the permission before anything is seen', async () => {
    const permit = (principal: Principal) => demand(principal, { action: 'read', scope: 'network' }, { networkId: 'n2' });
    const authentication = await authenticateOperator({ tls: certificate('0A'), authorization: null }, { now, permit });
    const error = await refused(new Database(store.d1, authentication.gate).read(networkIds({ type: null })));
    expect(error).toMatchObject({ code: 'forbidden', reason: 'not_permitted' });
    expect(() => authentication.principal()).toThrow('known only after');
    expect(authentication.about()).toEqual({ networkId: '', target: 'ann', actor: 'operator:ann' });
  });
});

describe('a gateway', () => {
  it('is known by certificate', async () => {
    expect(await gateway(certificate('61'))).toEqual({
      kind: 'gateway',
      hardwareId: 'hw1',
      networkId: 'n1',
      gatewayId: 'g1',
      certificate: { serial: '61', expiresAt: now + DAY },
    });
  });

  it.each([
    [undefined, 'unauthenticated', 'certificate_required', 'a client certificate is needed: bootstrap first'],
    [certificate('FF'), 'forbidden', 'certificate_unknown', 'its owner is gone: bootstrap again'],
    [certificate('61', 'verified', 'other'), 'forbidden', 'certificate_unknown', 'bootstrap again'],
    [certificate('61', 'untrusted'), 'forbidden', 'certificate_unknown', 'bootstrap again'],
    [certificate('62'), 'forbidden', 'certificate_expired', `has expired at ${new Date(now - 1).toISOString()}: bootstrap again`],
    [certificate('62', 'expired'), 'forbidden', 'certificate_expired', 'bootstrap again'],
    [certificate('63'), 'forbidden', 'certificate_not_yet_valid', 'check the clock, or bootstrap again'],
    [
      certificate('64'),
      'forbidden',
      'certificate_revoked',
      `was revoked at ${new Date(now - 5000).toISOString()} (stolen): bootstrap again`,
    ],
    [
      certificate('65'),
      'forbidden',
      'unregistered_gateway',
      'an operator has to register its hardware id in a network; try again later (hardware id hw9)',
    ],
    [certificate('0A'), 'forbidden', 'not_a_gateway', 'the certificate belongs to an operator; this door takes gateways'],
  ] as const)('is refused with %j', async (tls, code, reason, text) => {
    const error = await refused(gateway(tls));
    expect(error).toMatchObject({ code, reason });
    expect(error.message).toContain(text);
  });

  it('is named in its refusal', async () => {
    const about = async (tls: TlsClient) => {
      const authentication = authenticateGateway(tls, { now });
      await refused(new Database(store.d1, authentication.gate).authorise());
      return authentication.about();
    };
    expect(await about(certificate('62'))).toEqual({ networkId: 'n1', target: 'hw1', actor: 'certificate:62' });
    expect(await about(certificate('FF'))).toEqual({ networkId: '', target: 'certificate FF', actor: 'certificate:FF' });
    // Who only borrowed a serial is not named after its owner, nor put down to the owner's network.
    expect(await about(certificate('61', 'verified', 'other'))).toEqual({
      networkId: '',
      target: 'certificate 61',
      actor: 'certificate:61',
    });
  });
});
