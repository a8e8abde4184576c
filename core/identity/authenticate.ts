import { type CertificateHolder, certificateBySerial, certificateStatus } from '../certifier/certificates.ts';
import type { Gate } from '../db/database.ts';
import type { Query } from '../db/statement.ts';
import { OrcError } from '../errors.ts';
import { fromBase64 } from './bytes.ts';
import type { TlsClient } from './client.ts';
import { hashOfPresented } from './operator-token.ts';
import { ANONYMOUS, actorName, certificateActor, type Principal } from './principal.ts';
import { certificateRefusal, refusal } from './refusals.ts';
import { grantsOfToken, type TokenHolder, tokenByHash } from './token-holder.ts';

/** The principal is settled with the request's first round trip to D1: hand `gate` to the Database, then ask. */
export interface Authentication {
  readonly gate: Gate<unknown>;
  /** Error: `internal` before the gate was settled. */
  readonly principal: () => Principal;
  /** Whom a refusal is about and who is to be called its actor, as far as they are known by then: for its audit row. */
  readonly about: () => { readonly networkId: string; readonly target: string; readonly actor: string };
  /** The token that let the caller in, and when it was last known to be used; undefined for a certificate. */
  readonly token: () => { readonly id: string; readonly lastUsedAt: number | null } | undefined;
}

export interface AuthenticateOptions {
  /** Unix milliseconds. */
  readonly now: number;
  /** Throws when this principal may not do what it asks (access.ts, `demand`); runs before any result is seen. */
  readonly permit?: (principal: Principal) => void;
}

/**
 * An operator, by client certificate, bearer token, or HTTP Basic with the operator's name and a token (REST-BEHAVIOUR 4b).
 * A token outweighs a certificate: who sends one says by which right to act.
 * Errors, all `unauthenticated`, here or when the gate is settled: `credentials_required`, `token_unknown`, `token_expired`,
 * `token_revoked`, `certificate_unknown`, `certificate_expired`, `certificate_not_yet_valid`, `certificate_revoked`,
 * `not_an_operator` (the certificate of a gateway).
 */
export async function authenticateOperator(
  credentials: { readonly tls: TlsClient | undefined; readonly authorization: string | null },
  options: AuthenticateOptions,
): Promise<Authentication> {
  const { tls, authorization } = credentials;
  if (authorization !== null && authorization.trim() !== '') {
    const { token, user } = readAuthorization(authorization);
    const hash = await hashOfPresented(token);
    if (hash === undefined) throw refusal('operator', 'token_unknown');
    const query = tokenByHash({ hash });
    let used: TokenHolder | undefined;
    const judge = (found: TokenHolder | undefined): Principal => {
      const principal = ofToken(found, user, options.now);
      used = found;
      return principal;
    };
    return { ...settledBy(query, judge, options), token: () => used };
  }
  if (!tls) throw refusal('operator', 'credentials_required');
  checkVouchedFor('operator', tls);
  return settledBy(
    certificateBySerial({ serial: tls.serial }),
    (found) => ofCertificate('operator', tls, found, options.now),
    options,
    (found) => aboutCertificate(tls, found),
  );
}

/**
 * A gateway, by its client certificate only. Errors, here or when the gate is settled: `unauthenticated` with reason
 * `certificate_required`; `forbidden` with `certificate_unknown`, `certificate_expired`, `certificate_not_yet_valid`,
 * `certificate_revoked`, `not_a_gateway` or `unregistered_gateway`.
 */
export function authenticateGateway(tls: TlsClient | undefined, options: AuthenticateOptions): Authentication {
  if (!tls) throw refusal('gateway', 'certificate_required');
  checkVouchedFor('gateway', tls);
  return settledBy(
    certificateBySerial({ serial: tls.serial }),
    (found) => ofCertificate('gateway', tls, found, options.now),
    options,
    (found) => aboutCertificate(tls, found),
  );
}

/** Who comes with the certificate of another authority is a stranger, whatever serial it bears: nothing is looked up for them. */
function checkVouchedFor(door: 'operator' | 'gateway', tls: TlsClient): void {
  if (tls.verdict === 'untrusted') throw certificateRefusal(door, 'unknown', undefined, tls);
}

