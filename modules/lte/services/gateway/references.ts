import { existing, idsJson, loadEntities } from '../../../../core/configurator/load.ts';
import { type EntityId, entityKey, find, type Graph } from '../../../../core/configurator/model.ts';
import type { Query } from '../../../../core/db/statement.ts';
import type { Fault } from '../../../../core/errors.ts';
import type { ApnResources } from '../../schemas/apn-resource.ts';
import type { CellularGatewayPoolConfigs, CellularGatewayPoolRecord } from '../../schemas/cellular-gateway-pool.ts';
import { APN, APN_RESOURCE, ENODEB, GATEWAY_POOL } from '../entity-types.ts';

/** What the parts of an LTE gateway point at. */
export interface References {
  readonly serials?: readonly string[];
  readonly resources?: ApnResources;
  readonly pools?: readonly CellularGatewayPoolRecord[];
}

/** Asks which of the eNodeBs, APNs and APN resources exist. */
export function knownReferences(networkId: string, { serials = [], resources = {} }: References): Query<Set<string>> {
  const ids: EntityId[] = [
    ...serials.map((key) => ({ type: ENODEB, key })),
    ...Object.values(resources).flatMap((resource) => [
      { type: APN, key: resource.apn_name },
      { type: APN_RESOURCE, key: resource.id },
    ]),
  ];
  return existing({ networkId, ids: idsJson(ids) });
}

/** Loads the pools that the records name. */
export const namedPools = (networkId: string, records: readonly CellularGatewayPoolRecord[] = []): Query<Graph> =>
  loadEntities(
    networkId,
    records.map((record) => ({ type: GATEWAY_POOL, key: record.gateway_pool_id })),
  );

/** One fault for each eNodeB that does not exist, named by its place in the list under `path`. */
export function unknownEnodebs(serials: readonly string[], known: ReadonlySet<string>, path: string): Fault[] {
  return serials.flatMap((serial, index) =>
    known.has(entityKey({ type: ENODEB, key: serial }))
      ? []
      : [{ path: `${path}[${index}]`, message: `eNodeB "${serial}" does not exist` }],
  );
}

/** One fault for each APN that does not exist. */
export function unknownApns(resources: ApnResources, known: ReadonlySet<string>, path: string): Fault[] {
  return Object.entries(resources).flatMap(([name, { apn_name }]) =>
    known.has(entityKey({ type: APN, key: apn_name }))
      ? []
      : [{ path: `${path}.${name}.apn_name`, message: `APN "${apn_name}" does not exist` }],
  );
}

/** Ids of APN resources that are in use by another gateway of the network. `own`: those of this gateway. */
export function takenResources(resources: ApnResources, known: ReadonlySet<string>, own: readonly string[] = []): string[] {
  const ids = Object.values(resources).map((resource) => resource.id);
  return ids.filter((key) => known.has(entityKey({ type: APN_RESOURCE, key })) && !own.includes(key));
}

/**
 * What is wrong with the pools of a gateway: those that do not exist or are listed twice, and those that differ from the first one in
 * what has to be the same in all of them.
 */
export function poolFaults(records: readonly CellularGatewayPoolRecord[], pools: Graph, path: string): Fault[] {
  const group = (id: string) => (find(pools, GATEWAY_POOL, id)?.config as CellularGatewayPoolConfigs | undefined)?.mme_group_id;
  const [first] = records;
  const firstGroup = records.map((record) => group(record.gateway_pool_id)).find((id) => id !== undefined);
  const seen = new Set<string>();
  return records.flatMap((record, index) => {
    const id = record.gateway_pool_id;
    const fault = (name: keyof CellularGatewayPoolRecord, message: string): Fault => ({ path: `${path}[${index}].${name}`, message });
    const faults = (['mme_code', 'mme_relative_capacity'] as const)
      .filter((name) => record[name] !== first?.[name])
      .map((name) => fault(name, 'must be the same in all pools of a gateway'));
    const own = group(id);
    if (seen.has(id)) faults.push(fault('gateway_pool_id', `pool "${id}" is listed twice`));
    else if (own === undefined) faults.push(fault('gateway_pool_id', `gateway pool "${id}" does not exist`));
    else if (own !== firstGroup) {
      const why = `all pools of a gateway must have the same, here ${firstGroup}`;
      faults.push(fault('gateway_pool_id', `pool "${id}" has mme_group_id ${own}; ${why}`));
    }
    seen.add(id);
    return faults;
  });
}
