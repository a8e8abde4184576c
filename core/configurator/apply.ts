import { type Entity, type EntityId, entityKey, type Network } from './model.ts';
import type { Configs, Mutation } from './mutations.ts';

/** A network with the entities of some types, and the edges among those, held in memory. */
export interface HeldGraph {
  readonly network: Network | undefined;
  readonly entities: ReadonlyMap<string, Entity>;
}

/**
 * What a held graph would be after these mutations; nothing is changed. What they do to entities that are not held is left out,
 * versions stay as they are, and an entity made here has the number 0. Does what `statementsOf` and `bulkStatements` do in the store.
 */
export function applyMutations(networkId: string, held: HeldGraph, mutations: readonly Mutation[], types: ReadonlySet<string>): HeldGraph {
  const draft = new Draft(held, types);
  for (const mutation of mutations) apply(networkId, draft, mutation);
  return draft.finished();
}

/** A copy to work on; entities are replaced, never changed. */
class Draft {
  network: Network | undefined;
  readonly devices = new Map<string, unknown>();
  readonly #types: ReadonlySet<string>;
  readonly #entities: Map<string, Entity>;

  constructor({ network, entities }: HeldGraph, types: ReadonlySet<string>) {
    this.network = network;
    this.#types = types;
    this.#entities = new Map(entities);
    for (const { physicalId, device } of entities.values())
      if (physicalId !== null && device !== undefined) this.devices.set(physicalId, device);
  }

  get(id: EntityId): Entity | undefined {
    return this.#entities.get(entityKey(id));
  }

  put(entity: Entity): void {
    if (this.#types.has(entity.type)) this.#entities.set(entityKey(entity), entity);
  }

  edit(id: EntityId, change: (entity: Entity) => Entity): void {
    const entity = this.get(id);
    if (entity) this.put(change(entity));
  }

  remove(id: EntityId): void {
    const entity = this.get(id);
    for (const child of entity?.children ?? []) this.unlink(id, child);
    for (const parent of entity?.parents ?? []) this.unlink(parent, id);
    this.#entities.delete(entityKey(id));
  }

  clear(): void {
    this.network = undefined;
    this.#entities.clear();
    this.devices.clear();
  }

  link(parent: EntityId, child: EntityId): void {
    if (!this.get(parent) || !this.get(child)) return;
    this.edit(parent, (entity) => ({ ...entity, children: withId(entity.children, child) }));
    this.edit(child, (entity) => ({ ...entity, parents: withId(entity.parents, parent) }));
  }

  unlink(parent: EntityId, child: EntityId): void {
    this.edit(parent, (entity) => ({ ...entity, children: withoutId(entity.children, child) }));
    this.edit(child, (entity) => ({ ...entity, parents: withoutId(entity.parents, parent) }));
  }

  finished(): HeldGraph {
    for (const entity of this.#entities.values()) {
      const device = entity.physicalId === null ? undefined : this.devices.get(entity.physicalId);
      if (device !== entity.device) this.put({ ...entity, device });
    }
    return { network: this.network, entities: this.#entities };
  }
}

function apply(networkId: string, draft: Draft, mutation: Mutation): void {
  switch (mutation.do) {
    case 'create_network': {
      const { type, name, description, configs } = mutation;
      draft.network = { id: networkId, type, name, description, configs: merged({}, configs), version: 0 };
      return;
    }
    case 'update_network': {
      const { network } = draft;
      if (!network) return;
      const { type = network.type, name = network.name, description = network.description, configs = {} } = mutation;
      draft.network = { ...network, type, name, description, configs: merged(network.configs, configs) };
      return;
    }
    case 'delete_network':
      draft.clear();
      return;
    case 'create_entity': {
      const { id, name = '', description = '', physicalId = null, config = null } = mutation;
      draft.put({ ...id, id: 0, name, description, physicalId, config, version: 1, children: [], parents: [], device: undefined });
      return;
    }
    case 'update_entity': {
      const { id, name, description, physicalId, config } = mutation;
      draft.edit(id, (entity) => ({
        ...entity,
        name: name ?? entity.name,
        description: description ?? entity.description,
        physicalId: physicalId === undefined ? entity.physicalId : physicalId,
        config: config === undefined ? entity.config : config,
      }));
      return;
    }
    case 'delete_entity':
      draft.remove(mutation.id);
      return;
    case 'set_children':
    case 'add_children':
    case 'remove_children':
      applyChildren(draft, mutation);
      return;
    case 'set_parents': {
      const { id, type, keys } = mutation;
      const dropped = (draft.get(id)?.parents ?? []).filter((parent) => parent.type === type && !keys.includes(parent.key));
      for (const parent of dropped) draft.unlink(parent, id);
      for (const key of keys) draft.link({ type, key }, id);
      return;
    }
    case 'put_entities':
      putEntities(draft, mutation);
      return;
    case 'delete_entities':
      for (const key of mutation.keys) draft.remove({ type: mutation.type, key });
      return;
    case 'put_device':
      draft.devices.set(mutation.hardwareId, mutation.info);
      return;
    case 'delete_device':
      draft.devices.delete(mutation.hardwareId);
      return;
    case 'revoke_certificates':
    case 'keep_answer':
      return;
  }
}

/** All are there before the first edge is drawn: they may lead from one to another. */
function putEntities(draft: Draft, { type, entities, owns }: Extract<Mutation, { do: 'put_entities' }>): void {
  for (const { key, name, config = null, children } of entities) {
    const old = draft.get({ type, key });
    const blank = { type, key, id: 0, description: '', physicalId: null, version: 1, parents: [], device: undefined };
    for (const child of old?.children ?? []) {
      if (child.type === owns && !children.some((given) => isSame(given, child))) draft.remove(child);
      else draft.unlink({ type, key }, child);
    }
    draft.put({ ...blank, ...draft.get({ type, key }), name, config, children: [] });
  }
  for (const { key, children } of entities) for (const child of children) draft.link({ type, key }, child);
}

function applyChildren(draft: Draft, mutation: Extract<Mutation, { do: 'set_children' | 'add_children' | 'remove_children' }>): void {
  const { id, type, keys } = mutation;
  if (mutation.do === 'remove_children') {
    for (const key of keys) draft.unlink(id, { type, key });
    return;
  }
  if (mutation.do === 'set_children') {
    const dropped = (draft.get(id)?.children ?? []).filter((child) => child.type === type && !keys.includes(child.key));
    for (const child of dropped) draft.unlink(id, child);
  }
  for (const key of keys) {
    const child = { type, key };
    const rivals = mutation.exclusive ? (draft.get(child)?.parents ?? []) : [];
    for (const parent of rivals) if (parent.type === id.type && parent.key !== id.key) draft.unlink(parent, child);
    draft.link(id, child);
  }
}

/** A config is replaced whole; null takes it away. */
const merged = (before: Configs, given: Configs): Configs =>
  Object.fromEntries(Object.entries({ ...before, ...given }).filter(([, config]) => config !== null && config !== undefined));

const isSame = (left: EntityId, right: EntityId): boolean => left.type === right.type && left.key === right.key;

const withoutId = (ids: readonly EntityId[], id: EntityId): EntityId[] => ids.filter((other) => !isSame(other, id));

/** Sorted by type and key, as edges are loaded. */
const withId = (ids: readonly EntityId[], { type, key }: EntityId): EntityId[] =>
  [...withoutId(ids, { type, key }), { type, key }].sort((left, right) =>
    left.type === right.type ? compare(left.key, right.key) : compare(left.type, right.type),
  );

const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
