import { z } from 'zod';
import type { Registry } from '../core/module/registry.ts';
import type { ResponseSpec, Route } from '../core/module/route.ts';

type Json = Record<string, unknown>;

const REFUSALS: Readonly<Record<string, string>> = {
  400: 'The request is wrong; `faults` names each place',
  401: 'No credentials, or ones that are not accepted; `code` says why',
  403: 'The operator may not do this',
  404: 'What the path names does not exist',
  409: 'What is to be made exists already, or somebody else was faster every time',
  412: 'It has changed since it was read (If-Match)',
  413: 'The body is too large',
  500: 'A fault of the platform, or the gateway is not connected (`code` is `gateway_offline`)',
  503: 'A part of the platform is busy or away; try again',
};

const ERROR: Json = {
  type: 'object',
  description: 'Every refusal has this form',
  required: ['message', 'code', 'request_id'],
  properties: {
    message: { type: 'string', description: 'What is wrong, for a person; do not match on it' },
    code: { type: 'string', description: 'The same for a program' },
    request_id: { type: 'string', description: 'Finds the request in the log' },
    faults: {
      type: 'array',
      description: 'Each fault of the request, with its place',
      items: { type: 'object', properties: { path: { type: 'string' }, message: { type: 'string' } } },
    },
  },
  example: {
    message: 'body.name: is required',
    code: 'invalid',
    request_id: '4f1c2c1e-6a0e-4f6e-9a53-8d0c3a3d2b11',
    faults: [{ path: 'body.name', message: 'is required' }],
  },
};

/** The OpenAPI 3.1 document of all routes. Deterministic: paths, methods and components are sorted. */
export function openApiDocument(registry: Registry, version: string): Json {
  const components: Record<string, Json> = { error: ERROR };
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of registry.routes) {
    const path = `/magma/v1${route.path}`;
    paths[path] = { ...paths[path], [route.method]: operation(route, components) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Orchestrator REST API',
      version,
      description:
        "The northbound API: networks, gateways, and what they are to do. Compatible with the clients of Magma's orc8r. Written by `npm run openapi` from the routes themselves.",
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }, { basic: [] }, { certificate: [] }],
    tags: [...new Set(registry.routes.map((route) => route.tag))].sort().map((name) => ({ name })),
    paths: sorted(Object.fromEntries(Object.entries(paths).map(([path, item]) => [path, sorted(item)]))),
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'An API token, `op_...`' },
        basic: { type: 'http', scheme: 'basic', description: "Operator name and API token, as Magma's clients send them" },
        certificate: { type: 'mutualTLS', description: 'A client certificate of an operator' },
      },
      schemas: sorted(components),
    },
  };
}

function operation(route: Route, components: Record<string, Json>): Json {
  const { permission } = route;
  const scopes = {
    network: 'the network',
    networks: 'networks',
    tenant: 'the tenant',
    tenants: 'tenants',
    all: 'everything',
    operator: 'nothing but a known operator',
    anyone: 'nothing: no credentials are needed',
  };
  const refusals = route.params ? REFUSALS : Object.fromEntries(Object.entries(REFUSALS).filter(([status]) => status !== '404'));
  return {
    operationId: route.operationId,
    tags: [route.tag],
    summary: route.summary,
    description: [route.description, `Permission: ${permission.action} on ${scopes[permission.scope]}.`].filter(Boolean).join('\n\n'),
    'x-permission': `${permission.scope}:${permission.action}`,
    ...(permission.scope === 'anyone' ? { security: [] } : {}),
    parameters: [
      ...parameters(route.params, 'path', components),
      ...parameters(route.query, 'query', components),
      ...ifMatch(route),
      ...idempotencyKey(route),
      ...dryRun(route),
    ],
    ...(route.body
      ? { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(route.body, components) } } } }
      : {}),
    ...(route.rawBody
      ? {
          requestBody: {
            required: true,
            content: Object.fromEntries(route.rawBody.contentTypes.map((type) => [type, { schema: { type: 'string' } }])),
          },
        }
      : {}),
    responses: {
      ...Object.fromEntries(Object.entries(route.responses).map(([status, spec]) => [status, success(spec, components)])),
      ...Object.fromEntries(
        Object.entries(refusals).map(([status, description]) => [
          status,
          { description, content: { 'application/json': { schema: { $ref: '#/components/schemas/error' } } } },
        ]),
      ),
    },
  };
}

