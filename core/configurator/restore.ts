import { type Fault, invalid, refuse } from '../errors.ts';
import type { Expected } from './commit.ts';
import { type Entity, type EntityId, entityKey, find, type Graph, type Network } from './model.ts';
import { type Mutation, NETWORK } from './mutations.ts';
import type { EdgeType, RestoreFacts, Restoring } from './restore-rule.ts';
import type { Image, Restorable } from './revisions.ts';

/** What was read of a network and of what is to be restored in it. */
export interface Restoration extends Pick<RestoreFacts, 'principal' | 'graphNow' | 'networks' | 'past'> {
  readonly network: Network;
  readonly targets: readonly Restorable[];
}

type Kept = Restorable & { readonly after: Image };

const isKept = (target: Restorable): target is Kept => target.after !== null;

/**
 * The mutations that bring entities back to an earlier image, and what they rely on: made again, changed back, or taken away where they
 * did not exist, with whatever the modules say has to change along. An entity's edges to its children come back, those from its parents
 * are theirs. Error: `invalid`, naming each child that is gone and does not come back in the same go, and each reference that is broken.
 */
export function restore(
  { network, targets, ...read }: Restoration,
  { exclusive, owns, rules }: Restoring,
): { readonly mutations: Mutation[]; readonly expect: Expected[] } {
  const restored = new Map(targets.map((target) => [entityKey(target), target]));
  const kept = targets.filter(isKept);
  const leaving = targets.filter((target) => !isKept(target));
  const facts: RestoreFacts = {
    ...read,
    networkNow: network,
    networkThen: networkThen(network, restored.get(entityKey(NETWORK))),
    graphThen: graphThen(read.graphNow, targets),
    owned: new Set(owns.map(([, child]) => child)),
  };
  const completions = rules.map((rule) => {
    const ofRule = targets.filter(({ type }) => rule.types.includes(type));
    return ofRule.length > 0 ? rule.complete(ofRule, facts) : {};
  });
  refuse([
    ...missingChildren(targets, restored),
    ...kept.flatMap((target) => taken(target, owns, restored, read.graphNow)),
    ...completions.flatMap(({ faults = [] }) => faults),
  ]);
  const losers = kept.flatMap((target) => rivals(target, exclusive, restored, read.graphNow));
  const joining = kept.flatMap((target) => joiners(target, exclusive, read.graphNow));
  return {
    // What is taken away goes first, since it may hold a physical id that comes back; edges come last, when both ends are there.
    mutations: [
      ...targets.flatMap((target) => orphans(target, owns, restored, read.graphNow)),
      ...leaving.flatMap(removed),
      ...kept.flatMap((target) => (target.type === NETWORK.type ? updated(target.after, network) : written(target))),
      // By name, so that a dry run tells of each parent that loses a child, and the network's object looks at it.
      ...losers.map(({ parent, child }): Mutation => ({ do: 'remove_children', id: idOf(parent), type: child.type, keys: [child.key] })),
      ...kept.flatMap((target) => edges(target, exclusive)),
      ...completions.flatMap(({ mutations = [] }) => mutations),
    ],
    expect: [
      ...targets.map(({ type, key, currentVersion: version }) => ({ type, key, version })),
      ...joining.map(asRead),
      ...losers.map(({ parent }) => asRead(parent)),
      ...completions.flatMap(({ expect = [] }) => expect),
    ],
  };
}

/** For `expect`: that nobody else has changed an entity since. */
export const asRead = ({ type, key, version }: Entity): Expected => ({ type, key, version });

const idOf = ({ type, key }: EntityId): EntityId => ({ type, key });
const typesOf = (edges: readonly EdgeType[], parent: string): Set<string> =>
  new Set(edges.flatMap(([from, to]) => (from === parent ? [to] : [])));

function networkThen(network: Network, target: Restorable | undefined): Network {
  if (!target?.after) return network;
  const { type = '', name, description, configs = {} } = target.after;
  return { ...network, type, name, description, configs };
}

function graphThen(now: Graph, targets: readonly Restorable[]): Graph {
  const entities = new Map(now.entities);
  for (const { after, type, key } of targets) {
    const current = find(now, type, key);
    if (after === null) entities.delete(entityKey({ type, key }));
    else if (type !== NETWORK.type) entities.set(entityKey({ type, key }), entityThen({ type, key }, after, current));
  }
  return { entities };
}

function entityThen(id: EntityId, { name, description, physical_id = null, config = null, children = [] }: Image, now?: Entity): Entity {
  const blank = { id: 0, version: 0, parents: [], device: undefined };
  const edges = children.map(([type, key]) => ({ type, key }));
  return { ...blank, ...now, ...id, name, description, physicalId: physical_id, config, children: edges };
}

