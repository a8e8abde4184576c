import { children, type Entity, find, type Graph } from '../../../core/configurator/model.ts';
import type { Mutation } from '../../../core/configurator/mutations.ts';
import { conflict, type Fault, invalid, notFound, refuse } from '../../../core/errors.ts';
import type { Tier, TierConfig, TierImage } from '../schemas/tier.ts';
import { MAGMAD_GATEWAY, tierEntityId } from './gateway/model.ts';
import { moveToTier } from './gateway/write.ts';

/** What is kept of a tier beside its name and its edges to gateways. */
export const tierConfigOf = (tier: Entity): TierConfig => tier.config as TierConfig;
export const gatewaysOf = (tier: Entity): string[] => children(tier, MAGMAD_GATEWAY);

export function toTier(tier: Entity): Tier {
  const { version, images } = tierConfigOf(tier);
  return { id: tier.key, name: tier.name, version, images, gateways: gatewaysOf(tier) };
}

/**
 * Those gateways of a graph. Error: `invalid`, naming each that is not there. `path` is where their list stands in the request.
 */
export function gatewaysNamed(graph: Graph, ids: readonly string[], path: string): Entity[] {
  const missing = ids.flatMap((id, index) => (find(graph, MAGMAD_GATEWAY, id) ? [] : [missingGateway(id, `${path}[${index}]`)]));
  refuse(missing);
  return ids.flatMap((id) => find(graph, MAGMAD_GATEWAY, id) ?? []);
}

/** The one gateway of that id. Error: `invalid` when it is not there. `path` is where the id stands in the request. */
export function gatewayNamed(graph: Graph, id: string, path: string): Entity {
  const gateway = find(graph, MAGMAD_GATEWAY, id);
  if (!gateway) throw invalid([missingGateway(id, path)]);
  return gateway;
}

const missingGateway = (id: string, path: string): Fault => ({ path, message: `gateway "${id}" does not exist in this network` });

export function createTier(tier: Tier, gateways: readonly Entity[]): Mutation[] {
  const { id, name = '', version, images } = tier;
  return [{ do: 'create_entity', id: tierEntityId(id), name, config: { version, images } }, ...moveToTier(id, gateways)];
}

export function updateTier(current: Entity, tier: Tier, gateways: readonly Entity[]): Mutation[] {
  const { id, name = '', version, images } = tier;
  return [{ do: 'update_entity', id: tierEntityId(id), name, config: { version, images } }, ...setTierGateways(current, gateways)];
}

/** Makes exactly these the gateways of a tier; each leaves the tier it was in. */
export function setTierGateways(tier: Entity, gateways: readonly Entity[]): Mutation[] {
  const wanted = new Set(gateways.map((gateway) => gateway.key));
  const leaving = gatewaysOf(tier).filter((key) => !wanted.has(key));
  return [...dropFromTier(tier.key, leaving), ...moveToTier(tier.key, gateways)];
}

export const dropFromTier = (tier: string, gateways: readonly string[]): Mutation[] =>
  gateways.length === 0 ? [] : [{ do: 'remove_children', id: tierEntityId(tier), type: MAGMAD_GATEWAY, keys: gateways }];

/** The gateways of a tier are named in the commit, because they lose their version with it. */
export const deleteTier = (tier: Entity): Mutation[] => [
  ...dropFromTier(tier.key, gatewaysOf(tier)),
  { do: 'delete_entity', id: tierEntityId(tier.key) },
];

export const setTierConfig = (tier: Entity, change: Partial<TierConfig>): Mutation[] => [
  { do: 'update_entity', id: tierEntityId(tier.key), config: { ...tierConfigOf(tier), ...change } },
];

/** Error: `conflict`. */
export function addImage(tier: Entity, image: TierImage): Mutation[] {
  const { images } = tierConfigOf(tier);
  if (images.some((each) => each.name === image.name)) throw conflict(`image "${image.name}"`);
  return setTierConfig(tier, { images: [...images, image] });
}

/** Error: `not_found`. */
export function removeImage(tier: Entity, name: string): Mutation[] {
  const { images } = tierConfigOf(tier);
  if (!images.some((each) => each.name === name)) throw notFound(`image "${name}"`);
  return setTierConfig(tier, { images: images.filter((each) => each.name !== name) });
}
