import { env } from 'cloudflare:workers';
import { create, type DescMessage, fromBinary, type MessageInitShape, type MessageShape, toBinary } from '@bufbuild/protobuf';
import { beforeAll, describe, expect, it } from 'vitest';
import { importBootstrapKey } from '../../core/bootstrap/bootstrap-key.ts';
import { makeRegistrationToken } from '../../core/bootstrap/registration-token.ts';
import { certificateBySerial } from '../../core/certifier/certificates.ts';
import { x509 } from '../../core/certifier/x509.ts';
import { commit } from '../../core/configurator/commit.ts';
import { Database } from '../../core/db/database.ts';
import { toBase64 } from '../../core/identity/bytes.ts';
import {
  ChallengeKey_KeyType,
  ChallengeSchema,
  RegisterRequestSchema,
  RegisterResponseSchema,
  ResponseSchema,
} from '../../proto/gen/orc8r/protos/bootstrapper_pb.js';
import { CertificateSchema } from '../../proto/gen/orc8r/protos/certifier_pb.js';
import { AccessGatewayIDSchema } from '../../proto/gen/orc8r/protos/identity_pb.js';
import { createBootstrap } from './index.ts';

declare global {
  interface ImportMeta {
    /** Vite's. */
    glob<T>(pattern: string, options: { query: string; import: string; eager: true }): Record<string, T>;
  }
}

// The same road as in index.test.ts, in workerd with its own WebCrypto and D1.
const migrations = import.meta.glob<string>('../../migrations/*.sql', { query: '?raw', import: 'default', eager: true });
const BOOTSTRAP_KEY = toBase64(new Uint8Array(32).fill(7));
const ec = (namedCurve: 'P-256' | 'P-384') => ({ name: 'ECDSA', namedCurve, hash: 'SHA-256' });
const rsa = { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' };
const { DB } = env as unknown as { DB: D1Database };
const now = Date.now();

const generate = async (algorithm: ReturnType<typeof ec> | typeof rsa) =>
  (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair;

async function authority(algorithm: ReturnType<typeof ec> | typeof rsa) {
  const keys = await generate(algorithm);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=Test CA',
    keys,
    signingAlgorithm: algorithm,
    notBefore: new Date(now - 3_600_000),
    notAfter: new Date(now + 1000 * 3_600_000),
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  });
  const key = (await crypto.subtle.exportKey('pkcs8', keys.privateKey)) as ArrayBuffer;
  return { certificate, CERTIFIER_CERT: certificate.toString('pem'), CERTIFIER_KEY: x509.PemConverter.encode(key, 'PRIVATE KEY') };
}

beforeAll(async () => {
  for (const [, text] of Object.entries(migrations).sort(([left], [right]) => left.localeCompare(right))) {
    await DB.batch(text.split('--> statement-breakpoint').map((statement) => DB.prepare(statement)));
  }
  await commit(
    new Database(DB),
    {
      networkId: 'n1',
      action: 'network.create',
      target: 'n1',
      mutations: [{ do: 'create_network', type: 'lte', name: 'n1', description: '', configs: {} }],
    },
    { actor: 'operator:test', requestId: 'setup', at: 1 },
  );
});

describe('the bootstrap door in workerd', () => {
  it.each([
    ['EC', ec('P-256'), ec('P-256')],
    ['RSA', rsa, rsa],
  ])('takes a gateway from a token to a certificate, with an %s authority', async (name, caAlgorithm, keyAlgorithm) => {
    const { certificate: ca, ...settings } = await authority(caAlgorithm);
    const id = { type: 'magmad_gateway', key: `g-${name}` };
    const hardwareId = `hw-${name}`;
    await commit(
      new Database(DB),
      { networkId: 'n1', action: 'gateway.create', target: id.key, mutations: [{ do: 'create_entity', id, config: {} }] },
      { actor: 'operator:test', requestId: 'setup', at: 1 },
    );
    const row = await DB.prepare('SELECT id FROM entities WHERE key = ?').bind(id.key).first<{ id: number }>();
    const door = createBootstrap({
      db: DB,
      settings: { ...settings, BOOTSTRAP_KEY, DOMAIN: 'orc8r.test', IDENTITY_SOURCE: 'front' },
      networkChanged: () => {},
      now: () => now,
    });
    async function call<I extends DescMessage, O extends DescMessage>(
      method: string,
      input: I,
      output: O,
      message: MessageInitShape<I>,
    ): Promise<MessageShape<O>> {
      const request = new Request(`https://x/magma.orc8r.${method}`, {
        method: 'POST',
        headers: { 'content-type': 'application/proto' },
        body: new Uint8Array(toBinary(input, create(input, message))),
      });
      const response = await door(request, 'r1');
      expect(response.status, method).toBe(200);
      return fromBinary(output, new Uint8Array(await response.arrayBuffer()));
    }

    const device = await generate(ec('P-384'));
    const spki = (await crypto.subtle.exportKey('spki', device.publicKey)) as ArrayBuffer;
    const registered = await call('Registration/Register', RegisterRequestSchema, RegisterResponseSchema, {
      token: await makeRegistrationToken(await importBootstrapKey(BOOTSTRAP_KEY), row?.id ?? 0, now),
      hwid: { id: hardwareId },
      challengeKey: { keyType: ChallengeKey_KeyType.SOFTWARE_ECDSA_SHA256, key: new TextEncoder().encode(toBase64(new Uint8Array(spki))) },
    });
    expect(registered.response.case).toBe('controlProxy');

    const { challenge } = await call('Bootstrapper/GetChallenge', AccessGatewayIDSchema, ChallengeSchema, { id: hardwareId });
    const signature = new Uint8Array(await crypto.subtle.sign(ec('P-384'), device.privateKey, new Uint8Array(challenge)));
    const keys = await generate(keyAlgorithm);
    const csr = await x509.Pkcs10CertificateRequestGenerator.create({ name: `CN=${hardwareId}`, keys, signingAlgorithm: keyAlgorithm });
    const issued = await call('Bootstrapper/RequestSign', ResponseSchema, CertificateSchema, {
      hwId: { id: hardwareId },
      challenge,
      response: { case: 'ecdsaResponse', value: { r: signature.slice(0, 48), s: signature.slice(48) } },
      csr: { csrDer: new Uint8Array(csr.rawData) },
    });
    const certificate = new x509.X509Certificate(new Uint8Array(issued.certDer));
    expect(await certificate.verify({ publicKey: ca.publicKey, date: new Date(now) })).toBe(true);
    const [known] = await new Database(DB).read(certificateBySerial({ serial: issued.sn?.sn ?? '' }));
    expect(known).toMatchObject({ subject: hardwareId, gateway: { networkId: 'n1', gatewayId: id.key } });
  });
});
