import { sql } from 'drizzle-orm';
import { certificates as c, entities as e, operators as o } from '../db/schema.ts';
import { type Query, type Row, type Statement, compile, query } from '../db/statement.ts';
import { GATEWAY_ENTITY } from '../identity/gateway.ts';
import { grantsColumn, readGrants } from '../identity/grants.ts';
import type { Grant } from '../identity/principal.ts';

const p = sql.placeholder;

/**
 * What it is good for: a gateway's to come here, or to join a VPN (subject = hardware id), or an operator's (subject = operator id).
 * That for a VPN opens no door of this platform.
 */
export const CERTIFICATE_KINDS = ['gateway', 'vpn', 'operator'] as const;
export type CertificateKind = (typeof CERTIFICATE_KINDS)[number];

/** What is known of an issued certificate. Times are unix milliseconds. */
export interface Certificate {
  readonly serial: string;
  readonly fingerprint: string;
  readonly kind: CertificateKind;
  readonly subject: string;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly issuedAt: number;
  readonly revokedAt: number | null;
  readonly revokeReason: string | null;
  /** Key identifier of the authority that signed it, lower-case hex; null when it was not kept. */
  readonly issuer: string | null;
}

/** A certificate with what it stands for, so that one query answers who is asking. */
export type CertificateHolder = Certificate & {
  /** The gateway that owns the hardware id; null: not registered, or an operator's certificate. */
  readonly gateway: { readonly networkId: string; readonly gatewayId: string } | null;
  /** The operator's access list; null: no such operator (any more), or a gateway's certificate. */
  readonly grants: readonly Grant[] | null;
};

export type CertificateStatus = 'valid' | 'unknown' | 'expired' | 'not_yet_valid' | 'revoked';

/** Judges a presented certificate. One with our serial but another fingerprint is not ours, so it is unknown. */
export function certificateStatus(
  found: Certificate | undefined,
  presented: { readonly fingerprint: string; readonly now: number },
): CertificateStatus {
  if (!found || found.fingerprint !== presented.fingerprint) return 'unknown';
  if (found.revokedAt !== null) return 'revoked';
  if (presented.now < found.notBefore) return 'not_yet_valid';
  if (presented.now > found.notAfter) return 'expired';
  return 'valid';
}

/** The columns of a certificate, for `readCertificate`; the table is to be called `c`. */
export const certificateColumns = sql`c.serial AS serial, c.fingerprint AS fingerprint, c.kind AS kind, c.subject AS subject, c.not_before AS not_before,
  c.not_after AS not_after, c.issued_at AS issued_at, c.revoked_at AS revoked_at, c.revoke_reason AS revoke_reason, c.issuer AS issuer`;

/** The certificate of a serial number (normalised) with its holder. */
export const certificateBySerial: (values: { serial: string }) => Query<CertificateHolder | undefined> = query<
  CertificateHolder | undefined,
  'serial'
>(
  sql`SELECT ${certificateColumns}, e.network_id AS network_id, e.key AS gateway_id,
        CASE WHEN o.id IS NOT NULL THEN ${grantsColumn(sql`o.id`)} END AS grants
      FROM ${c} AS c
      LEFT JOIN ${e} AS e ON c.kind IN ('gateway', 'vpn') AND e.physical_id = c.subject AND e.type = ${GATEWAY_ENTITY}
      LEFT JOIN ${o} AS o ON c.kind = 'operator' AND o.id = c.subject
      WHERE c.serial = ${p('serial')}`,
  ([row]) => row && readHolder(row),
);

const insert = compile<'serial' | 'fingerprint' | 'kind' | 'subject' | 'notBefore' | 'notAfter' | 'issuedAt' | 'issuer'>(
  sql`INSERT INTO ${c} (serial, fingerprint, kind, subject, not_before, not_after, issued_at, issuer)
      VALUES (${p('serial')}, ${p('fingerprint')}, ${p('kind')}, ${p('subject')}, ${p('notBefore')}, ${p('notAfter')}, ${p('issuedAt')}, ${p('issuer')})`,
);

type NewCertificate = Omit<Certificate, 'revokedAt' | 'revokeReason' | 'issuer'> & { readonly issuer?: string | null };

/** Makes a new certificate known. Commits with `conflict` when the serial exists. */
export function registerCertificate(certificate: NewCertificate): Statement {
  const { serial, fingerprint, kind, subject, notBefore, notAfter, issuedAt, issuer = null } = certificate;
  return insert({ serial, fingerprint, kind, subject, notBefore, notAfter, issuedAt, issuer });
}

/** Revokes one certificate; its row `serial` comes back unless it is unknown or was revoked before. */
export const revokeCertificate: (values: { serial: string; reason: string; at: number }) => Statement = compile<'serial' | 'reason' | 'at'>(
  sql`UPDATE ${c} SET revoked_at = ${p('at')}, revoke_reason = ${p('reason')}
      WHERE serial = ${p('serial')} AND revoked_at IS NULL RETURNING serial`,
);

/** Reads a row with `certificateColumns`. */
export function readCertificate(row: Row): Certificate {
  const revokedAt = row['revoked_at'];
  const revokeReason = row['revoke_reason'];
  return {
    serial: String(row['serial']),
    fingerprint: String(row['fingerprint']),
    kind: CERTIFICATE_KINDS.find((kind) => kind === row['kind']) ?? 'gateway',
    subject: String(row['subject']),
    notBefore: Number(row['not_before']),
    notAfter: Number(row['not_after']),
    issuedAt: Number(row['issued_at']),
    revokedAt: revokedAt === null ? null : Number(revokedAt),
    revokeReason: revokeReason === null ? null : String(revokeReason),
    issuer: row['issuer'] === null ? null : String(row['issuer']),
  };
}

function readHolder(row: Row): CertificateHolder {
  const gatewayId = row['gateway_id'];
  return {
    ...readCertificate(row),
    gateway: gatewayId === null ? null : { networkId: String(row['network_id']), gatewayId: String(gatewayId) },
    grants: row['grants'] === null ? null : readGrants(row['grants']),
  };
}
