import { describe, expect, it } from 'vitest';
import { createRegistry } from '../../core/module/registry.ts';
import { faultsOf } from '../../core/rest/parse.ts';
import { normalise } from '../../core/rest/normalise.ts';
import { modules } from '../../modules/index.ts';
import { openApiDocument } from './document.ts';
import { type Json, resolve } from './json.ts';
import { review } from './review.ts';

const registry = createRegistry(modules);
const document = openApiDocument(registry, '0.0.0');
const operation = (path: string, method: string): Json => (document['paths'] as Record<string, Record<string, Json>>)[path]?.[method] ?? {};
const exampleIn = (holder: unknown): unknown =>
  (resolve(document, holder)['content'] as Record<string, Json> | undefined)?.['application/json']?.['example'];

describe('the OpenAPI document of all modules', () => {
  it('says enough about everything', () => {
    expect(review(document)).toEqual([]);
  });

  it.each(registry.routes.flatMap((route) => (route.body ? [{ route, body: route.body, id: route.operationId }] : [])))(
    'shows a body that $id takes',
    ({ route, body }) => {
      const result = body.safeParse(normalise(body, exampleIn(operation(`/magma/v1${route.path}`, route.method)['requestBody'])));
      expect(result.success ? [] : faultsOf(result.error.issues, 'body')).toEqual([]);
    },
  );

  it('names what many operations share once', () => {
    const put = operation('/magma/v1/networks/{network_id}', 'put');
    const names = (put['parameters'] as Json[]).map((parameter) => parameter['$ref']);
    const shared = ['network_id', 'dry_run', 'If-Match', 'X-Request-Id'].map((name) => `#/components/parameters/${name}`);
    expect(names).toEqual(shared);
    expect(put['responses']).toMatchObject({
      204: { headers: { 'X-Request-Id': { $ref: '#/components/headers/X-Request-Id' } } },
      412: { $ref: '#/components/responses/refusal_412' },
    });
  });

  it('lists for each operation the refusals that it can meet, and no others', () => {
    const statuses = (path: string, method: string) => Object.keys(operation(`/magma/v1${path}`, method)['responses'] as Json);
    const always = ['414', '431', '500', '502', '503'];
    const slow = '408';
    expect(statuses('/networks', 'get')).toEqual(['200', '401', '403', slow, ...always]);
    expect(statuses('/networks/{network_id}', 'delete')).toEqual(['200', '204', '400', '401', '403', '404', slow, '409', '412', ...always]);
    expect(statuses('/user/login', 'post')).toEqual(['200', '400', '401', slow, '413', '414', '429', '431', '500', '502', '503']);
    expect(statuses('/networks/{network_id}/gateways/{gateway_id}/command/ping', 'post')).toContain('504');
  });

  it('has dry_run where a write can be tried, and the report in its 200', () => {
    for (const { path, method, noDryRun, operationId } of registry.routes) {
      const { parameters, responses } = operation(`/magma/v1${path}`, method) as { parameters: Json[]; responses: Record<string, Json> };
      const offered = parameters.some(({ $ref }) => $ref === '#/components/parameters/dry_run');
      expect(offered, operationId).toBe(method !== 'get' && !noDryRun);
      const media = (resolve(document, responses['200'])['content'] as Record<string, Json> | undefined)?.['application/json'];
      const forms = [media?.['schema'], ...(((media?.['schema'] as Json | undefined)?.['anyOf'] as Json[] | undefined) ?? [])];
      const shown = forms.some((form) => (form as Json | undefined)?.['$ref'] === '#/components/schemas/dry_run_report');
      expect(shown, operationId).toBe(offered);
    }
  });

  it('says of answers whose body does not come that they may be empty', () => {
    const empty = registry.routes.flatMap(({ path, method, operationId }) => {
      const { responses } = operation(`/magma/v1${path}`, method) as { responses: Record<string, Json> };
      return Object.entries(responses).flatMap(([status, { 'x-may-be-empty': may }]) => (may ? [`${operationId} ${status}`] : []));
    });
    expect(empty.sort()).toEqual([
      'activateSubscriber 200',
      'createPolicyRule 201',
      'createUser 200',
      'deactivateSubscriber 200',
      'deleteUser 200',
      'deleteUserToken 200',
      'putHaPair 200',
      'putUserPassword 200',
    ]);
  });

  it('keeps no component that nothing refers to', () => {
    const text = JSON.stringify(document);
    const { responses, parameters, schemas } = document['components'] as Record<string, Record<string, Json>>;
    for (const [kind, components] of Object.entries({ responses, parameters, schemas }))
      for (const name of Object.keys(components ?? {})) expect(text).toContain(`"#/components/${kind}/${name}"`);
  });

  it('has examples of answers that are true where they stand', () => {
    const answers = (name: string) =>
      operation(`/magma/v1/networks/{network_id}/gateways/{gateway_id}/${name}`, 'post')['responses'] as Record<string, Json>;
    const ping = answers('command/ping');
    expect(exampleIn(ping['202'])).toMatchObject({ name: 'ping', state: 'queued', sent_at: null, ended_at: null, error: null });
    expect(exampleIn(ping['202'])).not.toHaveProperty('answer');
    expect(exampleIn(ping['409'])).toMatchObject({ code: 'conflict', message: expect.stringContaining('Idempotency-Key') });
    expect(exampleIn(ping['429'])).toMatchObject({ code: 'too_many' });
    expect(ping['429']?.['headers']).not.toHaveProperty('Retry-After');
    expect(exampleIn(ping['500'])).toMatchObject({ code: 'gateway_offline' });
    const login = operation('/magma/v1/user/login', 'post')['responses'] as Record<string, Json>;
    expect(exampleIn(login['429'])).toMatchObject({ code: 'too_many_logins' });
    expect(login['429']?.['headers']).toHaveProperty('Retry-After');
    const done = operation('/magma/v1/networks/{network_id}/gateways/{gateway_id}/commands', 'get')['responses'] as Record<string, Json>;
    expect(exampleIn(done['200'])).toMatchObject({ commands: [{ state: 'done', error: null }] });
  });

  it('shows a tag for If-Match with what has one', () => {
    const headers = (path: string) =>
      Object.keys((operation(`/magma/v1${path}`, 'get')['responses'] as Record<string, Json>)['200']?.['headers'] as Json);
    expect(headers('/networks/{network_id}')).toContain('ETag');
    expect(headers('/lte/{network_id}/gateways')).toEqual(['X-Request-Id', 'ETag', 'Next-Page-Token']);
    expect(headers('/networks')).not.toContain('ETag');
  });

  it('needs no credentials to log in only', () => {
    const open = registry.routes.filter(({ path, method }) => 'security' in operation(`/magma/v1${path}`, method));
    expect(open.map(({ operationId }) => operationId)).toEqual(['login']);
    expect(operation('/magma/v1/user/login', 'post')['security']).toEqual([]);
  });
});
