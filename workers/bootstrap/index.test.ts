import { X509Certificate } from 'node:crypto';
import { create, type DescMessage, fromBinary, type MessageInitShape, type MessageShape, toBinary } from '@bufbuild/protobuf';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { importBootstrapKey } from '../../core/bootstrap/bootstrap-key.ts';
import { makeRegistrationToken } from '../../core/bootstrap/registration-token.ts';
import type { Committed } from '../../core/configurator/commit.ts';
import {
  ChallengeKey_KeyType,
  ChallengeSchema,
  RegisterRequestSchema,
  RegisterResponseSchema,
  ResponseSchema,
} from '../../proto/gen/orc8r/protos/bootstrapper_pb.js';
import { CertificateSchema } from '../../proto/gen/orc8r/protos/certifier_pb.js';
import { AccessGatewayIDSchema } from '../../proto/gen/orc8r/protos/identity_pb.js';
import { newAuthority, newRequest, type TestAuthority } from '../../test/support/certificates.ts';
import { ecKey } from '../../test/support/challenge-key.ts';
import { type TestD1, testD1 } from '../../test/support/d1.ts';
import { addGateway, addNetwork } from '../../test/support/gateways.ts';
import { type BootstrapDeps, createBootstrap } from './index.ts';

const BOOTSTRAP_KEY = Buffer.alloc(32, 7).toString('base64');
const device = ecKey('P-384');
let ca: TestAuthority;
let store: TestD1;
let entity: number;
let now: number;
let told: Committed[];
let door: ReturnType<typeof createBootstrap>;

const openDoor = (change: Partial<BootstrapDeps> = {}) =>
  createBootstrap({
    db: store.d1,
    settings: { CERTIFIER_CERT: ca.certificate, CERTIFIER_KEY: ca.key, BOOTSTRAP_KEY, DOMAIN: 'orc8r.test', IDENTITY_SOURCE: 'front' },
    networkChanged: (committed) => told.push(committed),
    now: () => now,
    ...change,
  });

beforeAll(async () => {
  ca = await newAuthority('P-256', 1_900_000_000_000);
});
beforeEach(async () => {
  now = 1_800_000_000_000;
  told = [];
  store = testD1();
  await addNetwork(store, 'n1');
  entity = await addGateway(store, { networkId: 'n1', gatewayId: 'g1' });
  door = openDoor();
});
afterEach(() => store.close());

