import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BootstrapCloud, connectBootstrapCloud } from '../../agent/bootstrap/cloud.ts';
import { type BootstrapKey, importBootstrapKey } from '../../core/bootstrap/bootstrap-key.ts';
import { makeChallenge } from '../../core/bootstrap/challenge.ts';
import { makeRegistrationToken } from '../../core/bootstrap/registration-token.ts';
import { normaliseSerial } from '../../core/certifier/serial.ts';
import { ensureNetwork, lteGateway } from '../../local/demo/network.ts';
import { call } from '../../local/fixture/client.ts';
import { ChallengeKey_KeyType, type Response, type ResponseSchema } from '../../proto/gen/orc8r/protos/bootstrapper_pb.js';
import { addGateway, auditOf, type Holder } from '../harness/identities.ts';
import { next, startTestPlatform, type TestPlatform } from '../harness/platform.ts';
import { connectRaw } from '../harness/raw-gateway.ts';
import { certificatePem, newRequest } from '../support/certificates.ts';
import { ecdsa, ecKey, echo, rsaKey } from '../support/challenge-key.ts';

const NETWORK = 'bootstrap';
const HOUR = 3_600_000;

type SignRequest = Exclude<MessageInitShape<typeof ResponseSchema>, Response>;
type AnswerTo = (challenge: Uint8Array) => SignRequest['response'];

let test: TestPlatform;
let cloud: BootstrapCloud;
let secret: BootstrapKey;

beforeAll(async () => {
  test = await startTestPlatform();
  cloud = connectBootstrapCloud(test.platform.addresses.bootstrap, test.ca);
  secret = await importBootstrapKey(readFileSync(join(test.folder, 'ca', 'bootstrap.key'), 'utf8').trim());
  await ensureNetwork(test.rest, NETWORK, NETWORK);
});
afterAll(() => test?.close());

/** What a gateway sends to be signed, whole and right, unless `change` spoils it. */
async function signRequest(
  hardwareId: string,
  answer: AnswerTo,
  change: Pick<SignRequest, 'challenge' | 'csr'> = {},
): Promise<{ request: SignRequest; key: string }> {
  const challenge = change.challenge ?? (await cloud.bootstrapper.getChallenge({ id: hardwareId })).challenge;
  const { der, key } = await newRequest(hardwareId);
  const { csr = { csrDer: der } } = change;
  return { request: { hwId: { id: hardwareId }, challenge, response: answer(challenge), csr }, key };
}

/** Bootstraps, and has OpenSSL check what came of it. */
async function obtain(hardwareId: string, answer: AnswerTo): Promise<Holder> {
  const { request, key } = await signRequest(hardwareId, answer);
  const { certDer, sn } = await cloud.bootstrapper.requestSign(request);
  const file = join(test.folder, `${hardwareId}.pem`);
  writeFileSync(file, certificatePem(certDer));
  const certifier = join(test.folder, 'ca', 'certifier.pem');
  expect(
    execFileSync('openssl', ['verify', '-x509_strict', '-purpose', 'sslclient', '-CAfile', certifier, file], { encoding: 'utf8' }),
  ).toBe(`${file}: OK\n`);
  expect(execFileSync('openssl', ['x509', '-in', file, '-noout', '-subject', '-nameopt', 'RFC2253'], { encoding: 'utf8' })).toBe(
    `subject=CN=${hardwareId}\n`,
  );
  const certificate = new X509Certificate(certDer);
  expect(normaliseSerial(certificate.serialNumber)).toBe(sn?.sn);
  expect(certificate.ca).toBe(false);
  const life = certificate.validToDate.getTime() - Date.now();
  expect(life).toBeGreaterThan(96 * HOUR);
  expect(life).toBeLessThanOrEqual(97 * HOUR);
  return { ca: test.ca, client: { certificate: certificatePem(certDer), key }, serial: sn?.sn ?? '' };
}

