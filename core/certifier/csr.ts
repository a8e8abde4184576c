import { OrcError } from '../errors.ts';
import { ACCEPTED_KEYS, keyKind } from './public-key.ts';
import { x509 } from './x509.ts';

/** Largest certificate request taken, bytes of DER. An RSA-4096 one with some attributes needs less than 2 KB. */
export const MAX_CSR_BYTES = 16 * 1024;

const HASHES = new Set(['SHA-256', 'SHA-384', 'SHA-512']);
const SIGNATURES = new Set(['ECDSA', 'RSASSA-PKCS1-v1_5']);

/**
 * Checks a PKCS#10 request for a certificate of `commonName`: size, form, kind and size of the key, the name (an empty one is
 * filled in later, a differing one is refused; SOUTHBOUND 2) and the signature by its own key. Answers the key to certify.
 * Without `commonName` the request may bear any name. Errors: `aborted` with a reason `csr_*`.
 */
export async function checkCsr(der: Uint8Array, commonName?: string): Promise<x509.PublicKey> {
  if (der.byteLength === 0) throw refused('csr_missing', 'the request holds no CSR: send a PKCS#10 request as DER in csr.csr_der');
  if (der.byteLength > MAX_CSR_BYTES) {
    throw refused(
      'csr_too_large',
      `the CSR has ${der.byteLength} bytes, more than the ${MAX_CSR_BYTES} allowed: leave out attributes that are not needed`,
    );
  }
  const csr = parse(der);
  const kind = keyKind(csr.publicKey);
  if ('refused' in kind) throw refused('csr_key', `the CSR is for ${kind.refused}: make ${ACCEPTED_KEYS}`);
  if (commonName !== undefined) checkName(csr, commonName);
  const { name, hash }: { name?: string; hash?: { name?: string } } = csr.signatureAlgorithm as object;
  if (!SIGNATURES.has(name ?? '') || !HASHES.has(hash?.name ?? '')) {
    throw refused(
      'csr_signature_algorithm',
      `the CSR is signed with ${name ?? 'an unknown method'} and ${hash?.name ?? 'no hash'}: sign it with ECDSA or RSA (PKCS#1 v1.5) and SHA-256 or longer`,
    );
  }
  if (!(await verifies(csr))) {
    throw refused('csr_signature', 'the signature of the CSR does not fit its public key: sign it with the private key that belongs to it');
  }
  return csr.publicKey;
}

function parse(der: Uint8Array): x509.Pkcs10CertificateRequest {
  try {
    return new x509.Pkcs10CertificateRequest(new Uint8Array(der));
  } catch (error) {
    throw refused('csr_malformed', 'the CSR could not be read: send a PKCS#10 request as DER, not as PEM', error);
  }
}

function checkName(csr: x509.Pkcs10CertificateRequest, expected: string): void {
  const names = csr.subjectName.getField('CN').filter((name) => name !== '');
  const foreign = names.find((name) => name !== expected);
  if (foreign !== undefined) {
    throw refused(
      'csr_common_name',
      `the CSR is for common name "${foreign.slice(0, 128)}", but the gateway is "${expected}": use the hardware id or leave the name empty`,
    );
  }
}

async function verifies(csr: x509.Pkcs10CertificateRequest): Promise<boolean> {
  try {
    return await csr.verify();
  } catch {
    // A signature whose parts cannot even be decoded is as wrong as one that does not fit.
    return false;
  }
}

function refused(reason: string, message: string, cause?: unknown): OrcError {
  return new OrcError('aborted', message, { reason, cause });
}
