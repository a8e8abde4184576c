import type { Certificate, CertificateStatus } from '../certifier/certificates.ts';
import { OrcError } from '../errors.ts';
import type { TlsClient } from './client.ts';

export type DoorKind = 'operator' | 'gateway';

type Reason =
  | 'credentials_required'
  | 'certificate_required'
  | 'token_unknown'
  | 'token_expired'
  | 'token_revoked'
  | 'not_an_operator'
  | 'not_a_gateway'
  | 'unregistered_gateway';

/** What is wrong and how to mend it. */
const TEXTS: Readonly<Record<Reason, string>> = {
  credentials_required: 'credentials are needed: connect with an operator certificate, or send "Authorization: Bearer <token>"',
  certificate_required: 'a client certificate is needed: bootstrap first, then connect with the certificate of this gateway',
  token_unknown: 'the token is not known here: check that it was copied whole and belongs to the user named, or ask for a new one',
  token_expired: 'the token has expired: ask for a new one',
  token_revoked: 'the token was revoked: ask for a new one',
  not_an_operator: 'the certificate belongs to a gateway; this door takes operators',
  not_a_gateway: 'the certificate belongs to an operator; this door takes gateways',
  unregistered_gateway: 'the gateway is not registered: an operator has to register its hardware id in a network; try again later',
};

/** A refusal of whoever knocks. Towards operators these are 401s (REST-BEHAVIOUR 4a), towards gateways 403s (docs/protocol.md). */
export function refusal(door: DoorKind, reason: Reason, detail?: string): OrcError {
  return refused(door, reason, detail ? `${TEXTS[reason]} (${detail})` : TEXTS[reason]);
}

/** Why a certificate is not accepted. Only its own dates and reason are told, and only to the one who holds it. */
export function certificateRefusal(
  door: DoorKind,
  status: Exclude<CertificateStatus, 'valid'>,
  found: Certificate | undefined,
  tls: TlsClient,
): OrcError {
  const mend = door === 'gateway' ? 'bootstrap again' : 'ask for a new one';
  const serial = `certificate ${tls.serial}`;
  switch (status) {
    case 'unknown':
      return refused(
        door,
        'certificate_unknown',
        `${serial} is not known here, it was issued by another authority or its owner is gone: ${mend}`,
      );
    case 'expired':
      return refused(door, 'certificate_expired', `${serial} has expired${on(found?.notAfter)}: ${mend}`);
    case 'not_yet_valid':
      return refused(
        door,
        'certificate_not_yet_valid',
        `${serial} is not yet valid${found ? `, it begins at ${iso(found.notBefore)}` : ''}: check the clock, or ${mend}`,
      );
    case 'revoked':
      return refused(
        door,
        'certificate_revoked',
        `${serial} was revoked${on(found?.revokedAt)}${found?.revokeReason ? ` (${found.revokeReason})` : ''}: ${mend}`,
      );
  }
}

function refused(door: DoorKind, reason: string, message: string): OrcError {
  if (door === 'operator') return new OrcError('unauthenticated', `Invalid client credentials: ${message}`, { reason });
  return new OrcError(reason === 'certificate_required' ? 'unauthenticated' : 'forbidden', message, { reason });
}

const iso = (at: number): string => new Date(at).toISOString();
const on = (at: number | null | undefined): string => (at === null || at === undefined ? '' : ` at ${iso(at)}`);
