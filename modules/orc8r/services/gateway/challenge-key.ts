import type { Fault } from '../../../../core/errors.ts';
import type { ChallengeKey } from '../../schemas/gateway-device.ts';

const CURVES = ['P-256', 'P-384'] as const;

/**
 * Why a challenge key, which stands at `path` in the request, cannot be used: there is none with ECHO, ECDSA takes a P-256 or P-384 public key, RSA a public key of at
 * least 2048 bits.
 */
export async function challengeKeyFaults(key: ChallengeKey, path: string): Promise<Fault[]> {
  const message = await challengeKeyFault(key);
  return message === undefined ? [] : [{ path: `${path}.key`, message }];
}

async function challengeKeyFault({ key_type: type, key }: ChallengeKey): Promise<string | undefined> {
  if (type === 'ECHO') return key === undefined ? undefined : 'must be absent when key_type is ECHO';
  if (key === undefined) return `is required when key_type is ${type}`;
  const der = Uint8Array.from(atob(key), (char) => char.charCodeAt(0));
  if (type === 'SOFTWARE_RSA_SHA256') {
    const imported = await importSpki(der, { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' });
    if (!imported) return 'must be an RSA public key as DER SubjectPublicKeyInfo in base64';
    const { modulusLength } = imported.algorithm as { modulusLength?: number };
    return (modulusLength ?? 0) >= 2048 ? undefined : 'must have at least 2048 bits';
  }
  for (const namedCurve of CURVES) {
    if (await importSpki(der, { name: 'ECDSA', namedCurve })) return undefined;
  }
  return 'must be a P-256 or P-384 public key as DER SubjectPublicKeyInfo in base64';
}

async function importSpki(
  der: Uint8Array<ArrayBuffer>,
  algorithm: { name: string; hash?: string; namedCurve?: string },
): Promise<CryptoKey | undefined> {
  try {
    return await crypto.subtle.importKey('spki', der, algorithm, true, ['verify']);
  } catch {
    return undefined;
  }
}
