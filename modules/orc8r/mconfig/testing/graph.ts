import { type Entity, type EntityId, entityKey } from '../../../../core/configurator/model.ts';
import type { GatewayGraph, MconfigEntry, MconfigFacet } from '../../../../core/module/facets.ts';

/** An entity as a test writes it down; edges to parents follow from the children of the others. */
export interface Sketch extends EntityId {
  readonly config?: unknown;
  readonly physicalId?: string;
  readonly children?: readonly EntityId[];
}

/** A gateway's graph from sketches. The order of the sketches is the order of insertion. */
export function gatewayGraph(
  gatewayId: string,
  networkConfigs: Readonly<Record<string, unknown>>,
  sketches: readonly Sketch[],
): GatewayGraph {
  const entities = new Map<string, Entity>();
  for (const [index, sketch] of sketches.entries()) {
    const { type, key, config = null, physicalId = null, children = [] } = sketch;
    const parents = sketches.filter((other) => other.children?.some((id) => id.type === type && id.key === key));
    const entity: Entity = {
      ...{ type, key, config, physicalId, id: index + 1, name: key, description: '', version: 1, device: undefined },
      children: [...children].sort(byTypeThenKey),
      parents: parents.map(({ type, key }) => ({ type, key })).sort(byTypeThenKey),
    };
    entities.set(entityKey(entity), entity);
  }
  const gateway = entities.get(entityKey({ type: 'magmad_gateway', key: gatewayId }));
  if (!gateway) throw new Error(`no gateway ${gatewayId} among the sketches`);
  return {
    network: { id: 'n1', type: 'lte', name: 'One', description: '', configs: networkConfigs, version: 7 },
    gateway,
    graph: { entities },
  };
}

/** The entries of all builders of some modules, in the order of their declaration. */
export const build = (input: GatewayGraph, ...facets: readonly MconfigFacet[]): MconfigEntry[] =>
  facets.flatMap((facet) => Object.values(facet.builders).flatMap((builder) => [...builder(input)]));

const byTypeThenKey = (left: EntityId, right: EntityId): number => (entityKey(left) < entityKey(right) ? -1 : 1);
