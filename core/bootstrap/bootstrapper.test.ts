import { X509Certificate } from 'node:crypto';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newAuthority, newRequest } from '../../test/support/certificates.ts';
import { ecKey, echo, rsaKey } from '../../test/support/challenge-key.ts';
import { type TestD1, testD1 } from '../../test/support/d1.ts';
import { addGateway, addNetwork } from '../../test/support/gateways.ts';
import { ResponseSchema } from '../../proto/gen/orc8r/protos/bootstrapper_pb.js';
import { CertType } from '../../proto/gen/orc8r/protos/certifier_pb.js';
import { certificateBySerial } from '../certifier/certificates.ts';
import { type Certifier, createCertifier } from '../certifier/certifier.ts';
import { Database } from '../db/database.ts';
import { importBootstrapKey } from './bootstrap-key.ts';
import { challengeFor, requestSign } from './bootstrapper.ts';

const HOUR = 3_600_000;
const now = 1_800_000_000_000;
const key = await importBootstrapKey(Buffer.alloc(32, 7).toString('base64'));
const device = ecKey('P-384');
let certifier: Certifier;
let store: TestD1;

beforeAll(async () => {
  const ca = await newAuthority('P-256', now + 10_000 * HOUR);
  certifier = await createCertifier(ca.certificate, ca.key);
});
beforeEach(async () => {
  store = testD1();
  await addNetwork(store, 'n1');
  await addGateway(store, { networkId: 'n1', gatewayId: 'g1', hardwareId: 'hw1', key: { key_type: device.type, key: device.key } });
});
afterEach(() => store.close());

const context = (at = now) => ({ db: new Database(store.d1), key, now: at, certifier, requestId: 'r1' });
type Change = Partial<Extract<MessageInitShape<typeof ResponseSchema>, { $typeName?: never }>>;

/** A good request for the challenge just got, with parts of it exchanged. */
async function request(change: Change = {}) {
  const { challenge } = await challengeFor(context(), 'hw1');
  const { der } = await newRequest('hw1');
  const csr: Change['csr'] = {
    id: { Value: { case: 'gateway', value: { hardwareId: 'hw1' } } },
    validTime: { seconds: 345_600n },
    csrDer: der,
  };
  return create(ResponseSchema, { hwId: { id: 'hw1' }, challenge, response: device.answer(challenge), csr, ...change });
}
const sign = async (change?: Change) => requestSign(context(), await request(change));

describe('challengeFor', () => {
  it('answers a registered gateway with the type of its key, in one round trip', async () => {
    const before = store.trips();
    const { keyType, challenge } = await challengeFor(context(), 'hw1');
    expect(keyType).toBe('SOFTWARE_ECDSA_SHA256');
    expect(challenge.byteLength).toBe(512);
    expect(store.trips() - before).toBe(1);
  });

  it('refuses who is not registered, and who has no key, in their own words', async () => {
    await addGateway(store, { networkId: 'n1', gatewayId: 'g2', hardwareId: 'hw2' });
    await expect(challengeFor(context(), 'hw9')).rejects.toMatchObject({
      code: 'not_found',
      reason: 'gateway_unknown',
      message: 'no gateway with hardware id hw9 is registered: an operator has to register it first, or use a registration token',
    });
    await expect(challengeFor(context(), 'hw2')).rejects.toMatchObject({
      code: 'not_found',
      reason: 'device_missing',
      message: 'the gateway with hardware id hw2 has no challenge key: an operator has to register its device, or use a registration token',
    });
  });

  it.each(['', 'x'.repeat(257), 'a\nb'])('refuses %j as a hardware id', async (hardwareId) => {
    await expect(challengeFor(context(), hardwareId)).rejects.toMatchObject({ code: 'invalid', reason: 'hardware_id_invalid' });
  });
});

