import { certifierOf } from '../../core/certifier/certifier.ts';
import { checkVisible } from '../../core/configurator/internal-network.ts';
import type { Committed } from '../../core/configurator/commit.ts';
import type { Restoring } from '../../core/configurator/restore-rule.ts';
import { Database, type Gate } from '../../core/db/database.ts';
import type { Recent } from '../../core/db/recent-rows.ts';
import { OrcError } from '../../core/errors.ts';
import { actorName, type Principal } from '../../core/identity/principal.ts';
import type { ModuleSummary, RequestContext } from '../../core/module/context.ts';
import { DryRun, spareFleet } from '../../core/module/dry-run.ts';
import type { Reply, Route } from '../../core/module/route.ts';
import { writesOf } from '../../core/module/writes.ts';
import { complete } from '../../core/rest/complete.ts';
import { etagOf } from '../../core/rest/etag.ts';
import { readInput } from '../../core/rest/input.ts';
import { newAuthority } from './certificates.ts';
import { type TestD1, testD1 } from './d1.ts';
import { TestFleet } from './fleet.ts';

/** Signs the certificates of operators. */
export const authority = await newAuthority('P-256', Date.UTC(2100, 0));

export const admin: Principal = {
  kind: 'operator',
  id: 'admin',
  credential: { certificate: 'TEST' },
  grants: [{ effect: 'ALLOW', action: 'WRITE', resourceType: 'all', resource: '*' }],
};

/** Somebody with one right: to read or to write some networks. */
export const operatorOf = (action: 'READ' | 'WRITE', ...networkIds: string[]): Principal => ({
  kind: 'operator',
  id: `${action.toLowerCase()}s-${networkIds.join('-')}`,
  credential: { token: 'tok_test' },
  grants: networkIds.map((resource) => ({ effect: 'ALLOW', action, resourceType: 'network', resource })),
});

export interface CallOptions {
  readonly body?: unknown;
  /** For a route that reads its body itself: what comes, chunk by chunk. */
  readonly raw?: { readonly contentType: string; readonly chunks: readonly (string | Uint8Array)[] };
  readonly idempotencyKey?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly ifMatch?: string;
  readonly as?: Principal;
  /** As `?dry_run=true`; the answer's body is then the list of changes. */
  readonly dryRun?: boolean;
}

export interface Answer {
  readonly status: number;
  /** As JSON would carry it: what `JSON.parse` of the real body gives. */
  readonly body: unknown;
  readonly etag: string | undefined;
  /** D1 round trips of this call. */
  readonly trips: number;
}

/** Handlers on a real SQLite, called by method and URL as the door would call them; no HTTP. */
export interface TestApi {
  readonly d1: TestD1;
  readonly fleet: TestFleet;
  /** What was committed, in order. */
  readonly committed: Committed[];
  /** Unix milliseconds that handlers see; tests move it. */
  now: number;
  /** What calls read a moment ago; undefined, as it is unless a test sets it: each looks everything up. */
  recent: Recent | undefined;
  /** `path` below /magma/v1. Error: the OrcError that the door would turn into an answer. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** The code of the refusal, or fails when there was none. */
  refusal(method: string, path: string, options?: CallOptions): Promise<OrcError>;
}

const NO_RULES: Restoring = { exclusive: [], owns: [], follows: [], rules: [] };

