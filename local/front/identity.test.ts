import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type KeyPair, createAuthority, issueLeaf } from '../certificates.ts';
import { type Caller, callJson, openSocket } from '../fixture/client.ts';
import { callersOf, startFixture, temporaryFolder } from '../fixture/platform.ts';
import type { Platform } from '../platform.ts';

/** What the fixture's /shown answers. */
interface Shown {
  headers: [string, string][];
  trusted: boolean;
  cf: { clientIp: string; tlsClientAuth: Record<string, string>; orc8rFront: { secret: string; door: string } };
}

const YEAR = 365 * 86_400_000;
const folder = temporaryFolder();
let platform: Platform;
let admin: Caller & { client: KeyPair };
let nobody: Caller;
let certifier: KeyPair;

beforeAll(async () => {
  platform = await startFixture(folder.path);
  ({ admin, nobody } = callersOf(platform));
  const ca = join(folder.path, 'ca');
  certifier = { certificate: readFileSync(join(ca, 'certifier.pem'), 'utf8'), key: readFileSync(join(ca, 'certifier.key'), 'utf8') };
}, 30_000);

afterAll(async () => {
  await platform?.stop();
  folder.remove();
});

async function leaf(by: KeyPair, offset = 0, usage: 'client' | 'server' = 'client'): Promise<Caller> {
  return { ...nobody, client: await issueLeaf(by, { commonName: 'gateway', days: 365, now: new Date(Date.now() + offset), usage }) };
}

async function shown(caller: Caller, door: 'api' | 'controller' | 'bootstrap', headers: Record<string, string> = {}): Promise<Shown> {
  return (await callJson(caller, `${platform.addresses[door]}/shown`, { headers })) as Shown;
}

describe('identity through the front', () => {
  it.each(['api', 'controller'] as const)('hands the facts of a good certificate to the Worker (%s)', async (door) => {
    const { cf, trusted } = await shown(admin, door);
    const certificate = new X509Certificate(admin.client.certificate);
    expect(trusted).toBe(true);
    expect(cf.orc8rFront.door).toBe(door);
    expect(cf.clientIp).toBe('127.0.0.1');
    expect(cf.tlsClientAuth).toMatchObject({
      certPresented: '1',
      certVerified: 'SUCCESS',
      certRevoked: '0',
      certSubjectDN: 'CN=admin',
      certIssuerDN: 'CN=Orc8r development certifier',
      certSerial: certificate.serialNumber,
      certFingerprintSHA256: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
      certNotBefore: certificate.validFrom,
      certNotAfter: certificate.validTo,
    });
  });

  it('lets callers without a certificate reach the API and the bootstrap door, unnamed', async () => {
    for (const door of ['api', 'bootstrap'] as const) {
      const { cf, trusted } = await shown(nobody, door);
      expect(trusted).toBe(true);
      expect(cf.orc8rFront.door).toBe(door);
      expect(cf.tlsClientAuth).toMatchObject({ certPresented: '0', certVerified: 'NONE', certSerial: '' });
    }
  });

  it('asks for no certificate at the bootstrap door, even when the client has one', async () => {
    expect((await shown(admin, 'bootstrap')).cf.tlsClientAuth['certVerified']).toBe('NONE');
  });

  it('hands callers without a certificate, or with that of a stranger, to the Worker at the controller door too, as what they are', async () => {
    expect((await shown(nobody, 'controller')).cf.tlsClientAuth).toMatchObject({ certPresented: '0', certVerified: 'NONE' });
    const stranger = await leaf(await createAuthority('Orc8r development certifier', 3650, new Date()));
    for (const door of ['api', 'controller'] as const)
      expect((await shown(stranger, door)).cf.tlsClientAuth).toMatchObject({
        certPresented: '1',
        certVerified: expect.stringMatching(/^FAILED:/),
      });
  });

  it('does not take an expired certificate of a stranger for an expired one of ours', async () => {
    const stranger = await leaf(await createAuthority('Orc8r development certifier', 3650, new Date(Date.now() - 3 * YEAR)), -2 * YEAR);
    const { certVerified } = (await shown(stranger, 'api')).cf.tlsClientAuth;
    expect(certVerified).toMatch(/^FAILED:/);
    expect(certVerified).not.toContain('expired');
  });

  it.each([
    ['expired', -2 * YEAR, 'FAILED:certificate has expired'],
    ['not yet valid', YEAR, 'FAILED:certificate is not yet valid'],
  ])('lets a certificate of ours that is %s reach the Worker, which tells the cause', async (_, offset, verdict) => {
    const caller = await leaf(certifier, offset);
    expect((await shown(caller, 'controller')).cf.tlsClientAuth).toMatchObject({
      certPresented: '1',
      certVerified: verdict,
      certSubjectDN: 'CN=gateway',
    });
    expect((await shown(caller, 'api')).cf.tlsClientAuth['certVerified']).toBe(verdict);
  });

  it('does not accept a server certificate as a client', async () => {
    const caller = await leaf(certifier, 0, 'server');
    expect((await shown(caller, 'controller')).cf.tlsClientAuth['certVerified']).toBe('FAILED:unsupported certificate purpose');
  });

  it('ignores identity that a client writes into headers', async () => {
    const forged = {
      'MF-CF-Blob': JSON.stringify({
        tlsClientAuth: { certPresented: '1', certVerified: 'SUCCESS', certSerial: 'AA' },
        orc8rFront: { secret: 'x', door: 'controller' },
      }),
      'CF-Connecting-IP': '10.9.8.7',
      'X-Forwarded-For': '10.9.8.7',
      Forwarded: 'for=10.9.8.7',
      'X-Magma-Client-Cert-CN': 'admin',
      'x-magma-client-cert-serial': '7ZZXXXXXXX',
      'X-Orc8r-Door': 'controller',
      'X-Kept': 'yes',
    };
    const { cf, headers } = await shown(nobody, 'api', forged);
    expect(cf.tlsClientAuth).toMatchObject({ certPresented: '0', certVerified: 'NONE', certSerial: '' });
    expect(cf.orc8rFront.door).toBe('api');
    expect(cf.clientIp).toBe('127.0.0.1');
    const names = new Map(headers);
    expect(names.get('x-kept')).toBe('yes');
    expect(names.get('cf-connecting-ip')).toBe('127.0.0.1');
    for (const name of [
      'x-forwarded-for',
      'forwarded',
      'x-magma-client-cert-cn',
      'x-magma-client-cert-serial',
      'x-orc8r-door',
      'mf-cf-blob',
    ])
      expect(names.has(name), name).toBe(false);
    expect((await shown(admin, 'api', forged)).cf.tlsClientAuth).toMatchObject({ certSubjectDN: 'CN=admin', certVerified: 'SUCCESS' });
  });

  it('gives whoever reaches workerd behind the front no way to be believed', async () => {
    const direct = await platform.directUrl('fixture');
    const { cf } = await shown(admin, 'api');
    const answer = await fetch(new URL('/shown', direct), {
      headers: { 'MF-CF-Blob': JSON.stringify({ ...cf, orc8rFront: { secret: 'guessed', door: 'api' } }) },
    });
    expect(((await answer.json()) as Shown).trusted).toBe(false);
  });
});

