import { z } from 'zod';
import {
  type CertificateFilter,
  type CertificatePlace,
  countCertificates,
  LISTED_STATES,
  listCertificates,
} from '../../../core/certifier/certificate-list.ts';
import { CERTIFICATE_KINDS, type CertificateHolder, certificateBySerial, revokeCertificate } from '../../../core/certifier/certificates.ts';
import { normaliseSerial } from '../../../core/certifier/serial.ts';
import { networkById } from '../../../core/configurator/load.ts';
import type { Query } from '../../../core/db/statement.ts';
import { invalid, notFound } from '../../../core/errors.ts';
import { demandNotDenied, isDenied } from '../../../core/identity/access.ts';
import { demandHolds } from '../../../core/identity/delegation.ts';
import type { RequestContext } from '../../../core/module/context.ts';
import type { Reply, Route } from '../../../core/module/route.ts';
import { route } from '../../../core/module/route.ts';
import { nextPageToken, pageOf, pagingQuery } from '../../../core/paging.ts';
import { pathParams, wholeNumber } from '../../../core/rest/fields.ts';
import { answers, ok } from '../../../core/rest/reply.ts';
import { certificate, certificatePage, revocation } from '../schemas/certificate.ts';
import { listedAt, toCertificate } from '../services/certificate.ts';

const tag = 'Certificates';
const YEARS_10 = 10 * 366 * 86_400;
const text = (description: string, example: string) =>
  z
    .string()
    .min(1)
    .max(256)
    .optional()
    .meta({ description, examples: [example] });

/** What every list of certificates takes. */
export const certificateQuery = pagingQuery.extend({
  subject: text('Only those of this hardware id or operator', '22ffea10-7fc4-4427-975a-b9e4ce8f6f4d'),
  state: z.enum(LISTED_STATES).optional().describe('Only those that are this now'),
  expiring_within: wholeNumber()
    .min(0)
    .max(YEARS_10)
    .optional()
    .meta({ description: 'Only valid ones that end within so many seconds', examples: [86_400] }),
  issuer: text('Only those that the authority with this key identifier has signed', 'a1b2'.repeat(10)),
});
const anywhere = certificateQuery.extend({
  kind: z
    .enum(CERTIFICATE_KINDS)
    .optional()
    .describe('Only those of gateways, those with which gateways join a VPN, or those of operators'),
  network: text('Only those of gateways of this network', 'city'),
});
const revocationNote =
  'It takes effect at once: an open connection is closed with 4401, and new ones are refused as `certificate_revoked`. A gateway that is still registered bootstraps again by itself; delete the gateway to keep it out. Revoking again changes nothing.';

/** Error: `invalid` for what contradicts itself. */
export function certificateFilterOf(asked: Partial<z.output<typeof certificateQuery>>, now: number): CertificateFilter {
  const { subject, state, issuer, expiring_within: within } = asked;
  if (within !== undefined && state !== undefined && state !== 'valid')
    throw invalid([{ path: 'query.state', message: 'must be valid, or left out, beside expiring_within' }]);
  const endsBy = within === undefined ? {} : { state: 'valid' as const, endsBy: now + within * 1000 };
  return { subject, state, issuer, ...endsBy };
}

/** Error: `invalid` for a token that no such list gave. */
function placeOf(text: string): CertificatePlace | undefined {
  if (text === '') return undefined;
  const [, notAfter, serial] = /^(\d{1,16})\.([0-9A-F]{1,64})$/.exec(text) ?? [];
  if (notAfter === undefined || serial === undefined) throw invalid([{ path: 'query.page_token', message: 'is not a token of this list' }]);
  return { notAfter: Number(notAfter), serial };
}

interface ListQuestion {
  readonly filter: CertificateFilter;
  readonly asked: z.output<typeof pagingQuery>;
  /** Unix milliseconds. */
  readonly now: number;
  /** What has to be there for the list to be one. */
  readonly within?: { readonly query: Query<unknown>; readonly what: string } | undefined;
}

/** A page of certificates. Errors: `not_found`, `invalid` for a token of another list. */
export async function listPage(ctx: RequestContext, { filter, asked, now, within }: ListQuestion): Promise<Reply> {
  const page = pageOf(asked);
  const after = placeOf(page.after);
  const [found, total, there] = await ctx.read(
    listCertificates(filter, now, { after, limit: page.limit }),
    countCertificates(filter, now),
    within?.query ?? networkById({ id: '' }),
  );
  if (within && !there) throw notFound(within.what);
  const principal = await ctx.principal();
  if (filter.networkId !== undefined) demandNotDenied(principal, 'read', filter.networkId);
  const keys = found.map((each) => `${each.notAfter}.${each.serial}`);
  // Who may read everything may still be denied a network.
  const shown = found.filter(({ gateway }) => gateway === null || !isDenied(principal, 'read', gateway.networkId));
  return ok({ certificates: shown.map(toCertificate), total_count: total, page_token: nextPageToken(keys, page) });
}

/**
 * One certificate; in a network only when it is that of one of its gateways. Errors: `not_found`, `forbidden` where a DENY speaks of its
 * gateway's network, `invalid` for a serial number that is written in another way than lists write it: grants compare texts.
 */