async function expectConnects(holder: Holder, gatewayId: string): Promise<void> {
  const socket = await connectRaw(test, holder);
  expect(await socket.hello()).toMatchObject({ networkId: NETWORK, gatewayId });
  await socket.end();
}

interface Refused {
  code: keyof typeof Code;
  reason: string | null;
  message: string;
}

async function refusal(work: Promise<unknown>): Promise<Refused> {
  const error = await work.then(
    () => {
      throw new Error('it was not refused');
    },
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ConnectError)) throw error;
  expect(error.metadata.get('x-request-id')).toMatch(/^[\w-]{8,}$/);
  return { code: Code[error.code] as keyof typeof Code, reason: error.metadata.get('x-orc8r-reason'), message: error.rawMessage };
}

describe('a gateway that bootstraps', () => {
  it('is given a certificate for an echo, and connects with it', async () => {
    const hardwareId = await addGateway(test, NETWORK, 'echo');
    expect((await cloud.bootstrapper.getChallenge({ id: hardwareId })).keyType).toBe(ChallengeKey_KeyType.ECHO);
    const holder = await obtain(hardwareId, echo);
    await expectConnects(holder, 'echo');
    expect(await auditOf(test, 'echo')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ action: 'certificate.issue', network_id: NETWORK, actor: `gateway:${hardwareId}`, outcome: 'ok' }),
      ]),
    );
  });

  it.each(['P-256', 'P-384'] as const)('with an ECDSA key on %s, also when r or s begins with zeros', async (curve) => {
    const pair = ecKey(curve);
    const gateway = `ec-${curve.toLowerCase()}`;
    const hardwareId = await addGateway(test, NETWORK, gateway, { key_type: pair.type, key: pair.key });
    expect((await cloud.bootstrapper.getChallenge({ id: hardwareId })).keyType).toBe(ChallengeKey_KeyType.SOFTWARE_ECDSA_SHA256);
    await expectConnects(await obtain(hardwareId, pair.answer), gateway);
    const size = curve === 'P-256' ? 32 : 48;
    // One signature in 128 is so short.
    const short: AnswerTo = (challenge) => {
      for (;;) {
        const numbers = pair.numbers(challenge);
        if (numbers.r.byteLength < size || numbers.s.byteLength < size) return ecdsa(numbers);
      }
    };
    await expectConnects(await obtain(hardwareId, short), gateway);
  });

  it('with an RSA key', async () => {
    const pair = rsaKey();
    const hardwareId = await addGateway(test, NETWORK, 'rsa', { key_type: pair.type, key: pair.key });
    expect((await cloud.bootstrapper.getChallenge({ id: hardwareId })).keyType).toBe(ChallengeKey_KeyType.SOFTWARE_RSA_SHA256);
    await expectConnects(await obtain(hardwareId, pair.answer), 'rsa');
  });

  it('never gets the same challenge twice', async () => {
    const id = await addGateway(test, NETWORK, 'curious');
    const [one, two] = await Promise.all([cloud.bootstrapper.getChallenge({ id }), cloud.bootstrapper.getChallenge({ id })]);
    expect(one.challenge).toHaveLength(512);
    expect(Buffer.from(one.challenge).equals(Buffer.from(two.challenge))).toBe(false);
  });
});

