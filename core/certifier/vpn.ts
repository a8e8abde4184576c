import { sql } from 'drizzle-orm';
import type { CSR } from '../../proto/gen/orc8r/protos/certifier_pb.js';
import type { Database } from '../db/database.ts';
import { certificates as c } from '../db/schema.ts';
import { query } from '../db/statement.ts';
import { OrcError } from '../errors.ts';
import type { Certifier, IssuedCertificate } from './certifier.ts';
import { checkCsr } from './csr.ts';
import { checkNamed, validityOf } from './gateway-csr.ts';
import { recordIssued } from './issued.ts';

const p = sql.placeholder;

/** So many valid VPN certificates a gateway may have: each costs a row, and one that restarts again and again asks for one each time. */
export const MOST_VPN_CERTIFICATES = 32;

const held = query<number, 'subject' | 'now'>(
  sql`SELECT COUNT(*) AS n FROM ${c} WHERE kind = 'vpn' AND subject = ${p('subject')} AND revoked_at IS NULL AND not_after >= ${p('now')}`,
  ([row]) => Number(row?.['n'] ?? 0),
);

export interface VpnRequest {
  readonly db: Database;
  readonly certifier: Certifier;
  readonly gateway: { readonly hardwareId: string; readonly networkId: string; readonly gatewayId: string };
  readonly csr: CSR;
  readonly requestId: string;
  /** Unix milliseconds. */
  readonly now: number;
}

/**
 * Signs a certificate with which a gateway joins the VPN. The request names the hardware id, or nobody; the certificate names the gateway by its logical id
 * (SOUTHBOUND 2). It is known, and stands in the audit log, before it is handed out: one read and one commit.
 * Errors: `aborted` (`csr_*`), `too_many` (`vpn_certificates`), `unavailable` (`certifier_expired`).
 */
export async function issueVpnCertificate({ db, certifier, gateway, csr, requestId, now }: VpnRequest): Promise<IssuedCertificate> {
  const { hardwareId, gatewayId } = gateway;
  checkNamed(csr, hardwareId);
  const publicKey = await checkCsr(csr.csrDer, hardwareId);
  const [count] = await db.read(held({ subject: hardwareId, now }));
  if (count >= MOST_VPN_CERTIFICATES) {
    throw new OrcError(
      'too_many',
      `gateway ${gatewayId} has ${count} valid VPN certificates, the most allowed: use one of them, or have an operator revoke some`,
      { reason: 'vpn_certificates' },
    );
  }
  const issued = await certifier.issue({ publicKey, commonName: gatewayId, validity: validityOf(csr), now });
  await recordIssued(db, issued, { kind: 'vpn', gateway, requestId, now });
  return issued;
}