/** `restoring`: what the modules concerned say about it, from their registry. */
export function testApi(routes: readonly Route[], modules: readonly ModuleSummary[] = [], restoring: Restoring = NO_RULES): TestApi {
  const d1 = testD1();
  const fleet = new TestFleet();
  const committed: Committed[] = [];
  let requests = 0;

  const api: TestApi = {
    d1,
    fleet,
    committed,
    now: 1_800_000_000_000,
    recent: undefined,
    async call(method, path, options = {}) {
      const match = findRoute(routes, method, path);
      const { route, params } = match;
      const before = d1.trips();
      checkVisible(params);
      requests += 1;
      const dryRun = options.dryRun ? new DryRun() : undefined;
      const context = testContext({ api, requestId: `request-${requests}`, uri: `/magma/v1${path}`, options, modules, restoring, dryRun });
      const input = await readInput(route, { path: params, query: options.query ?? {}, body: options.body }, context);
      const raw = options.raw && { ...options.raw, chunks: stream(options.raw.chunks) };
      const reply: Reply = await route.handle({ ...input, raw } as never, context);
      if (dryRun) return { status: 200, body: dryRun.changes, etag: undefined, trips: d1.trips() - before };
      const spec = route.responses[reply.status];
      if (!spec) throw new Error(`${route.operationId} answered ${reply.status}, which it does not declare`);
      for (const [name, given] of [
        ['ETag', reply.etag],
        ['Next-Page-Token', reply.headers?.['next-page-token']],
        ['X-Command-Id', reply.headers?.['x-command-id']],
      ] as const)
        if (given && !spec.headers?.includes(name)) throw new Error(`${route.operationId} answers ${name}, which it does not declare`);
      const body = spec.schema && reply.body !== undefined ? complete(spec.schema, reply.body) : reply.body;
      return {
        status: reply.status,
        body: body === undefined ? undefined : JSON.parse(JSON.stringify(body)),
        etag: reply.etag && etagOf(reply.etag),
        trips: d1.trips() - before,
      };
    },
    async refusal(method, path, options) {
      try {
        const answer = await api.call(method, path, options);
        throw new Error(`${method} ${path} was not refused but answered ${answer.status}`);
      } catch (error) {
        if (error instanceof OrcError) return error;
        throw error;
      }
    },
  };
  return api;
}

async function* stream(chunks: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk;
}

interface ContextOptions {
  readonly api: TestApi;
  readonly requestId: string;
  readonly uri?: string;
  readonly options: CallOptions;
  readonly modules: readonly ModuleSummary[];
  readonly restoring?: Restoring;
  readonly dryRun?: DryRun | undefined;
}

/** A request's context over the test's database: access is settled by the first read, as in production. */
export function testContext({ api, requestId, uri = '', options, modules, restoring = NO_RULES, dryRun }: ContextOptions): RequestContext {
  const principal = options.as ?? admin;
  let settled = false;
  const gate: Gate<boolean> = {
    query: { sql: 'SELECT 1 AS known', params: [], read: (rows) => rows.length === 1 },
    check: () => {
      settled = true;
    },
  };
  const db = new Database(api.d1.d1, gate, api.recent);
  const author = () => ({ actor: actorName(principal), requestId, at: api.now });
  return {
    requestId,
    uri,
    now: () => api.now,
    read: db.read.bind(db),
    readRecent: db.readRecent.bind(db),
    principal: async () => {
      if (!settled) await db.authorise();
      return principal;
    },
    ifMatch: options.ifMatch,
    idempotencyKey: options.idempotencyKey,
    ...writesOf({ db, author: async () => author(), dryRun, ifMatch: options.ifMatch, committed: (result) => api.committed.push(result) }),
    fleet: dryRun ? spareFleet(api.fleet) : api.fleet,
    platform: {
      version: '0.1.0',
      domain: 'orc8r.test',
      commands: [{ name: 'echo', description: 'Answers what it was told', module: 'orc8r' }],
      owned: new Set(['apn_resource']),
      restoring,
      rootCa: '-----BEGIN CERTIFICATE-----\nTEST\n-----END CERTIFICATE-----\n',
      modules: () => modules,
      registrationToken: async (entityNumber) => `reg_${String(entityNumber).padStart(30, '0')}`,
      certifier: () => certifierOf(authority.certificate, authority.key),
    },
  };
}

/** Literal segments win over parameters, as in every router. */
function findRoute(routes: readonly Route[], method: string, path: string): { route: Route; params: Record<string, string> } {
  const segments = path.split('/');
  const found = routes
    .filter((route) => route.method === method.toLowerCase())
    .flatMap((route) => {
      const wanted = route.path.split('/');
      if (wanted.length !== segments.length) return [];
      const params: Record<string, string> = {};
      for (const [index, part] of wanted.entries()) {
        const given = segments[index] ?? '';
        const [, name, verb = ''] = /^\{(.+)\}(:\w+)?$/.exec(part) ?? [];
        if (name !== undefined && given.endsWith(verb)) params[name] = decodeURIComponent(given.slice(0, given.length - verb.length));
        else if (part !== given) return [];
      }
      return [{ route, params }];
    })
    .sort((left, right) => Object.keys(left.params).length - Object.keys(right.params).length)[0];
  if (!found) throw new Error(`no route for ${method} ${path}`);
  return found;
}