describe('a bootstrap is refused', () => {
  let hardwareId: string;
  const key = ecKey('P-256');
  beforeAll(async () => {
    hardwareId = await addGateway(test, NETWORK, 'refused', { key_type: key.type, key: key.key });
  });

  const refusedWith = async (reason: string, answer: AnswerTo, change: Pick<SignRequest, 'challenge' | 'csr'> = {}): Promise<void> => {
    const { request } = await signRequest(hardwareId, answer, change);
    expect(await refusal(cloud.bootstrapper.requestSign(request))).toMatchObject({
      code: 'Aborted',
      reason,
      message: expect.stringMatching(/\S{3}/),
    });
    const rows = (await auditOf(test, hardwareId)).filter(({ outcome, detail }) => outcome === 'refused' && detail?.reason === reason);
    expect(rows[0]).toMatchObject({ action: 'certificate.issue', network_id: NETWORK, actor: `gateway:${hardwareId}` });
  };

  it('to a hardware id that nobody registered', async () => {
    expect(await refusal(cloud.bootstrapper.getChallenge({ id: 'hw-unheard' }))).toMatchObject({
      code: 'NotFound',
      reason: 'gateway_unknown',
      message: expect.stringContaining('hw-unheard'),
    });
    const challenge = await makeChallenge(secret, 'hw-unheard', Date.now());
    const { request } = await signRequest('hw-unheard', echo, { challenge });
    expect(await refusal(cloud.bootstrapper.requestSign(request))).toMatchObject({ code: 'NotFound', reason: 'gateway_unknown' });
    expect((await auditOf(test, 'hw-unheard')).map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      'certificate.challenge refused',
      'certificate.issue refused',
    ]);
    expect(await refusal(cloud.bootstrapper.getChallenge({ id: '' }))).toMatchObject({
      code: 'InvalidArgument',
      reason: 'hardware_id_invalid',
    });
  });

  it('to another key than the registered one', async () => {
    await refusedWith('answer_wrong', ecKey('P-256').answer);
    await refusedWith('answer_wrong', (challenge) => key.answer(challenge.subarray(1)));
    await refusedWith('answer_kind', echo);
    await refusedWith('answer_kind', rsaKey().answer);
  });

  it('for a challenge that was altered, anywhere', async () => {
    const { challenge } = await cloud.bootstrapper.getChallenge({ id: hardwareId });
    for (const at of [0, 5, 20, 200, 511]) {
      const altered = challenge.slice();
      altered[at] = (altered[at] ?? 0) ^ 1;
      await refusedWith('challenge_not_ours', key.answer, { challenge: altered });
    }
    await refusedWith('challenge_length', key.answer, { challenge: challenge.slice(1) });
  });

  it('for a challenge that is too old, and takes one that is nearly so', async () => {
    await refusedWith('challenge_expired', key.answer, { challenge: await makeChallenge(secret, hardwareId, Date.now() - 302_000) });
    await refusedWith('challenge_from_future', key.answer, { challenge: await makeChallenge(secret, hardwareId, Date.now() + 60_000) });
    const { request } = await signRequest(hardwareId, key.answer, {
      challenge: await makeChallenge(secret, hardwareId, Date.now() - 280_000),
    });
    expect((await cloud.bootstrapper.requestSign(request)).certDer.byteLength).toBeGreaterThan(100);
  });

  it('for the challenge of another gateway', async () => {
    const other = await addGateway(test, NETWORK, 'other');
    const { challenge } = await cloud.bootstrapper.getChallenge({ id: other });
    await refusedWith('challenge_foreign', key.answer, { challenge });
  });

  it('for a CSR that is missing, of another name, of a weak key, of a strange kind, or no CSR at all', async () => {
    await refusedWith('csr_missing', key.answer, { csr: {} });
    await refusedWith('csr_malformed', key.answer, { csr: { csrDer: Buffer.from('not a CSR') } });
    await refusedWith('csr_common_name', key.answer, { csr: { csrDer: (await newRequest('hw-other')).der } });
    await refusedWith('csr_key', key.answer, { csr: { csrDer: (await newRequest(hardwareId, 'P-521')).der } });
    await refusedWith('csr_key', key.answer, { csr: { csrDer: weakRequest(hardwareId) } });
    const broken = (await newRequest(hardwareId)).der.slice();
    broken[broken.length - 1] = (broken.at(-1) ?? 0) ^ 1;
    await refusedWith('csr_signature', key.answer, { csr: { csrDer: broken } });
    await refusedWith('csr_too_large', key.answer, { csr: { csrDer: new Uint8Array(16_385) } });
  });

  it('and leaves no certificate behind', async () => {
    const d1 = await test.platform.d1();
    const of = async (subject: string) =>
      (await d1.prepare('SELECT COUNT(*) AS n FROM certificates WHERE subject = ?').bind(subject).first<{ n: number }>())?.n;
    // The one that was nearly too late.
    expect(await of(hardwareId)).toBe(1);
    expect(await of('hw-unheard')).toBe(0);
  });
});

