import { sha256, toHex } from '../identity/bytes.ts';
import { OrcError } from '../errors.ts';
import { newSerial } from './serial.ts';
import { x509 } from './x509.ts';

const HOUR = 3_600_000;

export interface IssueRequest {
  readonly publicKey: x509.PublicKey;
  readonly commonName: string;
  /** Milliseconds from now. */
  readonly validity: number;
  /** Unix milliseconds. */
  readonly now: number;
}

export interface IssuedCertificate {
  /** Upper-case hex without leading zeros. */
  readonly serial: string;
  /** SHA-256 of the DER, lower-case hex. */
  readonly fingerprint: string;
  readonly der: Uint8Array<ArrayBuffer>;
  /** Unix milliseconds, whole seconds as the certificate carries them. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Key identifier of the authority, lower-case hex. */
  readonly issuer: string;
}

/** The authority that signs client certificates of gateways and operators. */
export interface Certifier {
  /** When the CA certificate ends, unix milliseconds; nothing it signs lives longer. */
  readonly notAfter: number;
  /** Signs a client certificate that holds from one hour ago (SOUTHBOUND 2). Error: `unavailable` when the CA has run out. */
  issue(request: IssueRequest): Promise<IssuedCertificate>;
}

/**
 * Makes the certifier of CA certificates and a private key, all PEM, the key as PKCS#8 (EC or RSA). The certificate that the key
 * belongs to signs; others beside it are of authorities whose certificates are still out (docs/operations.md, "Another certifier").
 * Errors: `internal` when they cannot be read, none belongs to the key, or one is not that of a CA.
 */
export async function createCertifier(certificatesPem: string, keyPem: string): Promise<Certifier> {
  const { ca, signingKey, algorithm } = await signer(parseCertificates(certificatesPem), keyPem);
  const issuer = ca.subjectName;
  const authorityKey = await x509.AuthorityKeyIdentifierExtension.create(ca);
  const keyIdentifier = (authorityKey.keyId ?? '').toLowerCase();
  const notAfter = ca.notAfter.getTime();

  return {
    notAfter,
    async issue({ publicKey, commonName, validity, now }) {
      const from = wholeSeconds(now - HOUR);
      const until = Math.min(wholeSeconds(now + validity), notAfter);
      if (until <= now) {
        throw new OrcError(
          'unavailable',
          `the certifier's CA ended at ${new Date(notAfter).toISOString()}: the operator of this platform must renew it`,
          { reason: 'certifier_expired' },
        );
      }
      const serial = newSerial();
      const certificate = await x509.X509CertificateGenerator.create({
        serialNumber: serial.length % 2 === 0 ? serial : `0${serial}`,
        subject: [{ CN: [commonName] }],
        issuer,
        publicKey,
        signingKey,
        signingAlgorithm: algorithm,
        notBefore: new Date(from),
        notAfter: new Date(until),
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment, true),
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
          await x509.SubjectKeyIdentifierExtension.create(publicKey),
          authorityKey,
        ],
      });
      const der = new Uint8Array(certificate.rawData);
      return { serial, fingerprint: toHex(await sha256(der)), der, notBefore: from, notAfter: until, issuer: keyIdentifier };
    },
  };
}

let kept: { readonly certificate: string; readonly key: string; readonly certifier: Certifier } | undefined;

/** As createCertifier, parsed once per isolate. The result is kept, not the promise: one request must not wait on another's. */
export async function certifierOf(certificatePem: string, keyPem: string): Promise<Certifier> {
  if (kept?.certificate === certificatePem && kept.key === keyPem) return kept.certifier;
  const certifier = await createCertifier(certificatePem, keyPem);
  kept = { certificate: certificatePem, key: keyPem, certifier };
  return certifier;
}

type SigningAlgorithm = { name: 'ECDSA'; namedCurve: string; hash: string } | { name: 'RSASSA-PKCS1-v1_5'; hash: string };

function signingAlgorithm(key: { name: string; namedCurve?: string }): SigningAlgorithm {
  if (key.name === 'RSASSA-PKCS1-v1_5') return { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  if (key.name === 'ECDSA' && (key.namedCurve === 'P-256' || key.namedCurve === 'P-384')) {
    return { name: 'ECDSA', namedCurve: key.namedCurve, hash: key.namedCurve === 'P-384' ? 'SHA-384' : 'SHA-256' };
  }
  throw broken(`its key is of kind ${key.name}: use RSA, or EC on P-256 or P-384`);
}

function parseCertificates(pem: string): x509.X509Certificate[] {
  let certificates: x509.X509Certificate[];
  try {
    certificates = x509.PemConverter.decode(pem).map((der) => new x509.X509Certificate(der));
  } catch (error) {
    throw broken('CERTIFIER_CERT is not a certificate in PEM form', error);
  }
  if (certificates.length === 0) throw broken('CERTIFIER_CERT is not a certificate in PEM form');
  if (!certificates.every((each) => each.getExtension(x509.BasicConstraintsExtension)?.ca === true))
    throw broken('CERTIFIER_CERT is not the certificate of an authority');
  return certificates;
}

interface Signer {
  readonly ca: x509.X509Certificate;
  readonly signingKey: CryptoKey;
  readonly algorithm: SigningAlgorithm;
}

/** The authority, of several, that the key belongs to. */
async function signer(certificates: readonly x509.X509Certificate[], keyPem: string): Promise<Signer> {
  let complaint: unknown;
  for (const ca of certificates) {
    const algorithm = signingAlgorithm(ca.publicKey.algorithm);
    try {
      const signingKey = await importKey(keyPem, algorithm);
      await checkPair(ca, signingKey, algorithm);
      return { ca, signingKey, algorithm };
    } catch (error) {
      complaint ??= error;
    }
  }
  throw complaint;
}

async function importKey(pem: string, algorithm: SigningAlgorithm): Promise<CryptoKey> {
  try {
    return await crypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(pem), algorithm, false, ['sign']);
  } catch (error) {
    throw broken('CERTIFIER_KEY is not a private key of the same kind as CERTIFIER_CERT in PEM form (PKCS#8, "BEGIN PRIVATE KEY")', error);
  }
}

async function checkPair(ca: x509.X509Certificate, key: CryptoKey, algorithm: SigningAlgorithm): Promise<void> {
  const probe = crypto.getRandomValues(new Uint8Array(32));
  const signature = await crypto.subtle.sign(algorithm, key, probe);
  const publicKey = await ca.publicKey.export(algorithm, ['verify']);
  if (!(await crypto.subtle.verify(algorithm, publicKey, signature, probe)))
    throw broken('CERTIFIER_KEY does not belong to CERTIFIER_CERT');
}

const wholeSeconds = (milliseconds: number): number => Math.floor(milliseconds / 1000) * 1000;

const broken = (why: string, cause?: unknown): OrcError =>
  new OrcError('internal', `the certifier cannot work: ${why}`, { reason: 'certifier_misconfigured', cause });