async function found(ctx: RequestContext, action: 'read' | 'write', named: string, networkId?: string): Promise<CertificateHolder> {
  const serial = normaliseSerial(named);
  const [holder] = await ctx.read(certificateBySerial({ serial }));
  if (holder?.gateway) demandNotDenied(await ctx.principal(), action, holder.gateway.networkId);
  if (!holder || (networkId !== undefined && holder.gateway?.networkId !== networkId)) throw notFound(`certificate "${named}"`);
  if (serial !== named) throw invalid([{ path: 'path.serial', message: `has to be written ${serial}` }]);
  return holder;
}

const ofNetwork = (networkId: string): ListQuestion['within'] => ({
  query: networkById({ id: networkId }),
  what: `network "${networkId}"`,
});

async function revoke(ctx: RequestContext, holder: CertificateHolder, reason: string): Promise<Reply> {
  const { serial, kind, subject, gateway } = holder;
  if (kind === 'operator') demandHolds(await ctx.principal(), holder.grants ?? [], 'revoke a certificate that stands for');
  const at = ctx.now();
  if (holder.revokedAt === null) {
    await ctx.execute({
      action: 'certificate.revoke',
      target: serial,
      networkId: gateway?.networkId ?? '',
      statements: [revokeCertificate({ serial, reason, at })],
      detail: { kind, subject, reason },
      changes: [{ type: 'certificate', key: serial, change: 'update' }],
    });
  }
  if (kind === 'gateway') await ctx.fleet.refuseCertificate(subject, serial);
  const revoked = { ...holder, revokedAt: holder.revokedAt ?? at, revokeReason: holder.revokedAt === null ? reason : holder.revokeReason };
  return ok(toCertificate(listedAt(revoked, at)));
}

export const certificateRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/certificates',
    operationId: 'listCertificates',
    tag,
    summary: 'List the client certificates that were issued',
    permission: { action: 'read', scope: 'all' },
    query: anywhere,
    responses: answers(certificatePage, 'Certificates, those that end first at the head'),
    handle: async ({ query: asked }, ctx) => {
      const now = ctx.now();
      const { kind, network } = asked;
      const filter = { ...certificateFilterOf(asked, now), kind, networkId: network };
      return listPage(ctx, { filter, asked, now, within: network === undefined ? undefined : ofNetwork(network) });
    },
  }),
  route({
    method: 'get',
    path: '/certificates/{serial}',
    operationId: 'getCertificate',
    tag,
    summary: 'Read a certificate',
    permission: { action: 'read', scope: 'all' },
    params: pathParams('serial'),
    responses: answers(certificate, 'The certificate'),
    handle: async ({ params: { serial } }, ctx) => ok(toCertificate(listedAt(await found(ctx, 'read', serial), ctx.now()))),
  }),
  route({
    method: 'post',
    path: '/certificates/{serial}:revoke',
    operationId: 'revokeCertificate',
    tag,
    summary: 'Revoke a certificate of a gateway or an operator',
    description: `${revocationNote} That of an operator needs every right that it stands for.`,
    permission: { action: 'write', scope: 'all' },
    params: pathParams('serial'),
    body: revocation,
    responses: answers(certificate, 'The certificate, revoked'),
    handle: async ({ params: { serial }, body: { reason } }, ctx) => revoke(ctx, await found(ctx, 'write', serial), reason),
  }),
  route({
    method: 'get',
    path: '/networks/{network_id}/certificates',
    operationId: 'listNetworkCertificates',
    tag,
    summary: "List the certificates of a network's gateways",
    permission: { action: 'read', scope: 'network' },
    params: pathParams('network_id'),
    query: certificateQuery,
    responses: answers(certificatePage, 'Certificates, those that end first at the head'),
    handle: async ({ params: { network_id: networkId }, query: asked }, ctx) => {
      const now = ctx.now();
      return listPage(ctx, { filter: { ...certificateFilterOf(asked, now), networkId }, asked, now, within: ofNetwork(networkId) });
    },
  }),
  route({
    method: 'get',
    path: '/networks/{network_id}/certificates/{serial}',
    operationId: 'getNetworkCertificate',
    tag,
    summary: "Read a certificate of one of a network's gateways",
    permission: { action: 'read', scope: 'network' },
    params: pathParams('network_id', 'serial'),
    responses: answers(certificate, 'The certificate'),
    handle: async ({ params: { network_id: networkId, serial } }, ctx) =>
      ok(toCertificate(listedAt(await found(ctx, 'read', serial, networkId), ctx.now()))),
  }),
  route({
    method: 'post',
    path: '/networks/{network_id}/certificates/{serial}:revoke',
    operationId: 'revokeNetworkCertificate',
    tag,
    summary: "Revoke a certificate of one of a network's gateways",
    description: revocationNote,
    permission: { action: 'write', scope: 'network' },
    params: pathParams('network_id', 'serial'),
    body: revocation,
    responses: answers(certificate, 'The certificate, revoked'),
    handle: async ({ params: { network_id: networkId, serial }, body: { reason } }, ctx) =>
      revoke(ctx, await found(ctx, 'write', serial, networkId), reason),
  }),
];
