import type { ListedCertificate } from '../../../core/certifier/certificate-list.ts';
import { type CertificateHolder, certificateStatus } from '../../../core/certifier/certificates.ts';
import type { IssuedCertificate } from '../../../core/certifier/certifier.ts';
import { x509 } from '../../../core/certifier/x509.ts';
import type { CertificateModel, IssuedCertificateModel } from '../schemas/certificate.ts';

export const toCertificate = (listed: ListedCertificate): CertificateModel => ({
  serial: listed.serial,
  fingerprint: listed.fingerprint,
  kind: listed.kind,
  subject: listed.subject,
  network_id: listed.gateway?.networkId ?? null,
  gateway_id: listed.gateway?.gatewayId ?? null,
  state: listed.state,
  not_before: listed.notBefore,
  not_after: listed.notAfter,
  issued_at: listed.issuedAt,
  revoked_at: listed.revokedAt,
  revoke_reason: listed.revokeReason,
  issuer: listed.issuer,
});

/** A certificate that was looked up, with its state at a time (unix milliseconds). */
export function listedAt(found: CertificateHolder, now: number): ListedCertificate {
  const status = certificateStatus(found, { fingerprint: found.fingerprint, now });
  return { ...found, state: status === 'unknown' ? 'expired' : status };
}

/** A certificate as it is handed out, with that of its authority (DER). */
export const toIssued = (
  { der, serial, fingerprint, notBefore, notAfter }: IssuedCertificate,
  authority: Uint8Array<ArrayBuffer>,
): IssuedCertificateModel => ({
  certificate: pemOf(der),
  authority: pemOf(authority),
  serial,
  fingerprint,
  not_before: notBefore,
  not_after: notAfter,
});

const pemOf = (der: Uint8Array<ArrayBuffer>): string => `${x509.PemConverter.encode(der, 'CERTIFICATE')}\n`;
