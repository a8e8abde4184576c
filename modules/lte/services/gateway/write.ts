import type { Query } from '../../../../core/db/statement.ts';
import type { Graph } from '../../../../core/configurator/model.ts';
import type { Mutation } from '../../../../core/configurator/mutations.ts';
import { conflict, type Fault } from '../../../../core/errors.ts';
import { createGateway, gatewayQueries, type GatewayFacts, updateGateway } from '../../../orc8r/services/gateway/index.ts';
import type { MutableLteGateway } from '../../schemas/lte-gateway.ts';
import { createCellular, resourceIds, updateCellular } from './cellular.ts';
import type { LtePair } from './read.ts';
import { knownReferences, namedPools, poolFaults, takenResources, unknownApns, unknownEnodebs } from './references.ts';

/** What must be known before an LTE gateway is written; all of it fits into one read. */
export const lteGatewayQueries = (networkId: string, body: MutableLteGateway, id = body.id) =>
  [
    ...gatewayQueries(networkId, body, id),
    knownReferences(networkId, { serials: body.connected_enodeb_serials, resources: body.apn_resources ?? {} }),
    namedPools(networkId, body.cellular.pooling),
  ] as const satisfies readonly Query<unknown>[];

export interface LteFacts extends GatewayFacts {
  /** Which of the referenced entities exist. */
  readonly known: ReadonlySet<string>;
  readonly pools: Graph;
}

/** Errors: as for any gateway; `invalid` naming every unknown eNodeB, APN and pool; `conflict` for a taken resource id. */
export function createLteGateway(networkId: string, body: MutableLteGateway, facts: LteFacts): Mutation[] {
  const base = createGateway(networkId, body, { ...facts, faults: cellularFaults(body, facts) });
  checkResourcesFree(body, facts, []);
  return [...base, ...createCellular(body.id, body)];
}

/** Errors: as for `createLteGateway`. */
export function updateLteGateway(networkId: string, pair: LtePair, body: MutableLteGateway, facts: LteFacts): Mutation[] {
  const owned = resourceIds(pair.cellular);
  const base = updateGateway(networkId, pair.magmad.key, body, { ...facts, faults: cellularFaults(body, facts) });
  checkResourcesFree(body, facts, owned);
  return [...base, ...updateCellular(body.id, body, owned)];
}

/** One fault for each eNodeB, APN and pool that the body names and that does not exist. */
function cellularFaults(
  { connected_enodeb_serials: serials, apn_resources: resources = {}, cellular }: MutableLteGateway,
  facts: LteFacts,
): Fault[] {
  return [
    ...unknownEnodebs(serials, facts.known, 'body.connected_enodeb_serials'),
    ...unknownApns(resources, facts.known, 'body.apn_resources'),
    ...poolFaults(cellular.pooling ?? [], facts.pools, 'body.cellular.pooling'),
  ];
}

/** Error: `conflict` for the id of an APN resource that another gateway has. */
function checkResourcesFree({ apn_resources: resources = {} }: MutableLteGateway, facts: LteFacts, owned: string[]): void {
  const [taken] = takenResources(resources, facts.known, owned);
  if (taken !== undefined) throw conflict(`APN resource "${taken}"`);
}
