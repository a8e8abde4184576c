import { auditStatement } from '../configurator/commit.ts';
import type { Database } from '../db/database.ts';
import { type CertificateKind, registerCertificate } from './certificates.ts';
import type { IssuedCertificate } from './certifier.ts';

export interface Issuance {
  readonly kind: Extract<CertificateKind, 'gateway' | 'vpn'>;
  readonly gateway: { readonly hardwareId: string; readonly networkId: string; readonly gatewayId: string };
  readonly requestId: string;
  /** Unix milliseconds. */
  readonly now: number;
}

/** Makes a certificate of a gateway known, with its audit row, in one commit: before it is handed out. */
export async function recordIssued(db: Database, issued: IssuedCertificate, { kind, gateway, requestId, now }: Issuance): Promise<void> {
  const { hardwareId, networkId, gatewayId } = gateway;
  const { serial, fingerprint, notBefore, notAfter, issuer } = issued;
  const detail = { serial, kind, not_after: notAfter, hardware_id: hardwareId };
  await db.commit([
    registerCertificate({ serial, fingerprint, kind, subject: hardwareId, notBefore, notAfter, issuedAt: now, issuer }),
    auditStatement(
      { action: 'certificate.issue', networkId, target: gatewayId, outcome: 'ok', detail },
      { actor: `gateway:${hardwareId}`, requestId, at: now },
    ),
  ]);
}
