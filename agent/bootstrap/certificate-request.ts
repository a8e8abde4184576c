// The PKCS#10 request of a gateway: a new P-256 key for each bootstrap, CN = hardware id (SOUTHBOUND 3.5).
import 'reflect-metadata';
import { KeyObject, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

export interface CertificateRequest {
  /** DER. */
  csr: Uint8Array<ArrayBuffer>;
  /** The new private key, PEM in the traditional form ("EC PRIVATE KEY") that Magma's proxies read. */
  keyPem: string;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** Makes a key and a request for `hardwareId`. */
export async function makeCertificateRequest(hardwareId: string): Promise<CertificateRequest> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const request = await x509.Pkcs10CertificateRequestGenerator.create(
    { name: [{ CN: [hardwareId] }], keys, signingAlgorithm: ALGORITHM },
    webcrypto as unknown as Crypto,
  );
  const keyPem = KeyObject.from(keys.privateKey).export({ type: 'sec1', format: 'pem' }).toString();
  return { csr: new Uint8Array(request.rawData), keyPem };
}
