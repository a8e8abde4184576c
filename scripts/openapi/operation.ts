import { z } from 'zod';
import type { ResponseSpec, Route } from '../../core/module/route.ts';
import { dryRunReport } from '../../core/rest/dry-run-report.ts';
import { headersOf } from './headers.ts';
import type { Json } from './json.ts';
import { hasDryRun, parametersOf } from './parameters.ts';
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

/** Of a response: its body may be missing, which the words of OpenAPI cannot say. */
const MAY_BE_EMPTY = { 'x-may-be-empty': true } as const;

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

const REPORT = { description: 'With `dry_run`: what would have been done', schema: dryRunReport } as const;

/** `components/responses`: what a write that answers with nothing else than a status says to a dry run. */
export const dryRunComponents = (schemas: Record<string, Json>): Record<string, Json> => ({ dry_run: success(REPORT, schemas) });

function success(spec: ResponseSpec, schemas: Record<string, Json>): Json {
  const shown = { description: spec.description, headers: headersOf(spec), ...(spec.unsent ? MAY_BE_EMPTY : {}) };
  if (!spec.schema)
    return spec.contentType
      ? { ...shown, content: { [spec.contentType]: { schema: { type: 'string', format: 'binary' }, example: '(bytes)' } } }
      : shown;
  const example = spec.example === undefined ? {} : { example: spec.example };
  return { ...shown, content: { [spec.contentType ?? 'application/json']: { schema: schemaOf(spec.schema, schemas), ...example } } };
}

/** What a write answers to a dry run, which is always a 200. */
function dryRun(route: Route, schemas: Record<string, Json>): Json {
  if (!hasDryRun(route)) return {};
  const own = route.responses[200];
  const sent = Object.values(route.responses).find(({ schema }) => schema)?.schema;
  if (!own && !sent) return { 200: { $ref: '#/components/responses/dry_run' } };
  const description = own ? `${own.description}; with \`dry_run\` what would have been done` : REPORT.description;
  if (!sent) return { 200: success({ ...REPORT, description, unsent: true }, schemas) };
  // Where it is a 201 that has a body, its form stands here too: the contract's comparison takes the first 2xx with a body for what is sent.
  const schema = z.union(own ? [sent, dryRunReport] : [dryRunReport, sent]);
  return { 200: success({ ...own, description, schema }, schemas) };
}
