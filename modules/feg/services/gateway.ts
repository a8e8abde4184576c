import { loadEntities } from '../../../core/configurator/load.ts';
import { type Entity, type EntityId, find, type Graph } from '../../../core/configurator/model.ts';
import type { Mutation } from '../../../core/configurator/mutations.ts';
import type { Query } from '../../../core/db/statement.ts';
import { notFound } from '../../../core/errors.ts';
import type { GatewayReport } from '../../../core/module/context.ts';
import {
  createGateway,
  createSubtype,
  type GatewayFacts,
  MAGMAD_GATEWAY,
  magmadId,
  type Registration,
  readGateway,
  updateGateway,
} from '../../orc8r/services/gateway/index.ts';
import type { FederationConfigs } from '../schemas/federation-configs.ts';
import type { MutableFederationGateway } from '../schemas/federation-gateway.ts';
import { FEDERATION_GATEWAY } from './entity-types.ts';

/** Both entities of a federation gateway. */
export interface FegPair {
  readonly magmad: Entity;
  readonly federation: Entity;
}

export const federationId = (key: string): EntityId => ({ type: FEDERATION_GATEWAY, key });

/** Loads the gateway and its federation side. */
export const wholeGateway = (networkId: string, id: string): Query<Graph> => loadEntities(networkId, [magmadId(id)], { down: 1 });

/** Error: `not_found`, also for a gateway of another kind. */
export function fegPair(graph: Graph, id: string): FegPair {
  const magmad = find(graph, MAGMAD_GATEWAY, id);
  const federation = find(graph, FEDERATION_GATEWAY, id);
  if (!magmad || !federation) throw notFound(`federation gateway "${id}"`);
  return { magmad, federation };
}

/** Its own federation settings; undefined when it goes by those of its network. */
export const ownFederation = (federation: Entity): FederationConfigs | undefined =>
  (federation.config ?? undefined) as FederationConfigs | undefined;

export const setFederation = (key: string, config: FederationConfigs | null): Mutation[] => [
  { do: 'update_entity', id: federationId(key), config },
];

/** A federation gateway as readers see it; `federation` is null where it goes by its network's. */
export async function readFederationGateway(
  { magmad, federation }: FegPair,
  report: GatewayReport | undefined,
  registration: Registration,
): Promise<unknown> {
  return { ...(await readGateway(magmad, report, registration)), federation: federation.config };
}

/** Errors: those of any gateway. */
export function createFederationGateway(networkId: string, body: MutableFederationGateway, facts: GatewayFacts): Mutation[] {
  const base = createGateway(networkId, body, facts);
  return [...base, ...createSubtype(FEDERATION_GATEWAY, body.id, body.federation ?? null)];
}

/** Errors: those of any gateway. A body without federation settings takes them away. */
export function updateFederationGateway(
  networkId: string,
  { magmad: { key } }: FegPair,
  body: MutableFederationGateway,
  facts: GatewayFacts,
): Mutation[] {
  const base = updateGateway(networkId, key, body, facts);
  return [...base, ...setFederation(key, body.federation ?? null)];
}
