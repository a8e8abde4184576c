import { type Entity, type EntityId, entityKey, type Graph } from '../configurator/model.ts';

/**
 * The part of a graph that one gateway's content can depend on: the gateway, everything below it, everything above any of
 * those, and the entities of the network-wide types. Not what hangs below its ancestors: a tier's other gateways are not its business.
 */
export function neighbourhood(graph: Graph, gateway: Entity, networkWide: readonly Entity[]): Graph {
  const entities = new Map<string, Entity>();
  const visit = (start: EntityId, next: (entity: Entity) => readonly EntityId[]): void => {
    const waiting: EntityId[] = [start];
    const seen = new Set<string>();
    for (let id = waiting.pop(); id; id = waiting.pop()) {
      const key = entityKey(id);
      const entity = graph.entities.get(key);
      if (!entity || seen.has(key)) continue;
      seen.add(key);
      entities.set(key, entity);
      waiting.push(...next(entity));
    }
  };
  visit(gateway, (entity) => entity.children);
  for (const entity of [...entities.values()]) visit(entity, (above) => above.parents);
  for (const entity of networkWide) entities.set(entityKey(entity), entity);
  return { entities };
}