describe('requestSign', () => {
  it('issues a certificate that is known before it is handed out, in two round trips', async () => {
    const asked = await request();
    const before = store.trips();
    const issued = await requestSign(context(), asked);
    expect(store.trips() - before).toBe(2);
    expect(new X509Certificate(Buffer.from(issued.der)).subject).toBe('CN=hw1');
    expect(issued.notBefore).toBe(now - HOUR);
    expect(issued.notAfter).toBe(now + 96 * HOUR);
    expect(issued.issuer).toMatch(/^[0-9a-f]{40}$/);

    const [known] = await new Database(store.d1).read(certificateBySerial({ serial: issued.serial }));
    expect(known).toEqual({
      serial: issued.serial,
      fingerprint: issued.fingerprint,
      kind: 'gateway',
      subject: 'hw1',
      notBefore: issued.notBefore,
      notAfter: issued.notAfter,
      issuedAt: now,
      revokedAt: null,
      revokeReason: null,
      issuer: issued.issuer,
      gateway: { networkId: 'n1', gatewayId: 'g1' },
      grants: null,
    });
    expect({
      ...store.sqlite
        .prepare("SELECT at, actor, action, network_id, target, outcome, request_id, detail FROM audit WHERE action = 'certificate.issue'")
        .get(),
    }).toEqual({
      at: now,
      actor: 'gateway:hw1',
      action: 'certificate.issue',
      network_id: 'n1',
      target: 'g1',
      outcome: 'ok',
      request_id: 'r1',
      detail: JSON.stringify({ serial: issued.serial, kind: 'gateway', not_after: issued.notAfter, hardware_id: 'hw1' }),
    });
  });

  it('leaves earlier certificates valid', async () => {
    const first = await sign();
    const second = await sign();
    expect(second.serial).not.toBe(first.serial);
    const [known] = await new Database(store.d1).read(certificateBySerial({ serial: first.serial }));
    expect(known?.revokedAt).toBeNull();
  });

  it.each([
    [3600, 1],
    [345_600, 96],
    [97 * 3600, 97],
    [97 * 3600 + 1, 97],
    [315_576_000_000, 97],
    [0, 97],
    [-5, 97],
    [undefined, 97],
  ])('makes of a wish for %s s a life of %i h', async (seconds, hours) => {
    const { der } = await newRequest('hw1');
    const issued = await sign({ csr: { csrDer: der, ...(seconds === undefined ? {} : { validTime: { seconds: BigInt(seconds) } }) } });
    expect(issued.notAfter - now).toBe(hours * HOUR);
  });

  it('names a nameless request after the hardware id', async () => {
    const { der } = await newRequest('');
    expect(new X509Certificate(Buffer.from((await sign({ csr: { csrDer: der } })).der)).subject).toBe('CN=hw1');
  });

  it('takes RSA and ECHO where they are registered', async () => {
    const rsa = rsaKey();
    await addGateway(store, { networkId: 'n1', gatewayId: 'g3', hardwareId: 'hw3', key: { key_type: rsa.type, key: rsa.key } });
    await addGateway(store, { networkId: 'n1', gatewayId: 'g4', hardwareId: 'hw4', key: { key_type: 'ECHO' } });
    for (const [id, answer] of [
      ['hw3', rsa.answer],
      ['hw4', echo],
    ] as const) {
      const { challenge } = await challengeFor(context(), id);
      const { der } = await newRequest(id);
      const issued = await requestSign(
        context(),
        create(ResponseSchema, { hwId: { id }, challenge, response: answer(challenge), csr: { csrDer: der } }),
      );
      expect(new X509Certificate(Buffer.from(issued.der)).subject).toBe(`CN=${id}`);
    }
  });

  const refusals: [string, () => Change | Promise<Change>, string][] = [
    ['no hardware id', () => ({ hwId: { id: '' } }), 'hardware_id_invalid'],
    ['a challenge for another gateway', () => ({ hwId: { id: 'hw2' } }), 'challenge_foreign'],
    ['no challenge', () => ({ challenge: new Uint8Array() }), 'challenge_length'],
    ['an invented challenge', () => ({ challenge: new Uint8Array(512) }), 'challenge_not_ours'],
    ['an answer by a stranger', () => ({ response: ecKey('P-384').answer(new Uint8Array(512)) }), 'answer_wrong'],
    ['no answer', () => ({ response: { case: undefined } }), 'answer_kind'],
    ['no CSR', () => ({ csr: undefined }), 'csr_missing'],
    ['an empty CSR', () => ({ csr: {} }), 'csr_missing'],
    ['a wish for a VPN certificate', () => ({ csr: { certType: CertType.VPN } }), 'csr_type'],
    ['a CSR that names an operator', () => ({ csr: { id: { Value: { case: 'operator', value: 'admin' } } } }), 'csr_identity'],
    [
      'a CSR that names another gateway',
      () => ({ csr: { id: { Value: { case: 'gateway', value: { hardwareId: 'hw2' } } } } }),
      'csr_identity',
    ],
    ['a CSR for another name', async () => ({ csr: { csrDer: (await newRequest('hw2')).der } }), 'csr_common_name'],
    ['a CSR for a key not taken', async () => ({ csr: { csrDer: (await newRequest('hw1', 'P-521')).der } }), 'csr_key'],
  ];
  it.each(refusals)('refuses %s and issues nothing', async (_name, change, reason) => {
    await expect(sign(await change())).rejects.toMatchObject({ code: 'aborted', reason });
    expect(store.sqlite.prepare('SELECT COUNT(*) AS n FROM certificates').get()).toEqual(expect.objectContaining({ n: 0 }));
  });

  it('refuses an old challenge', async () => {
    const asked = await request();
    await expect(requestSign(context(now + 301_000), asked)).rejects.toMatchObject({ code: 'aborted', reason: 'challenge_expired' });
  });

  it('refuses a gateway that was deleted after it got its challenge', async () => {
    const asked = await request();
    store.sqlite.exec("DELETE FROM entities WHERE key = 'g1'");
    await expect(requestSign(context(), asked)).rejects.toMatchObject({ code: 'not_found', reason: 'gateway_unknown' });
  });

  it('hands nothing out when the certificate cannot be written down', async () => {
    const asked = await request();
    store.sqlite.exec('DROP TABLE audit');
    await expect(requestSign(context(), asked)).rejects.toMatchObject({ code: 'internal' });
    expect(store.sqlite.prepare('SELECT COUNT(*) AS n FROM certificates').get()).toEqual(expect.objectContaining({ n: 0 }));
  });
});
