import { type KeyKind, ACCEPTED_KEYS, keyKind, parsePublicKey } from '../certifier/public-key.ts';
import type { x509 } from '../certifier/x509.ts';
import { fromBase64 } from '../identity/bytes.ts';
import type { KeyType } from './device.ts';

/** A gateway's public challenge key, ready to be verified with. */
export interface ChallengeKey {
  readonly key: x509.PublicKey;
  readonly kind: KeyKind;
}

/**
 * Reads a challenge key: base64 of a DER SubjectPublicKeyInfo (SOUTHBOUND 3), of the kind that its key type names.
 * Answers the key, or what is wrong with it.
 */
export function readChallengeKey(type: Exclude<KeyType, 'ECHO'>, base64: string): ChallengeKey | { readonly refused: string } {
  const der = fromBase64(base64);
  const key = der && parsePublicKey(der);
  if (!key) return { refused: 'it is not the base64 of a DER SubjectPublicKeyInfo' };
  const kind = keyKind(key);
  if ('refused' in kind) return { refused: `it is ${kind.refused}; needed is ${ACCEPTED_KEYS}` };
  const wanted = type === 'SOFTWARE_RSA_SHA256' ? 'rsa' : 'ec';
  if (kind.type !== wanted) return { refused: `it is an ${kind.type.toUpperCase()} key, but ${type} needs an ${wanted.toUpperCase()} key` };
  return { key, kind };
}
