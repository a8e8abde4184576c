import { type Context, Hono } from 'hono';
import { getPath } from 'hono/utils/url';
import { invalid, OrcError } from '../../core/errors.ts';
import { Recent } from '../../core/db/recent-rows.ts';
import type { TlsClient } from '../../core/identity/client.ts';
import { importBootstrapKey } from '../../core/bootstrap/bootstrap-key.ts';
import { makeRegistrationToken } from '../../core/bootstrap/registration-token.ts';
import { certifierOf } from '../../core/certifier/certifier.ts';
import type { PlatformInfo } from '../../core/module/context.ts';
import type { Registry } from '../../core/module/registry.ts';
import type { Route } from '../../core/module/route.ts';
import { announce } from '../announce.ts';
import { type Environment, settingsOf } from '../environment.ts';
import { errorResponse } from '../errors.ts';
import { createFleet } from '../fleet.ts';
import { recently } from '../recent-answers.ts';
import { MAX_URL_LENGTH } from './body.ts';
import { DOCS_PATHS, serveDocs } from './docs.ts';
import { emptyParameter } from './empty-parameter.ts';
import { serveRoute } from './serve-route.ts';

/** What one request comes with: the Worker's bindings, and the client as the door read it. */
interface Caller {
  readonly env: Environment;
  readonly tls: TlsClient | undefined;
}

const PREFIX = '/magma/v1';

const recentAnswers = recently();
const recentRows = new Recent(Date.now);

type ApiEnv = { Bindings: Caller; Variables: { requestId: string } };
type Api = Hono<ApiEnv>;

/** The northbound REST API: every module's routes under /magma/v1. `version` is the platform's. */
export function createApi(registry: Registry, version: string): Api {
  // Hono would cut the path out of the text that the client sent. Whoever judges by the path, a grant for one, has it from `URL`, which
  // resolves `..`, `\` and a Host that holds more than a host: the route has to be found by the same.
  const app: Api = new Hono({ getPath: (request) => getPath({ url: new URL(request.url).href } as Request) });
  app.onError((error, c) => errorResponse(error, c.get('requestId')));
  app.notFound((c) => errorResponse(nowhere(registry, new URL(c.req.url).pathname), c.get('requestId')));
  app.use(async (c, next) => {
    c.set('requestId', c.req.header('x-request-id')?.match(/^[\w.-]{1,64}$/)?.[0] ?? crypto.randomUUID());
    const { pathname, search } = new URL(c.req.url);
    if (pathname.length + search.length > MAX_URL_LENGTH)
      throw new OrcError('uri_too_long', `path and query are longer than ${MAX_URL_LENGTH} characters`);
    await next();
  });
  // Magma's own answer to a client that asks whether anybody is there (REST-BEHAVIOUR 1).
  app.get('/', (c) => c.json('hello'));
  app.get('/healthz', (c) => c.json({ status: 'ok', version }));
  serveDocs(app);
  for (const path of ['/', '/healthz', ...DOCS_PATHS]) refuseOthers(app, path, ['get']);

  const routes = [...registry.routes].sort(literalsFirst);
  for (const route of routes) {
    app.on(route.method.toUpperCase(), honoPath(route), (c) => handle(route, registry, version, c));
  }
  for (const [path, sharing] of Map.groupBy(routes, honoPath))
    refuseOthers(
      app,
      path,
      sharing.map(({ method }) => method),
    );
  return app;
}

/** Answers 405 to the methods that are not served at a path. Whatever answers to GET, Hono has answer to HEAD. */
function refuseOthers(app: Api, path: string, methods: readonly Route['method'][]): void {
  const allow = methods.flatMap((method) => (method === 'get' ? ['GET', 'HEAD'] : method.toUpperCase())).join(', ');
  app.all(path, () => {
    throw new OrcError('method_not_allowed', `this path takes ${allow}`, { headers: { allow } });
  });
}

/** Why nothing is at this path. */
function nowhere(registry: Registry, pathname: string): OrcError {
  const empty = pathname.startsWith(`${PREFIX}/`) ? emptyParameter(registry.routes, pathname.slice(PREFIX.length)) : undefined;
  if (empty !== undefined) return invalid([{ path: `path.${empty}`, message: 'must not be empty' }]);
  return new OrcError('not_found', `there is no ${pathname.slice(0, 200)}; /docs/openapi.json lists what there is`);
}

async function handle(route: Route, registry: Registry, version: string, c: Context<ApiEnv>): Promise<Response> {
  const { env, tls } = c.env;
  const settings = settingsOf(env);
  return serveRoute({
    route,
    request: c.req.raw,
    params: paramsOf(route, c.req.param() as Record<string, string>),
    requestId: c.get('requestId'),
    tls,
    d1: env.DB,
    recent: recentRows,
    fleet: (authorised) => createFleet(env, authorised, recentAnswers),
    platform: platformInfo(registry, version, settings),
    registry,
    committed: (result) => c.executionCtx.waitUntil(announce(env, result)),
    later: (work) => c.executionCtx.waitUntil(work),
  });
}

function platformInfo(registry: Registry, version: string, settings: ReturnType<typeof settingsOf>): PlatformInfo {
  return {
    version,
    domain: settings.DOMAIN,
    rootCa: settings.ROOT_CA,
    commands: [...registry.commands.values()],
    owned: registry.owned,
    restoring: registry.restoring,
    modules: () => registry.summaries,
    registrationToken: async (entityNumber) =>
      makeRegistrationToken(await importBootstrapKey(settings.BOOTSTRAP_KEY), entityNumber, Date.now()),
    certifier: () => certifierOf(settings.CERTIFIER_CERT, settings.CERTIFIER_KEY),
  };
}

/** `{version}:restore`, a verb behind a parameter, is a parameter of that form; its value is cut out again by `paramsOf`. */
const honoPath = (route: Route): string =>
  `${PREFIX}${route.path.replace(/\{([^}]+)\}(:\w+)?/g, (_, name: string, verb?: string) => (verb ? `:${name}{[^/]+${verb}}` : `:${name}`))}`;

function paramsOf(route: Route, values: Record<string, string>): Record<string, string> {
  const params = { ...values };
  for (const [, name = '', verb = ''] of route.path.matchAll(/\{([^}]+)\}(:\w+)/g))
    params[name] = (params[name] ?? '').slice(0, -verb.length);
  return params;
}

/** Literal segments are tried before parameters. */
function literalsFirst(left: Route, right: Route): number {
  const [a, b] = [left.path.split('/'), right.path.split('/')];
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    const [first, second] = [a[index]?.startsWith('{') ? 1 : 0, b[index]?.startsWith('{') ? 1 : 0];
    if (first !== second) return first - second;
  }
  return 0;
}
