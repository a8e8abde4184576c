import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CertificateKind, registerCertificate, revokeCertificate } from '../../core/certifier/certificates.ts';
import { normaliseSerial } from '../../core/certifier/serial.ts';
import { Database } from '../../core/db/database.ts';
import type { Statement } from '../../core/db/statement.ts';
import { type KeyPair, issueLeaf } from '../../local/certificates.ts';
import type { Caller } from '../../local/fixture/client.ts';
import { lteGateway } from '../../local/demo/network.ts';
import type { TestPlatform } from './platform.ts';

const DAY = 86_400_000;

export interface CertificateWish {
  /** Hardware id of a gateway, or an operator's id. */
  readonly subject: string;
  readonly kind?: CertificateKind;
  /** Days from now on which it begins (-30 makes it expired, 30 not yet valid; it holds for ten days); 0 unless given. */
  readonly begins?: number;
  /** The authority that signs; the platform's certifier unless given. */
  readonly by?: KeyPair;
  /** False: the platform is not told of it. */
  readonly known?: boolean;
  /** What the platform believes its fingerprint to be; the true one unless given. */
  readonly fingerprint?: string;
  readonly revoked?: string;
}

/** A caller with a certificate made to wish, and its serial as the platform writes it. */
export interface Holder extends Caller {
  readonly client: KeyPair;
  readonly serial: string;
}

/** The platform's own certifier, from its data folder. */
export function certifierOf(test: TestPlatform): KeyPair {
  const folder = join(test.folder, 'ca');
  return { certificate: readFileSync(join(folder, 'certifier.pem'), 'utf8'), key: readFileSync(join(folder, 'certifier.key'), 'utf8') };
}

/** Makes a certificate and, unless told otherwise, the row by which the platform knows it. */
export async function holderOf(test: TestPlatform, wish: CertificateWish): Promise<Holder> {
  const { holder, rows } = await makeHolder(test, wish);
  if (rows.length > 0) await new Database(await test.platform.d1()).commit(rows);
  return holder;
}

/** The same, with what is to be committed for it. */
export async function makeHolder(test: TestPlatform, wish: CertificateWish): Promise<{ holder: Holder; rows: Statement[] }> {
  const now = new Date(Date.now() + (wish.begins ?? 0) * DAY);
  const client = await issueLeaf(wish.by ?? certifierOf(test), { commonName: wish.subject, days: 10, now, usage: 'client' });
  const { serialNumber, fingerprint256, validFromDate, validToDate } = new X509Certificate(client.certificate);
  const serial = normaliseSerial(serialNumber);
  const rows: Statement[] = [];
  if (wish.known !== false) {
    const row = registerCertificate({
      serial,
      fingerprint: wish.fingerprint ?? fingerprint256.replaceAll(':', '').toLowerCase(),
      kind: wish.kind ?? 'gateway',
      subject: wish.subject,
      notBefore: validFromDate.getTime(),
      notAfter: validToDate.getTime(),
      issuedAt: Date.now(),
    });
    rows.push(row);
    if (wish.revoked !== undefined) rows.push(revokeCertificate({ serial, reason: wish.revoked, at: Date.now() }));
  }
  return { holder: { ca: test.ca, client, serial }, rows };
}

/** The first operator, by certificate. */
export function adminOf(test: TestPlatform): Holder {
  const { certificateFile, keyFile } = test.platform.credentials;
  const client = { certificate: readFileSync(certificateFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
  return { ca: test.ca, client, serial: normaliseSerial(new X509Certificate(client.certificate).serialNumber) };
}

/** A gateway's challenge key as REST takes it. */
export interface DeviceKey {
  readonly key_type: string;
  readonly key?: string;
}

/** Registers a gateway by REST, with ECHO as its challenge key unless another is given; answers its hardware id. */
export async function addGateway(test: TestPlatform, network: string, id: string, key: DeviceKey = { key_type: 'ECHO' }): Promise<string> {
  await test.rest.must('POST', `/magma/v1/lte/${network}/gateways`, gatewayBody(id, key));
  return hardwareIdOf(id);
}

export const hardwareIdOf = (id: string): string => `hw-${id}`;

/** What REST takes for a gateway, with ECHO as its challenge key unless another is given. */
export const gatewayBody = (id: string, key: DeviceKey = { key_type: 'ECHO' }) => ({
  ...lteGateway(id, { hardwareId: '', publicKey: '', keyType: 'SOFTWARE_ECDSA_SHA256' }),
  device: { hardware_id: hardwareIdOf(id), key },
});

export interface AuditRow {
  readonly action: string;
  readonly network_id: string;
  readonly actor: string;
  readonly outcome: string;
  readonly detail: { readonly reason?: string } | null;
}

/** What the audit log holds of one target, oldest first. */
export async function auditOf(test: TestPlatform, target: string): Promise<AuditRow[]> {
  const d1 = await test.platform.d1();
  const { results } = await d1
    .prepare('SELECT action, network_id, actor, outcome, detail FROM audit WHERE target = ? ORDER BY id')
    .bind(target)
    .all<Omit<AuditRow, 'detail'> & { detail: string | null }>();
  return results.map((row) => ({ ...row, detail: row.detail === null ? null : (JSON.parse(row.detail) as AuditRow['detail']) }));
}
