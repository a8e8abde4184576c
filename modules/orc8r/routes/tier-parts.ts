import { loadEntities } from '../../../core/configurator/load.ts';
import type { Entity, Graph } from '../../../core/configurator/model.ts';
import type { Mutation } from '../../../core/configurator/mutations.ts';
import type { RequestContext } from '../../../core/module/context.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { commitEntities, entityPart } from '../../../core/rest/entity-part.ts';
import { rewrite } from '../../../core/rest/etag.ts';
import { pathParams } from '../../../core/rest/fields.ts';
import { newIdFaults } from '../../../core/rest/new-id.ts';
import { done, noContent } from '../../../core/rest/reply.ts';
import { gatewayId } from '../schemas/gateway.ts';
import { tierGateways, tierImage, tierImages, tierName, tierVersion } from '../schemas/tier.ts';
import { foundGateway } from '../services/gateway/checks.ts';
import { magmadId, tierEntityId, UPGRADE_TIER } from '../services/gateway/model.ts';
import { moveToTier } from '../services/gateway/write.ts';
import {
  addImage,
  dropFromTier,
  gatewayNamed,
  gatewaysNamed,
  gatewaysOf,
  removeImage,
  setTierConfig,
  setTierGateways,
  tierConfigOf,
} from '../services/tier.ts';
import { alone, foundTier } from './tiers.ts';

const tag = 'Upgrades';
const base = '/networks/{network_id}/tiers/{tier_id}';
const one = pathParams('network_id', 'tier_id');
const writes = { action: 'write', scope: 'network' } as const;
const shared = { param: 'tier_id', tag, noun: 'tier', type: UPGRADE_TIER } as const;

const scalars: readonly Route[] = [
  ...entityPart({
    ...shared,
    path: `${base}/name`,
    name: 'TierName',
    what: 'name of a tier',
    schema: tierName,
    read: (tier) => tier.name,
    write: (name, tier) => [{ do: 'update_entity', id: tierEntityId(tier.key), name }],
  }),
  ...entityPart({
    ...shared,
    path: `${base}/version`,
    name: 'TierVersion',
    what: 'software version of a tier',
    schema: tierVersion,
    read: (tier) => tierConfigOf(tier).version,
    write: (version, tier) => setTierConfig(tier, { version }),
    merges: true,
  }),
  ...entityPart({
    ...shared,
    path: `${base}/images`,
    name: 'TierImages',
    what: 'images of a tier',
    schema: tierImages,
    read: (tier) => tierConfigOf(tier).images,
    write: (images, tier) => setTierConfig(tier, { images }),
    merges: true,
  }),
  ...entityPart({
    ...shared,
    path: `${base}/gateways`,
    name: 'TierGateways',
    what: 'gateways of a tier',
    schema: tierGateways,
    read: gatewaysOf,
    needs: (ids, networkId) => loadEntities(networkId, ids.map(magmadId)),
    write: (ids, tier, named: Graph) => setTierGateways(tier, gatewaysNamed(named, ids, 'body')),
    merges: true,
  }),
];

/** A change of a tier that builds on what it was; `gateway` is loaded with it. */
function changeTier(
  ctx: RequestContext,
  networkId: string,
  tierKey: string,
  change: (tier: Entity, graph: Graph) => readonly Mutation[],
  gateway?: string,
): Promise<ReturnType<typeof noContent>> {
  return rewrite(ctx, async () => {
    const [graph] = await ctx.read(loadEntities(networkId, [tierEntityId(tierKey), ...(gateway === undefined ? [] : [magmadId(gateway)])]));
    const tier = foundTier(graph, tierKey);
    const mutations = change(tier, graph);
    await commitEntities(ctx, networkId, alone(tier), { action: 'tier.update', target: tierKey, mutations, merges: true });
    return noContent();
  });
}

const members: readonly Route[] = [
  route({
    method: 'post',
    path: `${base}/images`,
    operationId: 'addTierImage',
    tag,
    summary: 'Add an image to a tier',
    permission: writes,
    guarded: true,
    params: one,
    body: tierImage,
    validate: ({ body }) => newIdFaults(body.name, 'body.name'),
    responses: done,
    handle: ({ params, body }, ctx) => changeTier(ctx, params.network_id, params.tier_id, (tier) => addImage(tier, body)),
  }),
  route({
    method: 'delete',
    path: `${base}/images/{image_name}`,
    operationId: 'deleteTierImage',
    tag,
    summary: 'Take an image out of a tier',
    permission: writes,
    params: pathParams('network_id', 'tier_id', 'image_name'),
    responses: done,
    handle: ({ params }, ctx) => changeTier(ctx, params.network_id, params.tier_id, (tier) => removeImage(tier, params.image_name)),
  }),
  route({
    method: 'post',
    path: `${base}/gateways`,
    operationId: 'addTierGateway',
    tag,
    summary: 'Put a gateway into a tier',
    description: 'The gateway leaves the tier it was in.',
    permission: writes,
    guarded: true,
    params: one,
    body: gatewayId,
    responses: done,
    handle: ({ params, body }, ctx) =>
      changeTier(ctx, params.network_id, params.tier_id, (tier, graph) => moveToTier(tier.key, [gatewayNamed(graph, body, 'body')]), body),
  }),
  route({
    method: 'delete',
    path: `${base}/gateways/{gateway_id}`,
    operationId: 'deleteTierGateway',
    tag,
    summary: 'Take a gateway out of a tier',
    permission: writes,
    params: pathParams('network_id', 'tier_id', 'gateway_id'),
    responses: done,
    handle: ({ params: { network_id: networkId, tier_id: tierKey, gateway_id: id } }, ctx) =>
      changeTier(
        ctx,
        networkId,
        tierKey,
        (tier, graph) => {
          foundGateway(graph, id);
          return gatewaysOf(tier).includes(id) ? dropFromTier(tier.key, [id]) : [];
        },
        id,
      ),
  }),
];

export const tierPartRoutes: readonly Route[] = [...scalars, ...members];