describe('the bootstrap door', () => {
  const post = (path: string, body: string | Uint8Array, type = 'application/proto') =>
    call({ ca: test.ca }, `${test.platform.addresses.bootstrap}${path}`, { method: 'POST', headers: { 'content-type': type }, body });
  const challenge = '/magma.orc8r.Bootstrapper/GetChallenge';

  it.each<[string, () => ReturnType<typeof post>, number, string]>([
    ['a body over the limit', () => post(challenge, new Uint8Array(3_000_000)), 413, 'too_large'],
    ['garbage', () => post(challenge, new Uint8Array([0xff, 0xff])), 400, 'invalid_argument'],
    ['broken JSON', () => post(challenge, '{"id":', 'application/json'), 400, 'invalid_argument'],
    ['another content type', () => post(challenge, 'hello', 'text/plain'), 415, 'unsupported_media_type'],
    ['a method that does not exist', () => post('/magma.orc8r.Bootstrapper/Other', ''), 404, 'not_found'],
    ['what only gateways may call', () => post('/magma.orc8r.StateService/ReportStates', ''), 404, 'not_found'],
    ['GET', () => call({ ca: test.ca }, `${test.platform.addresses.bootstrap}${challenge}`), 405, 'method_not_allowed'],
  ])('refuses %s', async (_, send, status, code) => {
    const answer = await send();
    expect({ status: answer.status, body: JSON.parse(answer.text) }).toMatchObject({
      status,
      body: { code, message: expect.stringMatching(/\S/) },
    });
    expect(answer.headers['x-request-id']).toMatch(/^[\w-]{8,}$/);
    expect((await test.rest.call('GET', '/healthz')).status).toBe(200);
  });
});

