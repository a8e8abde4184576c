import { OrcError } from '../errors.ts';
import { x509 } from './x509.ts';

/** The settings an authority is made of: CERTIFIER_CERT and CERTIFIER_KEY, or VPN_CERT and VPN_KEY. */
export type AuthorityName = 'CERTIFIER' | 'VPN';

export type SigningAlgorithm = { name: 'ECDSA'; namedCurve: string; hash: string } | { name: 'RSASSA-PKCS1-v1_5'; hash: string };

function signingAlgorithm(key: { name: string; namedCurve?: string }): SigningAlgorithm {
  if (key.name === 'RSASSA-PKCS1-v1_5') return { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  if (key.name === 'ECDSA' && (key.namedCurve === 'P-256' || key.namedCurve === 'P-384')) {
    return { name: 'ECDSA', namedCurve: key.namedCurve, hash: key.namedCurve === 'P-384' ? 'SHA-384' : 'SHA-256' };
  }
  throw broken(`its key is of kind ${key.name}: use RSA, or EC on P-256 or P-384`);
}

function parseCertificates(pem: string, name: AuthorityName): x509.X509Certificate[] {
  let certificates: x509.X509Certificate[];
  try {
    certificates = x509.PemConverter.decode(pem).map((der) => new x509.X509Certificate(der));
  } catch (error) {
    throw broken(`${name}_CERT is not a certificate in PEM form`, error);
  }
  if (certificates.length === 0) throw broken(`${name}_CERT is not a certificate in PEM form`);
  if (!certificates.every((each) => each.getExtension(x509.BasicConstraintsExtension)?.ca === true))
    throw broken(`${name}_CERT is not the certificate of an authority`);
  return certificates;
}

/** An authority that can sign. */
export interface Authority {
  readonly ca: x509.X509Certificate;
  readonly signingKey: CryptoKey;
  readonly algorithm: SigningAlgorithm;
}

/**
 * The authority, of several certificates, that the key belongs to. Error: `internal` when they cannot be read, none belongs to the
 * key, or one is not that of a CA; it says which setting to mend.
 */
export async function openAuthority(certificatesPem: string, keyPem: string, name: AuthorityName): Promise<Authority> {
  let complaint: unknown;
  for (const ca of parseCertificates(certificatesPem, name)) {
    const algorithm = signingAlgorithm(ca.publicKey.algorithm);
    try {
      const signingKey = await importKey(keyPem, algorithm, name);
      await checkPair(ca, signingKey, algorithm, name);
      return { ca, signingKey, algorithm };
    } catch (error) {
      complaint ??= error;
    }
  }
  throw complaint;
}

async function importKey(pem: string, algorithm: SigningAlgorithm, name: AuthorityName): Promise<CryptoKey> {
  try {
    return await crypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(pem), algorithm, false, ['sign']);
  } catch (error) {
    throw broken(`${name}_KEY is not a private key of the same kind as ${name}_CERT in PEM form (PKCS#8, "BEGIN PRIVATE KEY")`, error);
  }
}

async function checkPair(ca: x509.X509Certificate, key: CryptoKey, algorithm: SigningAlgorithm, name: AuthorityName): Promise<void> {
  const probe = crypto.getRandomValues(new Uint8Array(32));
  const signature = await crypto.subtle.sign(algorithm, key, probe);
  const publicKey = await ca.publicKey.export(algorithm, ['verify']);
  if (!(await crypto.subtle.verify(algorithm, publicKey, signature, probe))) throw broken(`${name}_KEY does not belong to ${name}_CERT`);
}

const broken = (why: string, cause?: unknown): OrcError =>
  new OrcError('internal', `the certifier cannot work: ${why}`, { reason: 'certifier_misconfigured', cause });