function settledBy<T>(
  query: Query<T>,
  judge: (found: T) => Principal,
  options: AuthenticateOptions,
  about: (found: T | undefined) => About = () => NOBODY,
): Authentication {
  let principal: Principal | undefined;
  let seen = about(undefined);
  return {
    gate: {
      query,
      check(value) {
        const found = value as T;
        seen = about(found);
        const judged = judge(found);
        if (judged.kind === 'operator') seen = { networkId: '', target: judged.id, actor: actorName(judged) };
        options.permit?.(judged);
        principal = judged;
      },
    },
    principal() {
      if (!principal) throw new OrcError('internal', 'the caller is known only after the first round trip');
      return principal;
    },
    about: () => seen,
    token: () => undefined,
  };
}

type About = ReturnType<Authentication['about']>;
const NOBODY: About = { networkId: '', target: '', actor: ANONYMOUS };

/** Who only borrowed a serial number is not taken for its owner. */
function aboutCertificate(tls: TlsClient, found: CertificateHolder | undefined): About {
  const actor = certificateActor(tls);
  return found?.fingerprint === tls.fingerprint
    ? { networkId: found.gateway?.networkId ?? '', target: found.subject, actor }
    : { networkId: '', target: `certificate ${tls.serial}`, actor };
}

function ofToken(found: TokenHolder | undefined, user: string | undefined, now: number): Principal {
  if (!found || (user !== undefined && user !== found.operatorId)) throw refusal('operator', 'token_unknown');
  if (found.revokedAt !== null) throw refusal('operator', 'token_revoked');
  if (found.expiresAt !== null && now >= found.expiresAt)
    throw refusal('operator', 'token_expired', `it ended at ${new Date(found.expiresAt).toISOString()}`);
  return { kind: 'operator', id: found.operatorId, grants: grantsOfToken(found, now), credential: { token: found.id } };
}

function ofCertificate(door: 'operator' | 'gateway', tls: TlsClient, found: CertificateHolder | undefined, now: number): Principal {
  const known = certificateStatus(found, { fingerprint: tls.fingerprint, now });
  // What the TLS layer did not vouch for is refused whatever the table says; the table is asked only which reason to give.
  const verdict = tls.verdict === 'untrusted' ? 'unknown' : tls.verdict;
  const status = known !== 'valid' ? known : verdict === 'verified' ? 'valid' : verdict;
  if (!found || status !== 'valid') throw certificateRefusal(door, status === 'valid' ? 'unknown' : status, found, tls);
  // What lets a gateway join a VPN opens nothing here.
  if (found.kind === 'vpn') throw certificateRefusal(door, 'unknown', found, tls);
  const certificate = { serial: found.serial, expiresAt: found.notAfter };
  if (found.kind === 'gateway') {
    if (door === 'operator') throw refusal('operator', 'not_an_operator');
    if (!found.gateway) throw refusal(door, 'unregistered_gateway', `hardware id ${found.subject}`);
    return { kind: 'gateway', hardwareId: found.subject, ...found.gateway, certificate };
  }
  if (door === 'gateway') throw refusal('gateway', 'not_a_gateway');
  // The operator was deleted after the certificate was issued.
  if (!found.grants) throw certificateRefusal(door, 'unknown', found, tls);
  return { kind: 'operator', id: found.subject, grants: found.grants, credential: { certificate: found.serial } };
}

/** The token of an Authorization header, and the user name when it came with one. */
function readAuthorization(header: string): { token: string; user: string | undefined } {
  const [, scheme = '', value = ''] = /^\s*([A-Za-z]+)\s+(\S+)\s*$/.exec(header) ?? [];
  if (scheme.toLowerCase() === 'bearer') return { token: value, user: undefined };
  if (scheme.toLowerCase() === 'basic') {
    const bytes = fromBase64(value);
    const text = bytes && new TextDecoder().decode(bytes);
    const colon = text?.indexOf(':') ?? -1;
    if (text !== undefined && colon >= 0) return { user: text.slice(0, colon), token: text.slice(colon + 1) };
  }
  throw refusal(
    'operator',
    'credentials_required',
    'the Authorization header is neither "Bearer <token>" nor "Basic <base64 of name:token>"',
  );
}
