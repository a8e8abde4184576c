import { type Fault, invalid, refuse } from '../errors.ts';
import { type EntityId, entityKey } from './model.ts';
import { type Mutation, NETWORK } from './mutations.ts';
import type { Image, Restorable } from './revisions.ts';

/**
 * The mutations that bring entities back to an earlier image: made again, changed back, or taken away where they did not exist.
 * `configKeys` are those that the network has now. An entity's edges to its children come back, those from its parents are theirs.
 * Error: `invalid`, naming each child that is gone and does not come back in the same go.
 */
export function restoreMutations(targets: readonly Restorable[], configKeys: readonly string[]): Mutation[] {
  const returning = new Set(targets.filter(({ after }) => after !== null).map(entityKey));
  const faults = targets.flatMap(({ missing, ...id }) =>
    missing
      .filter((key) => !returning.has(key))
      .map((key): Fault => ({ path: entityKey(id), message: `had the child ${key}, which does not exist any more: restore that first` })),
  );
  refuse(faults);
  const leaving = targets.filter(({ after }) => after === null);
  const kept = targets.filter((target): target is Restorable & { after: Image } => target.after !== null);
  // What is taken away goes first, since it may hold a physical id that comes back; edges come last, when both ends are there.
  return [
    ...leaving.flatMap(taken),
    ...kept.flatMap((target) => (target.type === NETWORK.type ? network(target.after, configKeys) : entity(target, target.after))),
    ...kept.flatMap((target) => edges(target, target.after)),
  ];
}

function taken({ type, key, currentVersion }: Restorable): Mutation[] {
  if (type === NETWORK.type) throw invalid('this version is the end of the network: delete the network instead');
  return currentVersion === 0 ? [] : [{ do: 'delete_entity', id: { type, key } }];
}

function network({ type = '', name, description, configs = {} }: Image, configKeys: readonly string[]): Mutation[] {
  const gone = Object.fromEntries(configKeys.filter((key) => !Object.hasOwn(configs, key)).map((key) => [key, null]));
  return [{ do: 'update_network', type, name, description, configs: { ...gone, ...configs } }];
}

function entity(
  { type, key, currentVersion }: Restorable,
  { name, description, physical_id: physicalId = null, config = null }: Image,
): Mutation[] {
  const id: EntityId = { type, key };
  const fields = { name, description, physicalId, config };
  return [currentVersion === 0 ? { do: 'create_entity', id, ...fields } : { do: 'update_entity', id, ...fields }];
}

function edges({ type, key, currentChildTypes }: Restorable, { children = [] }: Image): Mutation[] {
  const types = new Set([...currentChildTypes, ...children.map(([childType]) => childType)]);
  return [...types].map((childType) => ({
    do: 'set_children',
    id: { type, key },
    type: childType,
    keys: children.filter(([of]) => of === childType).map(([, child]) => child),
  }));
}
