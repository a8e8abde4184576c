import { byPhysicalId, loadEntities, networkById } from '../../../../core/configurator/load.ts';
import { type Entity, find, type Graph, type Network } from '../../../../core/configurator/model.ts';
import type { Query } from '../../../../core/db/statement.ts';
import { type Fault, invalid, notFound, OrcError } from '../../../../core/errors.ts';
import { sameIdFaults } from '../../../../core/rest/same-id.ts';
import { challengeKeyFaults } from './challenge-key.ts';
import { type GatewayInput, MAGMAD_GATEWAY, magmadId, tierEntityId, UPGRADE_TIER } from './model.ts';

type Owner = { networkId: string; type: string; key: string } | undefined;

/**
 * What must be known before a gateway is created or replaced (`id`: that of the URL, when there is one). Spread these into the one
 * read of a request, with whatever the gateway's kind needs besides, and hand the first three results to `createGateway` or
 * `updateGateway`.
 */
export function gatewayQueries(
  networkId: string,
  gateway: GatewayInput,
  id = gateway.id,
): [Query<Network | undefined>, Query<Graph>, Query<Owner>] {
  return [
    networkById({ id: networkId }),
    loadEntities(networkId, [magmadId(id), tierEntityId(gateway.tier)]),
    byPhysicalId({ physicalId: gateway.device?.hardware_id ?? '' }),
  ];
}

export interface GatewayFacts {
  readonly network: Network | undefined;
  /** Holds the gateway and the tier it is to be in, those that exist. */
  readonly graph: Graph;
  /** Who has the hardware id now. */
  readonly owner: Owner;
  /** What is wrong with that part of the body which only its kind knows, to be told with the rest. */
  readonly faults?: readonly Fault[];
}

/** What is wrong with a gateway's body by itself: its id, which is `id` where the URL says so, and its challenge key. */
export async function ownGatewayFaults({ id: inBody, device }: GatewayInput, id = inBody): Promise<Fault[]> {
  return [...sameIdFaults(id, inBody), ...(device ? await challengeKeyFaults(device.key, 'body.device.key') : [])];
}

/** What is wrong with a gateway in the light of what is stored: its tier, and what its kind knows. */
export const gatewayFaults = ({ tier }: GatewayInput, { graph, faults: ofKind = [] }: GatewayFacts): Fault[] => [
  ...(find(graph, UPGRADE_TIER, tier) ? [] : [missingTier(tier, 'body.tier')]),
  ...ofKind,
];

const missingTier = (tier: string, path: string): Fault => ({ path, message: `tier "${tier}" does not exist in this network` });

export const unknownTier = (tier: string, path: string): OrcError => invalid([missingTier(tier, path)]);

/** Names the holder of a hardware id only to those who can see it: in the same network. Error: `conflict`. */
export function checkHardwareFree(networkId: string, gatewayId: string, hardwareId: string, owner: Owner): void {
  if (!owner || (owner.networkId === networkId && owner.type === MAGMAD_GATEWAY && owner.key === gatewayId)) return;
  const holder = owner.type === MAGMAD_GATEWAY ? 'gateway' : owner.type;
  const where = owner.networkId === networkId ? ` by ${holder} "${owner.key}"` : '';
  throw new OrcError('conflict', `hardware id "${hardwareId}" is already in use${where}`);
}

/** Error: `not_found`. */
export function foundGateway(graph: Graph, id: string): Entity {
  const gateway = find(graph, MAGMAD_GATEWAY, id);
  if (!gateway) throw notFound(`gateway "${id}"`);
  return gateway;
}
