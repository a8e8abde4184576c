import { z } from 'zod';
import { conflict, invalid, notFound } from '../../../core/errors.ts';
import { permittedTenants } from '../../../core/identity/access.ts';
import { demandHolds } from '../../../core/identity/delegation.ts';
import type { RequestContext } from '../../../core/module/context.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { checkIfMatch, rewrite } from '../../../core/rest/etag.ts';
import { pathParams } from '../../../core/rest/fields.ts';
import { answers, created, createdEmpty, done, noContent, ok } from '../../../core/rest/reply.ts';
import { sameIdFaults } from '../../../core/rest/same-id.ts';
import {
  allTenants,
  createTenant,
  deleteTenant,
  setControlProxy,
  type Tenant,
  tenantById,
  updateTenant,
} from '../../../core/tenants/tenants.ts';
import { changedTenant, controlProxy, tenant } from '../schemas/tenant.ts';

const tag = 'Tenants';
const one = '/tenants/{tenant_id}';
const params = pathParams('tenant_id');
const reads = { action: 'read', scope: 'tenant' } as const;
// Whoever may say which networks a tenant has could take any, so a grant on the tenant is not enough for that.
const writes = { action: 'write', scope: 'all' } as const;

const toModel = ({ id, name, networks }: Tenant) => ({ id, name, networks });

/** The number in the URL, written in one way only: grants compare texts. Error: `invalid`. */
function numberOf(text: string): number {
  const id = Number(text);
  if (!/^(0|[1-9]\d{0,15})$/.test(text) || !Number.isSafeInteger(id))
    throw invalid([{ path: 'path.tenant_id', message: 'must be a whole number without leading zeros' }]);
  return id;
}

/** Error: `not_found`. */
async function load(ctx: RequestContext, text: string): Promise<Tenant> {
  const id = numberOf(text);
  const [found] = await ctx.read(tenantById({ id }));
  if (!found) throw notFound(`tenant ${id}`);
  return found;
}

/** Who says which networks a tenant has gives and takes rights on them. Error: `forbidden` unless the caller has those. */
async function demandNetworks(ctx: RequestContext, before: readonly string[], after: readonly string[]): Promise<void> {
  const moved = [...before.filter((id) => !after.includes(id)), ...after.filter((id) => !before.includes(id))];
  const rights = moved.map((resource) => ({ effect: 'ALLOW', action: 'WRITE', resourceType: 'network', resource }) as const);
  demandHolds(await ctx.principal(), rights, 'give or take');
}

const changed = (id: number, change: 'create' | 'update' | 'delete') => [{ type: 'tenant', key: String(id), change }];

const list = route({
  method: 'get',
  path: '/tenants',
  operationId: 'listTenants',
  tag,
  summary: 'List all tenants that you may read',
  permission: { action: 'read', scope: 'tenants' },
  responses: answers(z.array(tenant), 'The tenants, by number'),
  handle: async (_input, ctx) => {
    const [all] = await ctx.read(allTenants());
    const permitted = new Set(
      permittedTenants(
        await ctx.principal(),
        all.map(({ id }) => id),
      ),
    );
    return ok(all.filter(({ id }) => permitted.has(id)).map(toModel));
  },
});

const create = route({
  method: 'post',
  path: '/tenants',
  operationId: 'createTenant',
  tag,
  summary: 'Create a tenant',
  permission: writes,
  body: tenant,
  anyContentType: true,
  responses: createdEmpty,
  handle: async ({ body: { id, name = '', networks } }, ctx) => {
    const [taken] = await ctx.read(tenantById({ id }));
    if (taken) throw conflict(`tenant ${id}`);
    await demandNetworks(ctx, [], networks);
    const statements = createTenant({ id, name, networks });
    await ctx.execute({
      action: 'tenant.create',
      target: String(id),
      statements,
      detail: { name, networks },
      changes: changed(id, 'create'),
    });
    return created();
  },
});

const get = route({
  method: 'get',
  path: one,
  operationId: 'getTenant',
  tag,
  summary: 'Read a tenant',
  permission: reads,
  params,
  responses: answers(tenant, 'The tenant', 'ETag'),
  handle: async ({ params: { tenant_id: id } }, ctx) => {
    const found = await load(ctx, id);
    return ok(toModel(found), [found.version]);
  },
});

const put = route({
  method: 'put',
  path: one,
  operationId: 'putTenant',
  tag,
  summary: 'Replace name and networks of a tenant',
  permission: writes,
  params,
  body: changedTenant,
  anyContentType: true,
  validate: ({ params: { tenant_id: text }, body: { id = Number(text) } }) => (id === Number(text) ? [] : sameIdFaults(text, String(id))),
  responses: done,
  handle: ({ params: { tenant_id: text }, body: { name = '', networks } }, ctx) =>
    rewrite(ctx, async () => {
      const found = await load(ctx, text);
      const { id } = found;
      checkIfMatch(ctx, [found.version]);
      await demandNetworks(ctx, found.networks, networks);
      const statements = updateTenant(found, { name, networks });
      await ctx.execute({
        action: 'tenant.update',
        target: String(id),
        statements,
        detail: { name, networks },
        changes: changed(id, 'update'),
      });
      return noContent();
    }),
});

const remove = route({
  method: 'delete',
  path: one,
  operationId: 'deleteTenant',
  tag,
  summary: 'Delete a tenant',
  description: 'Its networks stay.',
  permission: writes,
  params,
  responses: done,
  handle: ({ params: { tenant_id: text } }, ctx) =>
    rewrite(ctx, async () => {
      const found = await load(ctx, text);
      checkIfMatch(ctx, [found.version]);
      await demandNetworks(ctx, found.networks, []);
      const { id } = found;
      await ctx.execute({ action: 'tenant.delete', target: String(id), statements: deleteTenant(found), changes: changed(id, 'delete') });
      return noContent();
    }),
});

const getProxy = route({
  method: 'get',
  path: `${one}/control_proxy`,
  operationId: 'getTenantControlProxy',
  tag,
  summary: 'Read what gateways of a tenant are told when they register',
  permission: reads,
  params,
  responses: answers(controlProxy, 'The text', 'ETag'),
  handle: async ({ params: { tenant_id: id } }, ctx) => {
    const found = await load(ctx, id);
    if (found.controlProxy === null) throw notFound(`control_proxy of tenant ${found.id}`);
    return ok({ control_proxy: found.controlProxy }, [found.version]);
  },
});

const putProxy = route({
  method: 'put',
  path: `${one}/control_proxy`,
  operationId: 'putTenantControlProxy',
  tag,
  summary: 'Set what gateways of a tenant are told when they register',
  permission: { action: 'write', scope: 'tenant' },
  params,
  body: controlProxy,
  anyContentType: true,
  responses: done,
  handle: ({ params: { tenant_id: text }, body }, ctx) =>
    rewrite(ctx, async () => {
      const found = await load(ctx, text);
      checkIfMatch(ctx, [found.version]);
      const statements = setControlProxy(found, body.control_proxy);
      await ctx.execute({ action: 'tenant.control_proxy', target: String(found.id), statements, changes: changed(found.id, 'update') });
      return noContent();
    }),
});

/** Tenants; a grant on one opens its networks (core/identity/access.ts). */
export const tenantRoutes: readonly Route[] = [list, create, get, put, remove, getProxy, putProxy];
