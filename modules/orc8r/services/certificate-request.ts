import { checkCsr } from '../../../core/certifier/csr.ts';
import type { x509 } from '../../../core/certifier/x509.ts';
import { invalid, OrcError } from '../../../core/errors.ts';
import { fromBase64 } from '../../../core/identity/bytes.ts';

const FORM = 'must be a PKCS#10 certificate request: PEM ("BEGIN CERTIFICATE REQUEST"), or its DER as base64';
const BLOCKS = /-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \1-----/g;

/**
 * The key that a certificate request is for, whatever name it bears. `path` is where the text stood in what was sent.
 * Error: `invalid`, saying what is wrong with it; nothing of the text is repeated.
 */
export async function requestedKey(text: string, path: string): Promise<x509.PublicKey> {
  const fault = (message: string, cause?: unknown) => Object.assign(invalid([{ path, message }]), { cause });
  // Whoever sends it along has to learn that it is no secret any more.
  if (/PRIVATE KEY-----/.test(text))
    throw fault('holds a private key, which nobody else may see: make a new one, and send its request alone');
  const der = derOf(text);
  if (!der || der.byteLength === 0) throw fault(FORM);
  try {
    return await checkCsr(der);
  } catch (error) {
    if (!(error instanceof OrcError)) throw error;
    throw fault(error.reason === 'csr_malformed' ? FORM : error.message, error);
  }
}

/** The bytes of the one request in a text, around which tools may have written something for people. */
function derOf(text: string): Uint8Array | undefined {
  if (!text.includes('-----')) return fromBase64(text);
  const requests = [...text.matchAll(BLOCKS)].filter(([, label]) => label === 'CERTIFICATE REQUEST' || label === 'NEW CERTIFICATE REQUEST');
  return requests.length === 1 ? fromBase64(requests[0]?.[2] ?? '') : undefined;
}
