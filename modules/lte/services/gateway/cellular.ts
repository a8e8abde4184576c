import { children, type Entity, find, type Graph } from '../../../../core/configurator/model.ts';
import type { Mutation } from '../../../../core/configurator/mutations.ts';
import { createSubtype } from '../../../orc8r/services/gateway/index.ts';
import type { ApnResource, ApnResources } from '../../schemas/apn-resource.ts';
import type { CellularGatewayPoolRecord } from '../../schemas/cellular-gateway-pool.ts';
import type { GatewayCellularConfigs } from '../../schemas/gateway-cellular-configs.ts';
import { APN, APN_RESOURCE, CELLULAR_GATEWAY, ENODEB, GATEWAY_POOL } from '../entity-types.ts';

/** What an LTE gateway has beyond what every gateway has. */
export interface CellularGateway {
  readonly cellular: GatewayCellularConfigs;
  readonly connected_enodeb_serials: readonly string[];
  readonly apn_resources?: ApnResources | undefined;
}

const cellularId = (key: string) => ({ type: CELLULAR_GATEWAY, key });

/** Ids of the APN resources of a gateway. */
export const resourceIds = (cellular: Entity): string[] => children(cellular, APN_RESOURCE);

/** Reads the cellular side of a gateway from its entity and the entities below it. */
export function readCellular(cellular: Entity, graph: Graph): CellularGateway {
  const resources = resourceIds(cellular).flatMap((id) => {
    const entity = find(graph, APN_RESOURCE, id);
    return entity ? [entity.config as ApnResource] : [];
  });
  return {
    cellular: cellular.config as GatewayCellularConfigs,
    connected_enodeb_serials: children(cellular, ENODEB),
    apn_resources: Object.fromEntries(resources.map((resource) => [resource.apn_name, resource])),
  };
}

/** The mutations that give a new gateway its cellular side; to follow those that create the base gateway. */
export function createCellular(key: string, gateway: CellularGateway): Mutation[] {
  return [
    ...createSubtype(CELLULAR_GATEWAY, key, gateway.cellular),
    ...(gateway.cellular.pooling ? setPools(key, gateway.cellular.pooling) : []),
    ...setEnodebs(key, gateway.connected_enodeb_serials),
    ...setResources(key, gateway.apn_resources, []),
  ];
}

/** Replaces the cellular side. `owned`: ids of the APN resources it has so far; those no longer named are deleted. */
export function updateCellular(key: string, gateway: CellularGateway, owned: readonly string[]): Mutation[] {
  return [
    ...setCellularConfig(key, gateway.cellular),
    ...setEnodebs(key, gateway.connected_enodeb_serials),
    ...setResources(key, gateway.apn_resources, owned),
  ];
}

/** Stores the settings; the edges from pools follow the records in them, so that the two never disagree. */
export const setCellularConfig = (key: string, config: GatewayCellularConfigs): Mutation[] => [
  { do: 'update_entity', id: cellularId(key), config },
  ...setPools(key, config.pooling ?? []),
];

/** The edges alone. */
export const setPools = (key: string, records: readonly CellularGatewayPoolRecord[]): Mutation[] => [
  { do: 'set_parents', id: cellularId(key), type: GATEWAY_POOL, keys: records.map((record) => record.gateway_pool_id) },
];

/** Settings with these pools; one that is in none has no list. */
export const withPools = (
  { pooling: _, ...rest }: GatewayCellularConfigs,
  records: readonly CellularGatewayPoolRecord[],
): GatewayCellularConfigs => (records.length > 0 ? { ...rest, pooling: [...records] } : rest);

/** Makes exactly these eNodeBs the connected ones; APN resources stay. */
export const setEnodebs = (key: string, serials: readonly string[]): Mutation[] => [
  { do: 'set_children', id: cellularId(key), type: ENODEB, keys: serials },
];

function setResources(key: string, resources: ApnResources = {}, owned: readonly string[]): Mutation[] {
  const wanted = Object.values(resources);
  const gone = owned.filter((id) => !wanted.some((resource) => resource.id === id));
  return [
    ...gone.map((id): Mutation => ({ do: 'delete_entity', id: { type: APN_RESOURCE, key: id } })),
    ...wanted.flatMap((resource): Mutation[] => {
      const id = { type: APN_RESOURCE, key: resource.id };
      return [
        { do: owned.includes(resource.id) ? 'update_entity' : 'create_entity', id, config: resource },
        { do: 'set_children', id, type: APN, keys: [resource.apn_name] },
      ];
    }),
    { do: 'set_children', id: cellularId(key), type: APN_RESOURCE, keys: wanted.map((resource) => resource.id) },
  ];
}
