import type { Mutation } from '../../../../core/configurator/mutations.ts';
import { type Entity, type EntityId, find, type Graph, parents } from '../../../../core/configurator/model.ts';
import { conflict, notFound, refuse } from '../../../../core/errors.ts';
import type { GatewayDevice } from '../../schemas/gateway-device.ts';
import { checkHardwareFree, foundGateway, type GatewayFacts, gatewayFaults } from './checks.ts';
import { GATEWAY_DEVICE, type GatewayInput, MAGMAD_GATEWAY, magmadId, tierEntityId, UPGRADE_TIER } from './model.ts';

/** For `expect` of a commit that creates a gateway: nobody else may have made it meanwhile. */
export const expectNoGateway = (id: string) => [{ ...magmadId(id), version: 0 }];

/**
 * The mutations that create a base gateway with its tier and device; a kind appends its own.
 * Errors: `not_found` (network), `conflict` (gateway id, hardware id), `invalid` (tier).
 */
export function createGateway(networkId: string, gateway: GatewayInput, facts: GatewayFacts): Mutation[] {
  if (!facts.network) throw notFound(`network "${networkId}"`);
  refuse(gatewayFaults(gateway, facts));
  if (gateway.device) checkHardwareFree(networkId, gateway.id, gateway.device.hardware_id, facts.owner);
  if (find(facts.graph, MAGMAD_GATEWAY, gateway.id)) throw conflict(`gateway "${gateway.id}"`);
  const { id, name, description, magmad: config, device, tier } = gateway;
  return [
    { do: 'create_entity', id: magmadId(id), name, description, config, physicalId: device?.hardware_id ?? null },
    { do: 'add_children', id: tierEntityId(tier), type: MAGMAD_GATEWAY, keys: [id], exclusive: true },
    ...(device ? [putDevice(device)] : []),
  ];
}

/** The part of a kind: an entity of the same key below the base gateway. To follow `createGateway`'s mutations. */
export function createSubtype(type: string, gatewayId: string, config: unknown): Mutation[] {
  return [
    { do: 'create_entity', id: { type, key: gatewayId }, config },
    { do: 'add_children', id: magmadId(gatewayId), type, keys: [gatewayId] },
  ];
}

/**
 * The mutations that replace a base gateway. A body without `device` leaves the hardware as it is; another hardware id
 * replaces it, and what the old hardware was certified with is revoked.
 * Errors: `not_found`, `conflict` (hardware id), `invalid` (tier).
 */
export function updateGateway(networkId: string, gatewayId: string, gateway: GatewayInput, facts: GatewayFacts): Mutation[] {
  if (!facts.network) throw notFound(`network "${networkId}"`);
  const current = foundGateway(facts.graph, gatewayId);
  refuse(gatewayFaults(gateway, facts));
  if (gateway.device) checkHardwareFree(networkId, gatewayId, gateway.device.hardware_id, facts.owner);
  const { name, description, magmad: config } = gateway;
  return [
    { do: 'update_entity', id: magmadId(gatewayId), name, description, config },
    ...(gateway.device ? setDevice(current, gateway.device) : []),
    ...moveToTier(gateway.tier, [current]),
  ];
}

/** The mutations that put a device record under a gateway, replacing other hardware. */
export function setDevice(gateway: Entity, device: GatewayDevice): Mutation[] {
  const old = gateway.physicalId;
  const replaces = old !== null && old !== device.hardware_id;
  return [
    ...(replaces ? removeHardware(old, 'the gateway was given other hardware') : []),
    // Also when the hardware stays: readers see the device, so the gateway counts as changed.
    { do: 'update_entity', id: magmadId(gateway.key), physicalId: device.hardware_id },
    putDevice(device),
  ];
}

/** Puts gateways into a tier and takes them out of those they were in. Nothing for those already there. */
export function moveToTier(tier: string, gateways: readonly Entity[]): Mutation[] {
  const moving = gateways.filter((gateway) => !isOnlyIn(gateway, tier));
  if (moving.length === 0) return [];
  const keys = moving.map((gateway) => gateway.key);
  return [...leaveTiers(moving, tier), { do: 'add_children', id: tierEntityId(tier), type: MAGMAD_GATEWAY, keys, exclusive: true }];
}

/** Takes gateways out of their tiers, all but one tier where that is given. */
export function leaveTiers(gateways: readonly Entity[], except?: string): Mutation[] {
  const leaving = new Map<string, string[]>();
  for (const gateway of gateways) {
    for (const tier of parents(gateway, UPGRADE_TIER)) {
      if (tier !== except) leaving.set(tier, [...(leaving.get(tier) ?? []), gateway.key]);
    }
  }
  return [...leaving].map(([tier, keys]): Mutation => ({ do: 'remove_children', id: tierEntityId(tier), type: MAGMAD_GATEWAY, keys }));
}

/**
 * The mutations that remove a gateway of any kind with its device record, and revoke its certificates.
 * `graph` holds the gateway and what is up to two steps below it; of that, types in `owned` go too and others (eNodeBs) stay.
 */
export function deleteGateway(gateway: Entity, graph: Graph, owned: ReadonlySet<string>): Mutation[] {
  const kinds = gateway.children.filter((id) => id.key === gateway.key);
  const below = kinds.flatMap((id) => find(graph, id.type, id.key)?.children ?? []).filter((id) => owned.has(id.type));
  const remove = (id: EntityId): Mutation => ({ do: 'delete_entity', id });
  return [
    ...leaveTiers([gateway]),
    ...below.map(remove),
    ...kinds.map(remove),
    remove(magmadId(gateway.key)),
    ...(gateway.physicalId === null ? [] : removeHardware(gateway.physicalId, 'the gateway was deleted')),
  ];
}

const putDevice = (device: GatewayDevice): Mutation => ({
  do: 'put_device',
  hardwareId: device.hardware_id,
  type: GATEWAY_DEVICE,
  info: device,
});

/** Takes the device record away and shuts out what was certified for it. */
export const removeHardware = (hardwareId: string, reason: string): Mutation[] => [
  { do: 'delete_device', hardwareId },
  { do: 'revoke_certificates', kind: 'gateway', subject: hardwareId, reason },
];

const isOnlyIn = (gateway: Entity, tier: string): boolean => {
  const tiers = parents(gateway, UPGRADE_TIER);
  return tiers.length === 1 && tiers[0] === tier;
};
