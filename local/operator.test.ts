import { X509Certificate, createPrivateKey, createPublicKey } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type KeyPair, createAuthority, issueLeaf, keyIdentifiers } from './certificates.ts';
import { temporaryFolder } from './fixture/platform.ts';
import { openOperator } from './operator.ts';
import { registerOperator } from './register-operator.ts';
import { testD1 } from '../test/support/d1.ts';

const DAY = 86_400_000;
const now = new Date();
let certifier: KeyPair;
let folder: ReturnType<typeof temporaryFolder>;

beforeAll(async () => {
  certifier = await createAuthority('certifier', 3650, now);
});

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(() => folder.remove());

function open(after = 0): ReturnType<typeof openOperator> {
  return openOperator({ dataDir: folder.path, certifier, now: new Date(now.getTime() + after) });
}

const serialOf = async (opened: ReturnType<typeof openOperator>) => (await opened).registration.certificate.serial;

describe('openOperator', () => {
  it('makes a certificate, its key and a token that registration describes', async () => {
    const { files, registration } = await open();
    const certificate = new X509Certificate(readFileSync(files.certificateFile));
    expect(certificate.subject).toBe('CN=admin');
    expect(certificate.verify(new X509Certificate(certifier.certificate).publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(readFileSync(files.keyFile)))).toBe(true);
    expect(certificate.publicKey.equals(createPublicKey(readFileSync(files.keyFile)))).toBe(true);
    expect(registration.certificate).toEqual({
      serial: certificate.serialNumber,
      fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
      notBefore: certificate.validFromDate.getTime(),
      notAfter: certificate.validToDate.getTime(),
      issuer: keyIdentifiers(certifier.certificate).own,
    });
    expect(registration.token).toMatch(/^op_[0-9A-Za-z]{49}$/);
    expect(readFileSync(files.tokenFile, 'utf8').trim()).toBe(registration.token);
  });

  it('packs a PKCS#12 file with which a TLS client is known', async () => {
    const { files } = await open();
    const server = await issueLeaf(certifier, {
      commonName: 'localhost',
      days: 1,
      now,
      usage: 'server',
      names: [{ type: 'dns', value: 'localhost' }],
    });
    const listener = createServer({ cert: server.certificate, key: server.key, ca: certifier.certificate, requestCert: true }, (socket) =>
      socket.end(String(socket.getPeerX509Certificate()?.subject)),
    );
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const told = await new Promise<string>((resolve, reject) => {
      const socket = connect({
        port: (listener.address() as AddressInfo).port,
        host: '127.0.0.1',
        servername: 'localhost',
        ca: certifier.certificate,
        pfx: readFileSync(files.pkcs12File),
        passphrase: readFileSync(files.passwordFile, 'utf8').trim(),
      });
      socket.once('data', (data: Buffer) => resolve(data.toString()));
      socket.once('error', reject);
    });
    listener.close();
    expect(told).toBe('CN=admin');
  });

  it('keeps both, renews the certificate in its last month and leaves the token alone', async () => {
    const first = await open();
    expect(await open(334 * DAY)).toEqual(first);
    const renewed = await open(336 * DAY);
    expect(renewed.registration.certificate.serial).not.toBe(first.registration.certificate.serial);
    expect(renewed.registration.token).toBe(first.registration.token);
  });

  it('makes a lost or spoilt certificate anew', async () => {
    const first = await open();
    writeFileSync(first.files.certificateFile, 'rubbish');
    const second = await open();
    expect(second.registration.certificate.serial).not.toBe(first.registration.certificate.serial);
    writeFileSync(first.files.tokenFile, first.registration.token.slice(0, -1));
    expect((await open()).registration.token).not.toBe(first.registration.token);
    rmSync(second.files.pkcs12File);
    expect(readFileSync((await open()).files.pkcs12File).length).toBeGreaterThan(500);
  });

  it('names the certificates that a new one took the place of, until the end', async () => {
    const first = await open();
    expect(first.registration.superseded).toEqual([]);
    const serial = first.registration.certificate.serial;
    const second = await serialOf(open(336 * DAY));
    writeFileSync(first.files.certificateFile, 'rubbish');
    const third = await open(340 * DAY);
    expect(third.registration.superseded).toEqual([serial, second]);
    expect((await open(341 * DAY)).registration).toEqual(third.registration);
  });

  it('knows the certificate of a folder that kept no serials yet', async () => {
    const { files, registration } = await open();
    rmSync(files.serialsFile);
    expect((await open()).registration.superseded).toEqual([]);
    certifier = await createAuthority('certifier', 3650, now);
    expect((await open()).registration.superseded).toEqual([registration.certificate.serial]);
  });
});

describe('registerOperator', () => {
  it('revokes what a new certificate took the place of, and nothing else that the operator has', async () => {
    const store = testD1();
    const first = (await open()).registration;
    await registerOperator(store.d1, first);
    await registerOperator(store.d1, { ...first, certificate: { ...first.certificate, serial: 'A0', fingerprint: 'f0' } });
    const second = (await open(336 * DAY)).registration;
    await registerOperator(store.d1, second);
    await registerOperator(store.d1, second);
    const rows = store.sqlite.prepare('SELECT serial, revoke_reason FROM certificates ORDER BY issued_at, rowid').all();
    expect(rows.map((row) => [row['serial'], row['revoke_reason']])).toEqual([
      [first.certificate.serial, 'a newer certificate took its place when the platform started'],
      ['A0', null],
      [second.certificate.serial, null],
    ]);
    store.close();
  });
});
