import { z } from 'zod';
import { entityKeys } from '../../../core/configurator/keys.ts';
import { loadEntities, networkById } from '../../../core/configurator/load.ts';
import { type Entity, entityKey, find, type Graph } from '../../../core/configurator/model.ts';
import { conflict, notFound } from '../../../core/errors.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { commitEntities, entityEtag } from '../../../core/rest/entity-part.ts';
import { checkIfMatch, rewrite } from '../../../core/rest/etag.ts';
import { pathParams } from '../../../core/rest/fields.ts';
import { answers, created, createdEmpty, done, noContent, ok } from '../../../core/rest/reply.ts';
import { tierId } from '../schemas/tier-id.ts';
import { tier } from '../schemas/tier.ts';
import { magmadId, tierEntityId, UPGRADE_TIER } from '../services/gateway/model.ts';
import { sameIdFaults } from '../../../core/rest/same-id.ts';
import { createTier, deleteTier, gatewaysNamed, toTier, updateTier } from '../services/tier.ts';

const tag = 'Upgrades';
const inNetwork = pathParams('network_id');
const one = pathParams('network_id', 'tier_id');
const reads = { action: 'read', scope: 'network' } as const;
const writes = { action: 'write', scope: 'network' } as const;

/** Error: `not_found`. */
export function foundTier(graph: Graph, id: string): Entity {
  const found = find(graph, UPGRADE_TIER, id);
  if (!found) throw notFound(`tier "${id}"`);
  return found;
}

/** A graph of this entity alone: what its own tag and its own guard are made of. */
export const alone = (entity: Entity): Graph => ({ entities: new Map([[entityKey(entity), entity]]) });

const list = route({
  method: 'get',
  path: '/networks/{network_id}/tiers',
  operationId: 'listTiers',
  tag,
  summary: 'List the ids of the upgrade tiers of a network',
  permission: reads,
  params: inNetwork,
  responses: answers(z.array(tierId), 'Ids, sorted'),
  handle: async ({ params: { network_id: networkId } }, ctx) => {
    const [network, keys] = await ctx.read(
      networkById({ id: networkId }),
      entityKeys({ networkId, type: UPGRADE_TIER, after: '', limit: -1 }),
    );
    if (!network) throw notFound(`network "${networkId}"`);
    return ok(keys);
  },
});

const create = route({
  method: 'post',
  path: '/networks/{network_id}/tiers',
  operationId: 'createTier',
  tag,
  summary: 'Create an upgrade tier',
  description: 'Gateways named here leave the tier they were in.',
  permission: writes,
  params: inNetwork,
  body: tier,
  responses: createdEmpty,
  handle: ({ params: { network_id: networkId }, body }, ctx) =>
    rewrite(ctx, async () => {
      const [network, graph] = await ctx.read(
        networkById({ id: networkId }),
        loadEntities(networkId, [tierEntityId(body.id), ...body.gateways.map(magmadId)]),
      );
      if (!network) throw notFound(`network "${networkId}"`);
      const gateways = gatewaysNamed(graph, body.gateways, 'body.gateways');
      if (find(graph, UPGRADE_TIER, body.id)) throw conflict(`tier "${body.id}"`);
      const mutations = createTier(body, gateways);
      const expect = [{ ...tierEntityId(body.id), version: 0 }];
      await ctx.commit({ networkId, action: 'tier.create', target: body.id, mutations, expect });
      return created();
    }),
});

const get = route({
  method: 'get',
  path: '/networks/{network_id}/tiers/{tier_id}',
  operationId: 'getTier',
  tag,
  summary: 'Read an upgrade tier',
  permission: reads,
  params: one,
  responses: answers(tier, 'The tier', 'ETag'),
  handle: async ({ params: { network_id: networkId, tier_id: id } }, ctx) => {
    const [graph] = await ctx.read(loadEntities(networkId, [tierEntityId(id)]));
    return ok(toTier(foundTier(graph, id)), entityEtag(graph));
  },
});

const put = route({
  method: 'put',
  path: '/networks/{network_id}/tiers/{tier_id}',
  operationId: 'putTier',
  tag,
  summary: 'Replace an upgrade tier and the set of its gateways',
  permission: writes,
  params: one,
  body: tier,
  validate: ({ params: { tier_id: id }, body }) => sameIdFaults(id, body.id),
  responses: done,
  handle: ({ params: { network_id: networkId, tier_id: id }, body }, ctx) =>
    rewrite(ctx, async () => {
      const [graph] = await ctx.read(loadEntities(networkId, [tierEntityId(id), ...body.gateways.map(magmadId)]));
      const current = foundTier(graph, id);
      const mutations = updateTier(current, body, gatewaysNamed(graph, body.gateways, 'body.gateways'));
      await commitEntities(ctx, networkId, alone(current), { action: 'tier.update', target: id, mutations, merges: true });
      return noContent();
    }),
});

const remove = route({
  method: 'delete',
  path: '/networks/{network_id}/tiers/{tier_id}',
  operationId: 'deleteTier',
  tag,
  summary: 'Delete an upgrade tier',
  description: 'Its gateways stay, without a tier. A tier that does not exist counts as deleted.',
  permission: writes,
  params: one,
  responses: done,
  handle: ({ params: { network_id: networkId, tier_id: id } }, ctx) =>
    rewrite(ctx, async () => {
      const [graph] = await ctx.read(loadEntities(networkId, [tierEntityId(id)], { withConfig: false }));
      const current = find(graph, UPGRADE_TIER, id);
      if (current) {
        const mutations = deleteTier(current);
        await commitEntities(ctx, networkId, graph, { action: 'tier.delete', target: id, mutations, merges: true });
      } else checkIfMatch(ctx, []);
      return noContent();
    }),
});

export const tierRoutes: readonly Route[] = [list, create, get, put, remove];
