import { webcrypto } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { x509 } from '../../core/certifier/x509.ts';

export type KeyName = 'P-256' | 'P-384' | 'P-521' | 'RSA' | 'Ed25519';

const ALGORITHMS = {
  'P-256': { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  'P-384': { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-256' },
  'P-521': { name: 'ECDSA', namedCurve: 'P-521', hash: 'SHA-256' },
  RSA: { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' },
  Ed25519: { name: 'Ed25519' },
} as const;

export async function newKeys(name: KeyName): Promise<CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(ALGORITHMS[name] as never, true, ['sign', 'verify'])) as unknown as CryptoKeyPair;
}

export interface TestAuthority {
  /** PEM. */
  readonly certificate: string;
  /** PEM, PKCS#8. */
  readonly key: string;
}

/** A self-signed authority of a kind of key (or, with `ca` false, no authority), from an hour ago until `until` (unix milliseconds). */
export async function newAuthority(name: KeyName, until: number, ca = true): Promise<TestAuthority> {
  const keys = await newKeys(name);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: ['Test CA'] }],
    keys: keys as never,
    signingAlgorithm: ALGORITHMS[name],
    notBefore: new Date(Math.min(Date.now(), until) - 3_600_000),
    notAfter: new Date(until),
    extensions: [
      new x509.BasicConstraintsExtension(ca, undefined, true),
      new x509.KeyUsagesExtension(
        ca ? x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign : x509.KeyUsageFlags.digitalSignature,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey as never),
    ],
  });
  return { certificate: `${certificate.toString('pem')}\n`, key: await pem(keys.privateKey, 'PRIVATE KEY') };
}

/** A PKCS#10 request as DER, and the private key it is for as PEM. */
export async function newRequest(commonName: string, name: KeyName = 'P-256'): Promise<{ der: Uint8Array<ArrayBuffer>; key: string }> {
  const keys = await newKeys(name);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: commonName ? [{ CN: [commonName] }] : [],
    keys: keys as never,
    signingAlgorithm: ALGORITHMS[name],
  });
  return { der: new Uint8Array(request.rawData), key: await pem(keys.privateKey, 'PRIVATE KEY') };
}

async function pem(key: CryptoKey, label: string): Promise<string> {
  return `${x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key as never), label)}\n`;
}

export const certificatePem = (der: Uint8Array): string => `${x509.PemConverter.encode(new Uint8Array(der), 'CERTIFICATE')}\n`;

/** Whether OpenSSL, in a TLS handshake of Node's, takes a certificate for a client's by this authority: `''`, or its complaint. */
export async function clientComplaint(client: { cert: string; key: string }, ca: string): Promise<string> {
  const own = await newAuthority('P-256', Date.now() + 3_600_000, false);
  const server = createServer({
    cert: own.certificate,
    key: own.key,
    ca,
    requestCert: true,
    rejectUnauthorized: false,
    maxVersion: 'TLSv1.2',
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  // A handshake that breaks ends the wait.
  const failed = new AbortController();
  const accepted = once(server, 'secureConnection', { signal: failed.signal }) as Promise<[TLSSocket]>;
  const socket = connect({ port, host: '127.0.0.1', ...client, rejectUnauthorized: false, maxVersion: 'TLSv1.2' });
  socket.on('error', (error) => failed.abort(error));
  try {
    const [peer] = await accepted;
    // Given as an Error or its code, by version of Node.
    return peer.authorized ? '' : String(peer.authorizationError);
  } finally {
    socket.destroy();
    server.close();
  }
}
