// A certificate authority for tests: made in memory, EC P-256.
import 'reflect-metadata';
import { KeyObject, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const HOUR_MS = 3600_000;

export interface Authority {
  /** PEM of the root. */
  ca: string;
  /** A certificate for a client or, with host names, for a server; PEM. */
  issue(commonName: string, options?: { hosts?: readonly string[]; notAfter?: number }): Promise<{ certificate: string; key: string }>;
  /** Signs a PKCS#10 request as the certifier would; DER. */
  sign(csr: Uint8Array, notAfter?: number): Promise<Uint8Array<ArrayBuffer>>;
}

export async function makeAuthority(): Promise<Authority> {
  x509.cryptoProvider.set(webcrypto as unknown as Crypto);
  const keys = await newKeys();
  const issuer = 'CN=test root';
  const validity = (notAfter = Date.now() + 97 * HOUR_MS) => ({ notBefore: new Date(Date.now() - HOUR_MS), notAfter: new Date(notAfter) });
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    name: issuer,
    keys,
    signingAlgorithm: ALGORITHM,
    ...validity(),
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  });
  const certify = (
    subject: x509.X509CertificateCreateParamsName,
    publicKey: x509.PublicKeyType,
    hosts: readonly string[],
    notAfter?: number,
  ) =>
    x509.X509CertificateGenerator.create({
      subject,
      issuer,
      publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: ALGORITHM,
      ...validity(notAfter),
      extensions: hosts.length
        ? [
            new x509.SubjectAlternativeNameExtension(
              hosts.map((value): x509.JsonGeneralName => ({ type: /^[\d.]+$/.test(value) ? 'ip' : 'dns', value })),
            ),
          ]
        : [],
    });
  return {
    ca: root.toString('pem'),
    issue: async (commonName, { hosts = [], notAfter } = {}) => {
      const own = await newKeys();
      const certificate = await certify([{ CN: [commonName] }], own.publicKey, hosts, notAfter);
      return {
        certificate: certificate.toString('pem'),
        key: KeyObject.from(own.privateKey).export({ type: 'sec1', format: 'pem' }).toString(),
      };
    },
    sign: async (csr, notAfter) => {
      const request = new x509.Pkcs10CertificateRequest(Uint8Array.from(csr));
      return new Uint8Array((await certify(request.subjectName, request.publicKey, [], notAfter)).rawData);
    },
  };
}

function newKeys() {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}
