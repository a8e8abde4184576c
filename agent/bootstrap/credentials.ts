// The gateway's certificate and key on disk, and when they have to be renewed.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { reasonOf } from '../log.ts';
import { readFileIfThere, writeFileAtomic } from '../storage/atomic-file.ts';
import type { Paths } from '../storage/paths.ts';

/** Renew when less than this is left (SOUTHBOUND 3, timers). */
export const RENEW_BEFORE_MS = 20 * 3600_000;

export interface Credentials {
  /** PEM. */
  certificate: string;
  /** PEM; a secret. */
  key: string;
  /** Milliseconds since 1970. */
  notBefore: number;
  notAfter: number;
  /** Uppercase hex. */
  serial: string;
}

/** Reads a pair of PEM texts. Throws with the reason when they are not a certificate and its key. */
export function parseCredentials(certificate: string, key: string): Credentials {
  const parsed = new X509Certificate(certificate);
  if (!parsed.checkPrivateKey(createPrivateKey(key))) throw new Error('the key does not belong to the certificate');
  return {
    certificate,
    key,
    notBefore: Date.parse(parsed.validFrom),
    notAfter: Date.parse(parsed.validTo),
    serial: parsed.serialNumber,
  };
}

/** What is on disk: a usable pair, or the reason why there is none. */
export async function loadCredentials(paths: Pick<Paths, 'gatewayCertificate' | 'gatewayKey'>): Promise<Credentials | string> {
  const [certificate, key] = await Promise.all([readFileIfThere(paths.gatewayCertificate), readFileIfThere(paths.gatewayKey)]);
  if (!certificate || !key) return 'there is no certificate yet';
  try {
    return parseCredentials(certificate.toString('utf8'), key.toString('utf8'));
  } catch (error) {
    // Also the trace of a crash between the two writes.
    return `the certificate on disk is unusable: ${reasonOf(error)}`;
  }
}

/** Each file is replaced atomically; a crash between the two is seen by loadCredentials and leads to a new bootstrap. */
export async function storeCredentials(paths: Pick<Paths, 'gatewayCertificate' | 'gatewayKey'>, credentials: Credentials): Promise<void> {
  await writeFileAtomic(paths.gatewayKey, credentials.key, 0o600);
  await writeFileAtomic(paths.gatewayCertificate, credentials.certificate, 0o600);
}

/** Why these credentials have to be renewed at `now` (milliseconds), or undefined when they need not. */
export function renewalReason(credentials: Credentials, now: number): string | undefined {
  if (now < credentials.notBefore) return 'the certificate is not valid yet';
  if (now >= credentials.notAfter) return 'the certificate has expired';
  if (credentials.notAfter - now < RENEW_BEFORE_MS) return `the certificate expires at ${new Date(credentials.notAfter).toISOString()}`;
  return undefined;
}
