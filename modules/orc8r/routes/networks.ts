import { z } from 'zod';
import { networkById, networkIds } from '../../../core/configurator/load.ts';
import { NETWORK } from '../../../core/configurator/mutations.ts';
import { conflict, notFound } from '../../../core/errors.ts';
import { demandNotDenied, permittedNetworks } from '../../../core/identity/access.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { checkIfMatch, rewrite } from '../../../core/rest/etag.ts';
import { pathParams } from '../../../core/rest/fields.ts';
import { commitNetwork } from '../../../core/rest/network-part.ts';
import { newIdFaults } from '../../../core/rest/new-id.ts';
import { answers, created, createdWith, done, noContent, ok } from '../../../core/rest/reply.ts';
import { network, networkId } from '../schemas/network.ts';
import { sameIdFaults } from '../../../core/rest/same-id.ts';
import { createNetworkMutations, toNetworkModel, updateNetworkMutations } from '../services/network.ts';

const tag = 'Networks';
const params = pathParams('network_id');
const reads = { action: 'read', scope: 'network' } as const;
const writes = { action: 'write', scope: 'network' } as const;

const list = route({
  method: 'get',
  path: '/networks',
  operationId: 'listNetworks',
  tag,
  summary: 'List the ids of all networks that you may read',
  permission: { action: 'read', scope: 'networks' },
  responses: answers(z.array(z.string()).meta({ examples: [['city']] }), 'Ids, sorted'),
  handle: async (_input, ctx) => {
    const [ids] = await ctx.read(networkIds({ type: null }));
    const principal = await ctx.principal();
    return ok(permittedNetworks(principal, ids));
  },
});

const create = route({
  method: 'post',
  path: '/networks',
  operationId: 'createNetwork',
  tag,
  summary: 'Create a network of any type',
  permission: { action: 'write', scope: 'networks' },
  body: network,
  validate: ({ body }) => newIdFaults(body.id, 'body.id'),
  responses: createdWith(networkId, 'Id of the new network'),
  handle: ({ body }, ctx) =>
    rewrite(ctx, async () => {
      const { id } = body;
      const [existing] = await ctx.read(networkById({ id }));
      demandNotDenied(await ctx.principal(), 'write', id);
      if (existing) throw conflict(`network "${id}"`);
      const mutations = createNetworkMutations(body);
      await ctx.commit({ networkId: id, action: 'network.create', target: id, mutations, expect: [{ ...NETWORK, version: 0 }] });
      return created(id);
    }),
});

const get = route({
  method: 'get',
  path: '/networks/{network_id}',
  operationId: 'getNetwork',
  tag,
  summary: 'Read a network of any type',
  permission: reads,
  params,
  responses: answers(network, 'The network', 'ETag'),
  handle: async ({ params: { network_id: id } }, ctx) => {
    const [found] = await ctx.read(networkById({ id }));
    if (!found) throw notFound(`network "${id}"`);
    return ok(toNetworkModel(found), [found.version]);
  },
});

const put = route({
  method: 'put',
  path: '/networks/{network_id}',
  operationId: 'putNetwork',
  tag,
  summary: 'Replace the settings that all types of networks share',
  description: 'Settings of the network type (for instance cellular ones) stay as they are, and so does the type when none is given.',
  permission: writes,
  params,
  body: network,
  validate: ({ params: { network_id: id }, body }) => sameIdFaults(id, body.id),
  responses: done,
  handle: ({ params: { network_id: id }, body }, ctx) =>
    rewrite(ctx, async () => {
      const [found] = await ctx.read(networkById({ id }));
      if (!found) throw notFound(`network "${id}"`);
      await commitNetwork(ctx, found, updateNetworkMutations(body));
      return noContent();
    }),
});

const remove = route({
  method: 'delete',
  path: '/networks/{network_id}',
  operationId: 'deleteNetwork',
  tag,
  summary: 'Delete a network with everything in it',
  description: 'Its gateways are cut off and their certificates revoked. A network that does not exist counts as deleted.',
  permission: writes,
  params,
  responses: done,
  handle: ({ params: { network_id: id } }, ctx) =>
    rewrite(ctx, async () => {
      const [found] = await ctx.read(networkById({ id }));
      if (found) await commitNetwork(ctx, found, [{ do: 'delete_network' }], false, 'network.delete');
      else checkIfMatch(ctx, []);
      return noContent();
    }),
});

export const networkRoutes: readonly Route[] = [list, create, get, put, remove];
