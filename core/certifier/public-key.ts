import { x509 } from './x509.ts';

/** The kinds of public key this platform takes, from gateways' certificates as well as for their challenge keys. */
export type KeyKind =
  | { readonly type: 'ec'; readonly curve: 'P-256' | 'P-384' /** Bytes of one coordinate. */; readonly size: 32 | 48 }
  | { readonly type: 'rsa'; readonly bits: number };

const RSA_MIN_BITS = 2048;
const RSA_MAX_BITS = 4096;

/** Names what takes part in refusals, so that both kinds of key are explained in the same words. */
export const ACCEPTED_KEYS = `an EC key on P-256 or P-384, or an RSA key of ${RSA_MIN_BITS} to ${RSA_MAX_BITS} bits`;

/** What kind of key it is, or why it is not one of those taken. */
export function keyKind(key: x509.PublicKey): KeyKind | { readonly refused: string } {
  const algorithm: { name: string; namedCurve?: string; modulusLength?: number } = key.algorithm;
  if (algorithm.name === 'ECDSA') {
    if (algorithm.namedCurve === 'P-256') return { type: 'ec', curve: 'P-256', size: 32 };
    if (algorithm.namedCurve === 'P-384') return { type: 'ec', curve: 'P-384', size: 48 };
    return { refused: `an EC key on ${algorithm.namedCurve ?? 'an unnamed curve'}` };
  }
  if (algorithm.name === 'RSASSA-PKCS1-v1_5') {
    const bits = algorithm.modulusLength ?? 0;
    return bits >= RSA_MIN_BITS && bits <= RSA_MAX_BITS ? { type: 'rsa', bits } : { refused: `an RSA key of ${bits} bits` };
  }
  return { refused: `a key of kind ${algorithm.name}` };
}

/** Parses a DER SubjectPublicKeyInfo; undefined when it is none. */
export function parsePublicKey(der: Uint8Array<ArrayBuffer>): x509.PublicKey | undefined {
  try {
    return new x509.PublicKey(der);
  } catch {
    return undefined;
  }
}
