import { type SQL, sql } from 'drizzle-orm';
import { certificates as c, entities as e } from '../db/schema.ts';
import { type Param, type Query, type Row, query } from '../db/statement.ts';
import { GATEWAY_ENTITY } from '../identity/gateway.ts';
import { CERTIFICATE_KINDS, type Certificate, type CertificateKind, certificateColumns, readCertificate } from './certificates.ts';

const p = sql.placeholder;

export const LISTED_STATES = ['valid', 'expired', 'not_yet_valid', 'revoked'] as const;
export type ListedState = (typeof LISTED_STATES)[number];

/** A certificate as lists show it. */
export interface ListedCertificate extends Certificate {
  readonly state: ListedState;
  /** The gateway that has its hardware id now; null: none, or an operator's certificate. */
  readonly gateway: { readonly networkId: string; readonly gatewayId: string } | null;
}

/** Which certificates; what is left out does not matter. */
export interface CertificateFilter {
  readonly kind?: CertificateKind | undefined;
  readonly subject?: string | undefined;
  /** Only those of gateways that this network has now. */
  readonly networkId?: string | undefined;
  readonly state?: ListedState | undefined;
  /** Only those that end at this time or before, unix milliseconds. */
  readonly endsBy?: number | undefined;
  /** Key identifier of the authority. */
  readonly issuer?: string | undefined;
}

/** A place in the list, which is sorted by the end of validity and then by serial. */
export interface CertificatePlace {
  readonly notAfter: number;
  readonly serial: string;
}

type Filter = 'kinds' | 'subject' | 'network' | 'state' | 'endsBy' | 'issuer' | 'now';
type Page = Filter | 'fromEnd' | 'afterSerial' | 'limit';

// As certificateStatus has it, in its order.
const state = sql`CASE WHEN c.revoked_at IS NOT NULL THEN 'revoked' WHEN ${p('now')} < c.not_before THEN 'not_yet_valid'
  WHEN ${p('now')} > c.not_after THEN 'expired' ELSE 'valid' END`;
const kinds = sql`(SELECT value FROM json_each(${p('kinds')}))`;
const where = sql`(${p('issuer')} IS NULL OR c.issuer = ${p('issuer')})
  AND (${p('state')} IS NULL OR ${p('state')} = ${state}) AND (${p('endsBy')} IS NULL OR c.not_after <= ${p('endsBy')})`;

// Each starts from the index that fits: all of them from the expiry, the few of an owner or a network from their owner. The plus
// keeps SQLite from starting from the kind, of which there are three.
const everything = sql`${c} AS c LEFT JOIN ${e} AS e ON c.kind IN ('gateway', 'vpn') AND e.physical_id = c.subject AND e.type = ${GATEWAY_ENTITY}
  WHERE +c.kind IN ${kinds} AND ${where} AND ${p('subject')} IS NULL AND ${p('network')} IS NULL`;
const ofSubject = sql`${c} AS c LEFT JOIN ${e} AS e ON c.kind IN ('gateway', 'vpn') AND e.physical_id = c.subject AND e.type = ${GATEWAY_ENTITY}
  WHERE c.kind IN ${kinds} AND c.subject = ${p('subject')} AND ${where} AND ${p('network')} IS NULL`;
const ofNetwork = sql`${e} AS e CROSS JOIN ${c} AS c ON c.kind IN ('gateway', 'vpn') AND c.subject = e.physical_id
  WHERE e.network_id = ${p('network')} AND e.type = ${GATEWAY_ENTITY}
    AND +c.kind IN ${kinds} AND ${where} AND (${p('subject')} IS NULL OR c.subject = ${p('subject')})`;

const pageFrom = (source: SQL) =>
  query<ListedCertificate[], Page>(
    sql`SELECT ${certificateColumns}, ${state} AS state, e.network_id AS network_id, e.key AS gateway_id FROM ${source}
        AND c.not_after >= ${p('fromEnd')} AND (c.not_after > ${p('fromEnd')} OR c.serial > ${p('afterSerial')})
        ORDER BY c.not_after, c.serial LIMIT ${p('limit')}`,
    (rows) => rows.map(readListed),
  );
const countFrom = (source: SQL) => query<number, Filter>(sql`SELECT COUNT(*) AS n FROM ${source}`, ([row]) => Number(row?.['n'] ?? 0));

const pages = { everything: pageFrom(everything), ofSubject: pageFrom(ofSubject), ofNetwork: pageFrom(ofNetwork) };
const counts = { everything: countFrom(everything), ofSubject: countFrom(ofSubject), ofNetwork: countFrom(ofNetwork) };

const sourceOf = ({ networkId, subject }: CertificateFilter): keyof typeof pages =>
  networkId !== undefined ? 'ofNetwork' : subject !== undefined ? 'ofSubject' : 'everything';

/** A page of certificates, those that end first at its head, behind a place (exclusive). `now` in unix milliseconds decides their state. */
export function listCertificates(
  filter: CertificateFilter,
  now: number,
  page: { readonly after?: CertificatePlace | undefined; readonly limit: number },
): Query<ListedCertificate[]> {
  const { notAfter = 0, serial = '' } = page.after ?? {};
  return pages[sourceOf(filter)]({ ...valuesOf(filter, now), fromEnd: notAfter, afterSerial: serial, limit: page.limit });
}

/** How many there are. */
export const countCertificates = (filter: CertificateFilter, now: number): Query<number> => counts[sourceOf(filter)](valuesOf(filter, now));

function valuesOf(filter: CertificateFilter, now: number): Record<Filter, Param> {
  const { kind, subject = null, networkId: network = null, state: wanted = null, endsBy = null, issuer = null } = filter;
  const kinds = JSON.stringify(kind === undefined ? CERTIFICATE_KINDS : [kind]);
  return { kinds, subject, network, state: wanted, endsBy, issuer, now };
}

function readListed(row: Row): ListedCertificate {
  const gatewayId = row['gateway_id'];
  return {
    ...readCertificate(row),
    state: LISTED_STATES.find((name) => name === row['state']) ?? 'expired',
    gateway: gatewayId === null ? null : { networkId: String(row['network_id']), gatewayId: String(gatewayId) },
  };
}
