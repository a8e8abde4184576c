import { checkVisible } from '../../core/configurator/internal-network.ts';
import { Database } from '../../core/db/database.ts';
import type { Recent } from '../../core/db/recent-rows.ts';
import { OrcError } from '../../core/errors.ts';
import { demand, type Target } from '../../core/identity/access.ts';
import { type Authentication, authenticateOperator } from '../../core/identity/authenticate.ts';
import type { TlsClient } from '../../core/identity/client.ts';
import { ANONYMOUS } from '../../core/identity/principal.ts';
import { type Refusal, STRANGERS } from '../../core/identity/refusal-audit.ts';
import { tokenUsed } from '../../core/identity/token-use.ts';
import { DryRun } from '../../core/module/dry-run.ts';
import type { Registry } from '../../core/module/registry.ts';
import type { Route } from '../../core/module/route.ts';
import { complete } from '../../core/rest/complete.ts';
import { etagOf } from '../../core/rest/etag.ts';
import { readInput } from '../../core/rest/input.ts';
import type { Fleet, PlatformInfo } from '../../core/module/context.ts';
import type { Committed } from '../../core/configurator/commit.ts';
import { recordRefusal } from '../refusals.ts';
import { idempotencyKeyOf, ifMatchOf, openRaw, readJson } from './body.ts';
import { createContext } from './context.ts';
import { dryRunReport } from './dry-run.ts';
import { readQuery } from './query.ts';

export interface RouteCall {
  readonly route: Route;
  readonly request: Request;
  readonly params: Readonly<Record<string, string>>;
  readonly requestId: string;
  readonly tls: TlsClient | undefined;
  readonly d1: D1Database;
  /** What requests of this isolate read a moment ago. */
  readonly recent: Recent;
  /** Makes the fleet for a caller who is let in when the promise is fulfilled. */
  readonly fleet: (authorised: () => Promise<void>) => Fleet;
  readonly platform: PlatformInfo;
  readonly registry: Pick<Registry, 'mconfigReads'>;
  readonly committed: (result: Committed) => void;
  /** Work that goes on after the answer. */
  readonly later: (work: Promise<unknown>) => void;
}

/**
 * One REST call: who asks and may they (in the first D1 round trip), is the request well formed, the route's handler, its reply
 * in the contract's form. Throws OrcError for every refusal.
 */
export async function serveRoute(call: RouteCall): Promise<Response> {
  const { route, request, requestId } = call;
  const url = new URL(request.url);
  const uri = url.pathname + url.search;
  const now = Date.now();
  const target = { networkId: call.params['network_id'], tenantId: call.params['tenant_id'], uri };
  const refused = (error: unknown, actor: string, row: Omit<Refusal, 'reason'>): void => {
    if (!(error instanceof OrcError) || (error.code !== 'unauthenticated' && error.code !== 'forbidden')) return;
    call.later(recordRefusal(call.d1, { ...row, reason: error.reason ?? error.code }, { actor, requestId, at: now }));
  };
  const authentication = await authenticationOf(call, now, target).catch((error: unknown) => {
    // Strangers: one row for all paths, whatever they ask for and call themselves.
    const stranger = call.tls?.verdict === 'untrusted' ? STRANGERS.foreign : STRANGERS.nothing;
    refused(error, ANONYMOUS, { action: 'rest.knock', networkId: '', target: stranger });
    throw error;
  });
  const db = new Database(call.d1, authentication === ANYBODY ? undefined : authentication.gate, call.recent);
  const refusedAsked = (error: unknown): void => {
    const { networkId, target: whom, actor } = authentication.about();
    refused(error, actor, { action: `rest.${route.operationId}`, networkId: target.networkId ?? networkId, target: whom });
  };
  try {
    refuseForeignPage(request);
    const query = readQuery(route, url);
    const dryRun = query.dryRun ? new DryRun() : undefined;
    const context = createContext({
      requestId,
      uri,
      now: Date.now,
      db,
      principal: authentication.principal,
      ifMatch: ifMatchOf(route, request),
      idempotencyKey: route.idempotent ? idempotencyKeyOf(request) : undefined,
      fleet: call.fleet(() => db.authorise()),
      platform: call.platform,
      committed: call.committed,
      dryRun,
    });
    checkVisible(call.params);
    const sent = {
      path: call.params,
      query: query.values,
      body: route.body ? await readJson(request, { anyType: route.anyContentType === true }) : undefined,
      bytes: Number(request.headers.get('content-length') ?? Number.MAX_SAFE_INTEGER),
    };
    const input = await readInput(route, sent, context);
    const raw = route.rawBody ? { raw: openRaw(request, route.rawBody) } : {};
    const reply = await route.handle({ ...input, ...raw } as Parameters<Route['handle']>[0], context);
    // A handler that read nothing has not passed the gate yet.
    await db.authorise();
    const token = authentication.token();
    const used = token && tokenUsed(token, now);
    if (used) call.later(new Database(call.d1, undefined, call.recent).commit([used]));
    if (dryRun) {
      const report = await dryRunReport(dryRun, context.fleet, authentication.principal(), call.registry);
      return respondDry(route.answersDryRun ? { ...report, answer: reply.body } : report, requestId, db.trips);
    }
    return respond(route, reply, requestId, db.trips);
  } catch (error) {
    // Who may not ask is told that, and not what is wrong with the question.
    await db.authorise().catch((refusal: unknown) => {
      refusedAsked(refusal);
      throw refusal;
    });
    // A handler may find that the caller has no right to what is asked for.
    if (error instanceof OrcError && error.code === 'forbidden' && !error.audited) refusedAsked(error);
    throw error;
  }
}

