import { z } from 'zod';
import { normaliseSerial } from '../certifier/serial.ts';
import { sameSecret, utf8Bytes } from './bytes.ts';

/** A client certificate as the TLS layer judged it. */
export interface TlsClient {
  /** Upper-case hex without leading zeros. */
  readonly serial: string;
  /** SHA-256 of the DER, lower-case hex. */
  readonly fingerprint: string;
  /** Anything but `verified` is an identity for the text of a refusal only. */
  readonly verdict: 'verified' | 'expired' | 'not_yet_valid' | 'revoked' | 'untrusted';
}

export type Door = 'api' | 'controller' | 'bootstrap';

/**
 * Who may say what the TLS layer saw. `cloudflare`: the platform itself. `front`: the local TLS front, when it shows the secret
 * of this start. `none`: nobody, so no certificate identifies anyone.
 */
export interface IdentitySettings {
  readonly source: 'cloudflare' | 'front' | 'none';
  readonly frontSecret?: string | undefined;
}

export interface Client {
  /** Undefined: no certificate was presented, or nothing said about it may be believed. */
  readonly tls: TlsClient | undefined;
  /** Which door the front took the request in by; undefined: the hostname says it. */
  readonly door: Door | undefined;
}

const tlsClientAuth = z.object({
  certVerified: z.string(),
  certRevoked: z.string().optional(),
  certSerial: z.string().regex(/^[0-9A-Fa-f:]{1,128}$/),
  certFingerprintSHA256: z.string().regex(/^[0-9A-Fa-f:]{64,95}$/),
});
const presented = z.object({ tlsClientAuth });
const front = z.object({ orc8rFront: z.object({ secret: z.string(), door: z.enum(['api', 'controller', 'bootstrap']) }) });

const NOBODY: Client = { tls: undefined, door: undefined };

/** Who the client is, from `request.cf` and nothing else: no header is ever read for it. */
export function readClient(cf: unknown, settings: IdentitySettings): Client {
  if (settings.source === 'none') return NOBODY;
  if (settings.source === 'cloudflare') return { tls: readTls(cf), door: undefined };
  const said = front.safeParse(cf);
  if (!said.success || !settings.frontSecret) return NOBODY;
  if (!sameSecret(utf8Bytes(said.data.orc8rFront.secret), utf8Bytes(settings.frontSecret))) return NOBODY;
  return { tls: readTls(cf), door: said.data.orc8rFront.door };
}

function readTls(cf: unknown): TlsClient | undefined {
  if (!isPresented(cf)) return undefined;
  const read = presented.safeParse(cf);
  if (!read.success) return undefined;
  const auth = read.data.tlsClientAuth;
  return {
    serial: normaliseSerial(auth.certSerial),
    fingerprint: auth.certFingerprintSHA256.replaceAll(':', '').toLowerCase(),
    verdict: verdict(auth.certVerified, auth.certRevoked),
  };
}

/** Most who call with a token present no certificate; a schema would take its time to say in how many ways that is not one. */
const isPresented = (cf: unknown): boolean =>
  (cf as { readonly tlsClientAuth?: { readonly certPresented?: unknown } | null } | null | undefined)?.tlsClientAuth?.certPresented === '1';

/** Cloudflare goes on calling a revoked certificate verified, so both fields count. */
function verdict(verified: string, revoked: string | undefined): TlsClient['verdict'] {
  if (revoked === '1') return 'revoked';
  if (verified === 'SUCCESS') return 'verified';
  if (/not yet valid/i.test(verified)) return 'not_yet_valid';
  if (/expired/i.test(verified)) return 'expired';
  return 'untrusted';
}
