import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

// Node's and the workers' typings of the same WebCrypto differ.
x509.cryptoProvider.set(webcrypto as unknown as Crypto);

const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY = 86_400_000;
/** Clocks of gateways are seldom exact: certificates hold from five minutes ago. */
const CLOCK_SKEW = 300_000;

/** A certificate with its private key, both as PEM (the key as PKCS#8). */
export interface KeyPair {
  certificate: string;
  key: string;
}

export interface LeafRequest {
  commonName: string;
  days: number;
  now: Date;
  usage: 'server' | 'client';
  /** DNS names and IP addresses a server answers to. */
  names?: readonly { type: 'dns' | 'ip'; value: string }[];
}

/** Makes a self-signed EC P-256 authority that may sign leaf certificates and revocation lists. */
export async function createAuthority(commonName: string, days: number, now: Date): Promise<KeyPair> {
  const keys = await webcrypto.subtle.generateKey(P256, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ CN: [commonName] }],
    keys: keys as CryptoKeyPair,
    signingAlgorithm: P256,
    notBefore: new Date(now.getTime() - CLOCK_SKEW),
    notAfter: new Date(now.getTime() + days * DAY),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey as CryptoKey),
    ],
  });
  return { certificate: pem(certificate), key: await exportKey(keys.privateKey) };
}

/** Makes a new EC P-256 key and a certificate for it, signed by `authority`. */
export async function issueLeaf(authority: KeyPair, request: LeafRequest): Promise<KeyPair> {
  const issuer = new x509.X509Certificate(authority.certificate);
  const signingKey = await importKey(authority.key);
  const keys = await webcrypto.subtle.generateKey(P256, true, ['sign', 'verify']);
  const purpose = request.usage === 'server' ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: [{ CN: [request.commonName] }],
    issuer: issuer.subjectName,
    publicKey: keys.publicKey as CryptoKey,
    signingKey,
    signingAlgorithm: P256,
    notBefore: new Date(request.now.getTime() - CLOCK_SKEW),
    notAfter: new Date(request.now.getTime() + request.days * DAY),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([purpose]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey as CryptoKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
      ...(request.names ? [new x509.SubjectAlternativeNameExtension([...request.names])] : []),
    ],
  });
  return { certificate: pem(certificate), key: await exportKey(keys.privateKey) };
}

/** Makes a new EC P-256 key and a PKCS#10 request for it, both PEM; the name is only for whoever reads the request. */
export async function requestLeaf(commonName: string): Promise<{ request: string; key: string }> {
  const keys = await webcrypto.subtle.generateKey(P256, true, ['sign', 'verify']);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [commonName] }],
    keys: keys as CryptoKeyPair,
    signingAlgorithm: P256,
  });
  return { request: `${request.toString('pem').trim()}\n`, key: await exportKey(keys.privateKey) };
}

/** The certificates of a PEM text, one by one. */
export const splitBundle = (pem: string): string[] =>
  (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map((each) => `${each}\n`);

/** The key identifiers of a certificate and of the authority that signed it, lower-case hex; '' for what it does not say. */
export function keyIdentifiers(pem: string): { own: string; issuer: string } {
  const certificate = new x509.X509Certificate(pem);
  return {
    own: certificate.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId.toLowerCase() ?? '',
    issuer: certificate.getExtension(x509.AuthorityKeyIdentifierExtension)?.keyId?.toLowerCase() ?? '',
  };
}

function pem(certificate: x509.X509Certificate): string {
  return `${certificate.toString('pem').trim()}\n`;
}

/** 16 random bytes, positive and without a leading zero, so that every tool writes it alike. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  return `${x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY').trim()}\n`;
}

async function importKey(text: string): Promise<CryptoKey> {
  const key = await webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(text), P256, false, ['sign']);
  return key as CryptoKey;
}
