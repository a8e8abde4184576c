import { sha256, toHex } from '../identity/bytes.ts';
import { OrcError } from '../errors.ts';
import { type AuthorityName, openAuthority } from './authority.ts';
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

/** An authority that signs client certificates: of gateways and operators, or those with which gateways join a VPN. */
export interface Certifier {
  /** The CA certificate, DER. */
  readonly certificate: Uint8Array<ArrayBuffer>;
  /** When the CA certificate ends, unix milliseconds; nothing it signs lives longer. */
  readonly notAfter: number;
  /** Signs a client certificate that holds from one hour ago (SOUTHBOUND 2). Error: `unavailable` when the CA has run out. */
  issue(request: IssueRequest): Promise<IssuedCertificate>;
}

/**
 * Makes a certifier of CA certificates and a private key, all PEM, the key as PKCS#8 (EC or RSA). The certificate that the key
 * belongs to signs; others beside it are of authorities whose certificates are still out (docs/operations.md, "Another certifier").
 * Errors: `internal` when they cannot be read, none belongs to the key, or one is not that of a CA; `name` says which settings to mend.
 */
export async function createCertifier(certificatesPem: string, keyPem: string, name: AuthorityName = 'CERTIFIER'): Promise<Certifier> {
  const { ca, signingKey, algorithm } = await openAuthority(certificatesPem, keyPem, name);
  const issuer = ca.subjectName;
  const authorityKey = await x509.AuthorityKeyIdentifierExtension.create(ca);
  const keyIdentifier = (authorityKey.keyId ?? '').toLowerCase();
  const notAfter = ca.notAfter.getTime();

  return {
    certificate: new Uint8Array(ca.rawData),
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
        subject: [{ CN: [nameValue(commonName)] }],
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

const kept = new Map<AuthorityName, { readonly certificate: string; readonly key: string; readonly certifier: Certifier }>();

/** As createCertifier, parsed once per isolate. The result is kept, not the promise: one request must not wait on another's. */
export async function certifierOf(certificatePem: string, keyPem: string, name: AuthorityName = 'CERTIFIER'): Promise<Certifier> {
  const known = kept.get(name);
  if (known?.certificate === certificatePem && known.key === keyPem) return known.certifier;
  const certifier = await createCertifier(certificatePem, keyPem, name);
  kept.set(name, { certificate: certificatePem, key: keyPem, certifier });
  return certifier;
}

/**
 * A name as it stands: of a bare string the library would take quotes, backslashes and a leading # for notation (RFC 4514). It takes
 * values with their ASN.1 type too, which its typings do not say.
 */
const nameValue = (name: string): string => (/^[A-Za-z0-9 '()+,./:=?-]*$/.test(name) ? name : ({ utf8String: name } as unknown as string));

const wholeSeconds = (milliseconds: number): number => Math.floor(milliseconds / 1000) * 1000;