describe('registration by token', () => {
  const path = (id: string) => `/magma/v1/lte/${NETWORK}/gateways/${id}`;

  /** A gateway without hardware, and the token that its resource shows. */
  async function promised(id: string): Promise<string> {
    const { device: _, ...gateway } = lteGateway(id, { hardwareId: '', publicKey: '', keyType: 'SOFTWARE_ECDSA_SHA256' });
    await test.rest.must('POST', `/magma/v1/lte/${NETWORK}/gateways`, gateway);
    const { registration_info } = (await test.rest.must('GET', path(id))).body as {
      registration_info: { registration_token: string; root_ca: string; domain_name: string };
    };
    expect(registration_info).toMatchObject({ root_ca: test.ca, domain_name: test.platform.domain });
    return registration_info.registration_token;
  }

  const register = async (token: string, id: string, key = ecKey('P-256')) => {
    const { response } = await cloud.registration.register({
      token,
      hwid: { id },
      challengeKey: { keyType: ChallengeKey_KeyType.SOFTWARE_ECDSA_SHA256, key: Buffer.from(key.key) },
    });
    return response;
  };

  it('binds hardware to the gateway, tells where to dial, and the gateway connects', async () => {
    const token = await promised('promised');
    const key = ecKey('P-256');
    const answer = await register(token, 'hw-promised', key);
    expect(answer.case).toBe('controlProxy');
    const port = (address: string) => new URL(address).port;
    expect(answer.value).toContain(
      `cloud_address: controller.${test.platform.domain}\ncloud_port: ${port(test.platform.addresses.controller)}\n`,
    );
    expect(answer.value).toContain(
      `bootstrap_address: bootstrapper-controller.${test.platform.domain}\nbootstrap_port: ${port(test.platform.addresses.bootstrap)}\n`,
    );
    const { body } = await test.rest.must('GET', path('promised'));
    expect(body).toMatchObject({ device: { hardware_id: 'hw-promised', key: { key_type: 'SOFTWARE_ECDSA_SHA256', key: key.key } } });
    expect(body).not.toHaveProperty('registration_info');
    await expectConnects(await obtain('hw-promised', key.answer), 'promised');
    // Its answer was lost and it asks again.
    expect((await register(token, 'hw-promised', key)).case).toBe('controlProxy');
  });

  it('works once: who comes second with the token is turned away', async () => {
    const token = await promised('contested');
    expect((await register(token, 'hw-first')).case).toBe('controlProxy');
    expect(await register(token, 'hw-second')).toEqual({ case: 'error', value: expect.stringContaining('already has a device') });
    expect((await test.rest.must('GET', path('contested'))).body).toMatchObject({ device: { hardware_id: 'hw-first' } });
    expect((await auditOf(test, 'hw-second'))[0]).toMatchObject({
      action: 'gateway.register',
      outcome: 'refused',
      detail: { reason: 'gateway_registered' },
    });
  });

  it('is refused for a token that is made up, altered, too old, or of a gateway that is gone', async () => {
    const token = await promised('wanted');
    const altered = `${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`;
    for (const wrong of ['', 'reg_', `reg_${'a'.repeat(30)}`, altered, token.slice(4)]) {
      expect(await register(wrong, 'hw-wanted')).toEqual({ case: 'error', value: expect.stringContaining('not one of this Orchestrator') });
    }
    const row = await (await test.platform.d1())
      .prepare("SELECT id FROM entities WHERE network_id = ? AND key = 'wanted' AND physical_id IS NULL AND type = 'magmad_gateway'")
      .bind(NETWORK)
      .first<{ id: number }>();
    const old = await makeRegistrationToken(secret, row?.id ?? 0, Date.now() - HOUR);
    expect(await register(old, 'hw-wanted')).toEqual({ case: 'error', value: expect.stringContaining('ended at') });
    expect((await auditOf(test, 'hw-wanted')).map(({ detail }) => detail?.reason)).toEqual([
      'registration_token_invalid',
      'registration_token_expired',
    ]);
    await test.rest.must('DELETE', path('wanted'));
    expect(await register(token, 'hw-wanted')).toEqual({ case: 'error', value: expect.stringContaining('no longer exists') });
  });

  it('is refused for hardware that is another gateway already, and for a key that proves nothing', async () => {
    const taken = await addGateway(test, NETWORK, 'taken');
    const token = await promised('greedy');
    expect(await register(token, taken)).toEqual({ case: 'error', value: expect.stringContaining('already in use') });
    const { response } = await cloud.registration.register({
      token,
      hwid: { id: 'hw-greedy' },
      challengeKey: { keyType: ChallengeKey_KeyType.ECHO },
    });
    expect(response).toEqual({ case: 'error', value: expect.stringContaining('challenge key') });
  });

  it('brings in an agent that knows nothing but the token', async () => {
    const agent = test.agent('by-token', { token: await promised('agent') });
    const connected = next(agent, 'connected');
    const applied = next(agent, 'config-applied');
    await agent.start();
    expect(await connected).toEqual({ networkId: NETWORK, gatewayId: 'agent' });
    await applied;
  });
});

/** A request for an RSA key of 1,024 bits, which WebCrypto would still make but no one should. */
function weakRequest(commonName: string): Uint8Array {
  const args = [
    'req',
    '-new',
    '-newkey',
    'rsa:1024',
    '-nodes',
    '-keyout',
    join(test.folder, 'weak.key'),
    '-subj',
    `/CN=${commonName}`,
    '-outform',
    'DER',
  ];
  return execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'ignore'] });
}
