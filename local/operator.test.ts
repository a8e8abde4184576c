import { X509Certificate, createPrivateKey, createPublicKey } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type KeyPair, createAuthority, issueLeaf, keyIdentifiers } from './certificates.ts';
import { temporaryFolder } from './fixture/platform.ts';
import { openOperator } from './operator.ts';

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
});
