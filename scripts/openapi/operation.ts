import type { ResponseSpec, Route } from '../../core/module/route.ts';
import { dryRunReport } from '../../core/rest/dry-run-report.ts';
import { headersOf } from './headers.ts';
import type { Json } from './json.ts';
import { parametersOf } from './parameters.ts';
import { refusalsOf } from './refusals.ts';
import { schemaOf } from './schemas.ts';

const SCOPES = {
  network: 'the network',
  networks: 'networks',
  tenant: 'the tenant',
  tenants: 'tenants',
  all: 'everything',
  operator: 'nothing but a known operator',
  anyone: 'nothing: no credentials are needed',
} as const;

/** One operation as the document shows it. Schemas with an id are added to `schemas`. */
export function operationOf(route: Route, schemas: Record<string, Json>): Json {
  const { permission } = route;
  return {
    operationId: route.operationId,
    tags: [route.tag],
    summary: route.summary,
    description: [route.description, `Permission: ${permission.action} on ${SCOPES[permission.scope]}.`].filter(Boolean).join('\n\n'),
    'x-permission': `${permission.scope}:${permission.action}`,
    ...(permission.scope === 'anyone' ? { security: [] } : {}),
    parameters: parametersOf(route, schemas),
    ...requestBody(route, schemas),
    responses: {
      ...Object.fromEntries(Object.entries(route.responses).map(([status, spec]) => [status, success(spec, schemas)])),
      ...dryRun(route, schemas),
      ...refusalsOf(route),
    },
  };
}

function requestBody({ body, rawBody }: Route, schemas: Record<string, Json>): Json {
  if (body) return { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body, schemas) } } } };
  if (!rawBody) return {};
  const content = rawBody.contentTypes.map((type) => [type, { schema: { type: 'string' }, example: rawBody.examples[type] }]);
  return { requestBody: { required: true, content: Object.fromEntries(content) } };
}

function success(spec: ResponseSpec, schemas: Record<string, Json>): Json {
  const shown = { description: spec.description, headers: headersOf(spec) };
  if (!spec.schema)
    return spec.contentType
      ? { ...shown, content: { [spec.contentType]: { schema: { type: 'string', format: 'binary' }, example: '(bytes)' } } }
      : shown;
  return { ...shown, content: { [spec.contentType ?? 'application/json']: { schema: schemaOf(spec.schema, schemas) } } };
}

/** What a write without a body of its own answers to a dry run; one status has one form only. */
function dryRun({ method, responses }: Route, schemas: Record<string, Json>): Json {
  if (method === 'get' || Object.values(responses).some(({ schema }) => schema)) return {};
  const plain = responses[200]
    ? `${responses[200].description}; with \`dry_run\` what would have been done`
    : 'With `dry_run`: what would have been done';
  return { 200: success({ description: plain, schema: dryRunReport }, schemas) };
}