/**
 * A browser shows a client certificate to this door whatever page makes it ask, and a page of elsewhere may have it POST without asking
 * first. Browsers say so themselves; whoever passes their requests on from a page of its own says that it is one of its own.
 */
function refuseForeignPage(request: Request): void {
  const site = request.headers.get('sec-fetch-site');
  if (request.method === 'GET' || (site !== 'cross-site' && site !== 'same-site')) return;
  throw new OrcError('forbidden', 'a page of another site may not change anything here', { reason: 'foreign_page' });
}

async function authenticationOf({ route, request, tls }: RouteCall, now: number, target: Target): Promise<Authentication> {
  if (route.permission.scope === 'anyone') return ANYBODY;
  return authenticateOperator(
    { tls, authorization: request.headers.get('authorization') },
    { now, permit: (principal) => demand(principal, route.permission, target) },
  );
}

/** Nobody is asked who they are. */
const ANYBODY: Authentication = {
  gate: { query: { sql: 'SELECT 1', params: [], read: () => undefined }, check: () => undefined },
  principal: () => ({ kind: 'nobody' }),
  about: () => ({ networkId: '', target: '', actor: ANONYMOUS }),
  token: () => undefined,
};

function respondDry(report: object, requestId: string, trips: number): Response {
  const headers = { 'x-request-id': requestId, 'server-timing': `d1;desc="round trips: ${trips}"`, 'cache-control': 'no-store' };
  return Response.json(report, { headers });
}

function respond(route: Route, reply: Awaited<ReturnType<Route['handle']>>, requestId: string, trips: number): Response {
  const { status, etag } = reply;
  const headers = {
    'x-request-id': requestId,
    'server-timing': `d1;desc="round trips: ${trips}"`,
    ...reply.headers,
    ...(etag && { etag: etagOf(etag) }),
  };
  if (reply.body === undefined) return new Response(null, { status, headers });
  const spec = route.responses[status];
  if (reply.body instanceof ReadableStream) {
    // Whoever compresses on the way would gather what has to be seen at once.
    const streamed = {
      ...headers,
      'content-type': spec?.contentType ?? 'application/octet-stream',
      'cache-control': 'no-store, no-transform',
    };
    return new Response(reply.body as ReadableStream<Uint8Array>, { status, headers: streamed });
  }
  const typed = { ...headers, 'content-type': spec?.contentType ?? 'application/json', 'cache-control': 'no-store' };
  if (reply.body instanceof Uint8Array) return new Response(reply.body as Uint8Array<ArrayBuffer>, { status, headers: typed });
  const body = spec?.schema ? complete(spec.schema, reply.body) : reply.body;
  return new Response(spec?.contentType ? String(body) : JSON.stringify(body), { status, headers: typed });
}