function success(spec: ResponseSpec, components: Record<string, Json>): Json {
  if (!spec.schema) return { description: spec.description };
  return {
    description: spec.description,
    content: { [spec.contentType ?? 'application/json']: { schema: schemaOf(spec.schema, components) } },
  };
}

function parameters(schema: z.ZodObject | undefined, where: 'path' | 'query', components: Record<string, Json>): Json[] {
  return Object.entries(schema?.shape ?? {}).map(([name, property]) => {
    const { description, ...rest } = schemaOf(property as z.ZodType, components);
    const optional = where === 'query' && (property as z.ZodType).safeParse(undefined).success;
    return { name, in: where, required: !optional, ...(description ? { description } : {}), schema: rest };
  });
}

const ifMatch = (route: Route): Json[] =>
  route.method === 'put' || route.method === 'delete'
    ? [
        {
          name: 'If-Match',
          in: 'header',
          required: false,
          description: 'The ETag last read: the change is made only if nobody else was faster',
          schema: { type: 'string' },
        },
      ]
    : [];

const idempotencyKey = (route: Route): Json[] =>
  route.rawBody?.idempotent
    ? [
        {
          name: 'Idempotency-Key',
          in: 'header',
          required: false,
          description: 'Any text of the caller: the same request under it is carried out once',
          schema: { type: 'string', maxLength: 255 },
        },
      ]
    : [];

const dryRun = (route: Route): Json[] =>
  route.method === 'get'
    ? []
    : [
        {
          name: 'dry_run',
          in: 'query',
          required: false,
          description:
            'With `true` everything is checked and nothing is kept: 200 and `{"dry_run": true, "changes": [...]}`, or the refusal',
          schema: { type: 'boolean' },
        },
      ];

const owners = new Map<string, z.ZodType>();

/**
 * Zod's own metadata, with one change: `.describe()` copies a schema together with its id, and two schemas may not share one, so only
 * the first keeps it and the copy stands where it is used.
 */
const metadata = Object.assign(Object.create(z.globalRegistry) as typeof z.globalRegistry, {
  get(schema: z.ZodType) {
    const found = z.globalRegistry.get(schema);
    if (!found?.id) return found;
    const owner = owners.get(found.id) ?? schema;
    owners.set(found.id, owner);
    return owner === schema ? found : { ...found, id: undefined };
  },
});

/** The JSON schema of a zod schema; what carries an id goes to the components and is referred to. */
function schemaOf(schema: z.ZodType, components: Record<string, Json>): Json {
  const {
    $schema: _,
    $defs,
    ...root
  } = z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'input', unrepresentable: 'any', metadata }) as Json & {
    $defs?: Record<string, Json>;
  };
  for (const [name, definition] of Object.entries($defs ?? {})) components[name] = tidy(definition);
  const id = metadata.get(schema)?.id;
  // A root with an id comes as a reference to its own definition when that is used inside as well.
  if (!id || '$ref' in root) return tidy(root);
  components[id] = tidy(root);
  return { $ref: `#/components/schemas/${id}` };
}

/** References point to the components; ids are the components' names already; integers of JavaScript's own range are just integers. */
function tidy<T>(node: T): T {
  if (Array.isArray(node)) return node.map(tidy) as T;
  if (typeof node !== 'object' || node === null) return node;
  const entries = Object.entries(node as Json)
    .filter(([key, value]) => key !== 'id' || typeof value !== 'string')
    .filter(([key, value]) => !((key === 'maximum' || key === 'minimum') && Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER))
    .map(([key, value]) => [
      key,
      key === '$ref' && typeof value === 'string' ? value.replace('#/$defs/', '#/components/schemas/') : tidy(value),
    ]);
  return Object.fromEntries(entries) as T;
}

const sorted = <T>(object: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(object).sort(([left], [right]) => (left < right ? -1 : 1)));
