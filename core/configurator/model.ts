/** The configurator's graph: networks that hold typed entities, joined by directed associations (parent -> child). */

export interface EntityId {
  readonly type: string;
  readonly key: string;
}

export interface Network {
  readonly id: string;
  /** Chosen by a module (`lte`, `feg`, ...); may be any text on the generic routes. */
  readonly type: string;
  readonly name: string;
  readonly description: string;
  /** Config key (`cellular_network`, `dnsd_network`, ...) -> config as its zod schema has it. */
  readonly configs: Readonly<Record<string, unknown>>;
  /** Rises by one with each commit that touches the network or anything in it. */
  readonly version: number;
}

export interface Entity extends EntityId {
  /** Unique number, never re-used. */
  readonly id: number;
  readonly name: string;
  readonly description: string;
  /** Unique across all networks: a hardware id, a serial. */
  readonly physicalId: string | null;
  readonly config: unknown;
  readonly version: number;
  /** Sorted by type and key. */
  readonly children: readonly EntityId[];
  readonly parents: readonly EntityId[];
  /** The device record registered under the physical id; undefined when there is none or it was not asked for. */
  readonly device: unknown;
}

/** Some entities of one network; every one that an edge of theirs names may or may not be among them. */
export interface Graph {
  readonly entities: ReadonlyMap<string, Entity>;
}

export const entityKey = (id: EntityId): string => `${id.type}/${id.key}`;

export const child = (entity: Pick<Entity, 'children'>, type: string): string | undefined =>
  entity.children.find((id) => id.type === type)?.key;

export const children = (entity: Pick<Entity, 'children'>, type: string): string[] =>
  entity.children.filter((id) => id.type === type).map((id) => id.key);

export const parents = (entity: Entity, type: string): string[] => entity.parents.filter((id) => id.type === type).map((id) => id.key);

/** The entity of that type and key, when the graph holds it. */
export const find = (graph: Graph, type: string, key: string): Entity | undefined => graph.entities.get(entityKey({ type, key }));