const post = (method: string, body: Uint8Array) =>
  door(
    new Request(`https://bootstrapper-controller.orc8r.test/magma.orc8r.${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/proto' },
      body: new Uint8Array(body),
    }),
    'r1',
  );

/** The message answered, or the Connect error. */
async function call<I extends DescMessage, O extends DescMessage>(
  method: string,
  input: I,
  output: O,
  message: MessageInitShape<I>,
): Promise<MessageShape<O>> {
  const response = await post(method, toBinary(input, create(input, message)));
  if (!response.ok)
    throw Object.assign(new Error('refused'), {
      status: response.status,
      reason: response.headers.get('x-orc8r-reason'),
      ...((await response.json()) as object),
    });
  return fromBinary(output, new Uint8Array(await response.arrayBuffer()));
}
const register = async (hwid = 'hw1') =>
  call('Registration/Register', RegisterRequestSchema, RegisterResponseSchema, {
    token: await makeRegistrationToken(await importBootstrapKey(BOOTSTRAP_KEY), entity, now),
    hwid: { id: hwid },
    challengeKey: { keyType: ChallengeKey_KeyType.SOFTWARE_ECDSA_SHA256, key: new TextEncoder().encode(device.key) },
  });
const getChallenge = (id = 'hw1') => call('Bootstrapper/GetChallenge', AccessGatewayIDSchema, ChallengeSchema, { id });
const requestSign = async (challenge: Uint8Array) =>
  call('Bootstrapper/RequestSign', ResponseSchema, CertificateSchema, {
    hwId: { id: 'hw1' },
    challenge,
    response: device.answer(challenge),
    csr: { validTime: { seconds: 345_600n }, csrDer: (await newRequest('hw1')).der },
  });
const audited = () =>
  store.sqlite
    .prepare("SELECT action, network_id, target, outcome, detail FROM audit WHERE request_id = 'r1' ORDER BY id")
    .all()
    .map((row) => ({ ...row }));

describe('the bootstrap door', () => {
  it('takes a gateway from a token to a certificate', async () => {
    const registered = await register();
    expect(registered.response.case).toBe('controlProxy');
    expect(registered.response.value).toContain(
      'cloud_address: controller.orc8r.test\ncloud_port: 8443\nbootstrap_address: bootstrapper-controller.orc8r.test\nbootstrap_port: 8444\n',
    );
    expect(told).toEqual([{ networkId: 'n1', version: 3, changes: [{ type: 'magmad_gateway', key: 'g1' }] }]);

    const { keyType, challenge } = await getChallenge();
    expect(keyType).toBe(ChallengeKey_KeyType.SOFTWARE_ECDSA_SHA256);
    const certificate = await requestSign(challenge);
    const read = new X509Certificate(Buffer.from(certificate.certDer));
    expect(read.verify(new X509Certificate(ca.certificate).publicKey)).toBe(true);
    expect(read.subject).toBe('CN=hw1');
    expect(certificate.sn?.sn).toBe(read.serialNumber.replace(/^0+/, ''));
    expect(certificate.notBefore && timestampMs(certificate.notBefore)).toBe(read.validFromDate.getTime());
    expect(certificate.notAfter && timestampMs(certificate.notAfter)).toBe(read.validToDate.getTime());
    expect(audited().map((row) => `${row['action']} ${row['outcome']}`)).toEqual(['gateway.register ok', 'certificate.issue ok']);
  });

  it('answers a repeated registration without telling the network again', async () => {
    await register();
    expect((await register()).response.case).toBe('controlProxy');
    expect(told).toHaveLength(1);
  });

  it('names the ports of Cloudflare, or those it is given', async () => {
    const settings = {
      CERTIFIER_CERT: ca.certificate,
      CERTIFIER_KEY: ca.key,
      BOOTSTRAP_KEY,
      DOMAIN: 'example.org',
      IDENTITY_SOURCE: 'cloudflare',
    } as const;
    door = openDoor({ settings });
    expect((await register()).response.value).toContain('cloud_address: controller.example.org\ncloud_port: 443\n');
    door = openDoor({ settings, address: { domain: 'x.test', cloudPort: 1, bootstrapPort: 2 } });
    expect((await register()).response.value).toContain('bootstrap_address: bootstrapper-controller.x.test\nbootstrap_port: 2\n');
  });

  it('says in its answer why a registration is refused, and keeps it in the audit log', async () => {
    await register();
    const { response } = await register('hw2');
    expect(response).toEqual({
      case: 'error',
      value: 'gateway g1 already has a device: an operator has to take that away, or change it, before another can be registered',
    });
    expect(audited().at(-1)).toEqual({
      action: 'gateway.register',
      network_id: '',
      target: 'hw2',
      outcome: 'refused',
      detail: '{"reason":"gateway_registered"}',
    });
    expect(told).toHaveLength(1);
  });

  it('says why there is no challenge', async () => {
    await expect(getChallenge('hw9')).rejects.toMatchObject({
      status: 404,
      code: 'not_found',
      reason: 'gateway_unknown',
      message: 'no gateway with hardware id hw9 is registered: an operator has to register it first, or use a registration token',
    });
    expect(audited()).toEqual([
      { action: 'certificate.challenge', network_id: '', target: 'hw9', outcome: 'refused', detail: '{"reason":"gateway_unknown"}' },
    ]);
  });

  it('says why a request is not signed, and keeps it under the gateway’s network', async () => {
    await register();
    const { challenge } = await getChallenge();
    now += 301_000;
    await expect(requestSign(challenge)).rejects.toMatchObject({ status: 409, code: 'aborted', reason: 'challenge_expired' });
    expect(audited().at(-1)).toEqual({
      action: 'certificate.issue',
      network_id: 'n1',
      target: 'hw1',
      outcome: 'refused',
      detail: '{"reason":"challenge_expired"}',
    });
  });

  it('keeps the seam between refusals and its own failures', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    door = openDoor({
      settings: { CERTIFIER_CERT: ca.certificate, CERTIFIER_KEY: 'x', BOOTSTRAP_KEY, DOMAIN: 'd', IDENTITY_SOURCE: 'front' },
    });
    await register();
    const { challenge } = await getChallenge();
    await expect(requestSign(challenge)).rejects.toMatchObject({ status: 500, code: 'internal', reason: 'certifier_misconfigured' });
    store.sqlite.exec('DROP TABLE entities');
    await expect(register()).rejects.toMatchObject({ status: 500, code: 'internal', message: 'the configuration store failed' });
    expect(audited().filter((row) => row['outcome'] === 'refused')).toEqual([]);
    log.mockRestore();
  });

  it('refuses all the same when the refusal cannot be written down', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    store.sqlite.exec('DROP TABLE audit');
    await expect(getChallenge('hw9')).rejects.toMatchObject({ status: 404, code: 'not_found' });
    expect(log).toHaveBeenCalledWith('refusal not recorded', 'r1', expect.anything());
    log.mockRestore();
  });

  it('takes no body over 64 KiB and no other method', async () => {
    expect((await post('Bootstrapper/GetChallenge', new Uint8Array(70_000))).status).toBe(413);
    const other = await post('StateService/ReportStates', new Uint8Array());
    expect(other.status).toBe(404);
    expect(await other.json()).toMatchObject({ code: 'not_found', request_id: 'r1' });
  });
});