const missingChildren = (targets: readonly Restorable[], restored: ReadonlyMap<string, Restorable>): Fault[] =>
  targets.flatMap(({ missing, ...id }) =>
    missing
      .filter((key) => !restored.get(key)?.after)
      .map((key): Fault => ({ path: entityKey(id), message: `had the child ${key}, which does not exist any more: restore that first` })),
  );

/** A fault for each child that is nothing without its parent and has another one by now. */
function taken({ after, ...id }: Kept, owns: readonly EdgeType[], restored: ReadonlyMap<string, Restorable>, now: Graph): Fault[] {
  return othersOf(id, after, typesOf(owns, id.type), now)
    .filter(({ parent }) => !restored.has(entityKey(parent)))
    .map(({ parent, child }) => ({
      path: entityKey(id),
      message: `had the child ${entityKey(child)}, which is of ${entityKey(parent)} now`,
    }));
}

interface Rival {
  readonly parent: Entity;
  readonly child: Entity;
}

/** Parents, of the type of what is restored, that its children have now. */
function othersOf({ type, key }: EntityId, { children = [] }: Image, types: ReadonlySet<string>, now: Graph): Rival[] {
  return children.flatMap(([childType, childKey]) => {
    const child = types.has(childType) ? find(now, childType, childKey) : undefined;
    const others = child?.parents.filter((parent) => parent.type === type && parent.key !== key) ?? [];
    return others.flatMap((id) => {
      const parent = find(now, id.type, id.key);
      return child && parent ? [{ parent, child }] : [];
    });
  });
}

/** Who loses a child that can have one such parent only; those that are restored themselves are told their children anyway. */
const rivals = (target: Kept, exclusive: readonly EdgeType[], restored: ReadonlyMap<string, Restorable>, now: Graph): Rival[] =>
  othersOf(target, target.after, typesOf(exclusive, target.type), now).filter(({ parent }) => !restored.has(entityKey(parent)));

/** Children that come back, of those that can have one such parent only. */
function joiners({ type, key, after }: Kept, exclusive: readonly EdgeType[], now: Graph): Entity[] {
  const types = typesOf(exclusive, type);
  const present = new Set(find(now, type, key)?.children.map(entityKey));
  return (after.children ?? []).flatMap(([childType, childKey]) => {
    const child = types.has(childType) && !present.has(entityKey({ type: childType, key: childKey })) && find(now, childType, childKey);
    return child ? [child] : [];
  });
}

/** Takes along the children that are nothing without what is restored, and that it did not have. */
function orphans(
  { after, ...id }: Restorable,
  owns: readonly EdgeType[],
  restored: ReadonlyMap<string, Restorable>,
  now: Graph,
): Mutation[] {
  const types = typesOf(owns, id.type);
  const had = new Set(after?.children?.map(([type, key]) => entityKey({ type, key })));
  const gone = find(now, id.type, id.key)?.children.filter((child) => types.has(child.type) && !had.has(entityKey(child))) ?? [];
  return gone.filter((child) => !restored.get(entityKey(child))?.after).map((child) => ({ do: 'delete_entity', id: idOf(child) }));
}

function removed({ type, key, currentVersion }: Restorable): Mutation[] {
  if (type === NETWORK.type) throw invalid('this version is the end of the network: delete the network instead');
  return currentVersion === 0 ? [] : [{ do: 'delete_entity', id: { type, key } }];
}

function updated({ type = '', name, description, configs = {} }: Image, network: Network): Mutation[] {
  const gone = Object.fromEntries(Object.keys(network.configs).flatMap((key) => (Object.hasOwn(configs, key) ? [] : [[key, null]])));
  return [{ do: 'update_network', type, name, description, configs: { ...gone, ...configs } }];
}

function written({ type, key, currentVersion, after }: Kept): Mutation[] {
  const { name, description, physical_id: physicalId = null, config = null } = after;
  const id: EntityId = { type, key };
  const fields = { name, description, physicalId, config };
  return [currentVersion === 0 ? { do: 'create_entity', id, ...fields } : { do: 'update_entity', id, ...fields }];
}

function edges({ type, key, currentChildTypes, after: { children = [] } }: Kept, exclusive: readonly EdgeType[]): Mutation[] {
  const types = new Set([...currentChildTypes, ...children.map(([childType]) => childType)]);
  const alone = typesOf(exclusive, type);
  return [...types].map((childType) => ({
    do: 'set_children',
    id: { type, key },
    type: childType,
    keys: children.filter(([of]) => of === childType).map(([, child]) => child),
    ...(alone.has(childType) ? { exclusive: true } : {}),
  }));
}