describe('WebSocket through the front', () => {
  it('passes frames both ways and keeps the subprotocol', async () => {
    const socket = await openSocket(admin, `${platform.addresses.controller}/socket`);
    if (!(socket instanceof WebSocket)) throw new Error(`refused: ${socket.status}`);
    expect(socket.protocol).toBe('orc8r.v1');
    const large = Buffer.alloc(1_000_000, 7);
    for (const message of [Buffer.from([1, 2, 3]), large]) {
      const echoed = new Promise<Buffer>((resolve) => socket.once('message', (data: Buffer) => resolve(data)));
      socket.send(message);
      expect((await echoed).equals(message)).toBe(true);
    }
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.close(1000);
    await closed;
  });

  it('relays the refusal of a handshake with its body', async () => {
    expect(await openSocket(admin, `${platform.addresses.controller}/refused-socket`)).toMatchObject({
      status: 403,
      text: JSON.stringify({ message: 'not you' }),
    });
  });
});

describe('bindings of the Worker', () => {
  it('hold what the doors need and leave wrangler.toml otherwise in force', async () => {
    const bindings = (await callJson(nobody, `${platform.addresses.api}/bindings`)) as Record<string, string>;
    expect(bindings).toMatchObject({
      IDENTITY_SOURCE: 'front',
      DOMAIN: 'orc8r.test',
      CERTIFIER_CERT: certifier.certificate,
      CERTIFIER_KEY: certifier.key,
    });
    expect(bindings['ROOT_CA']).toBe(nobody.ca);
    expect(Buffer.from(bindings['BOOTSTRAP_KEY'] ?? '', 'base64')).toHaveLength(32);
    expect(bindings['FRONT_SECRET']).toMatch(/^[0-9a-f]{64}$/);
  });
});
