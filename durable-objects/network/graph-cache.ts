import type { HeldGraph } from '../../core/configurator/apply.ts';
import { changesSince, standingOf } from '../../core/configurator/changes.ts';
import type { ContentPage } from '../../core/configurator/content.ts';
import { loadChanged, loadTypes, networkById } from '../../core/configurator/load.ts';
import { type Entity, type EntityId, entityKey, type Network } from '../../core/configurator/model.ts';
import { NETWORK } from '../../core/configurator/mutations.ts';
import type { Database } from '../../core/db/database.ts';
import type { Query } from '../../core/db/statement.ts';
import type { GatewayGraph } from '../../core/module/facets.ts';
import type { Registry } from '../../core/module/registry.ts';
import { GATEWAY_ENTITY as GATEWAY } from '../../core/identity/gateway.ts';
import { neighbourhood } from '../../core/streams/neighbourhood.ts';
import type { Covered } from './content/contents.ts';

/** What a refresh found. */
export interface Refreshed {
  /** Gateways whose content may have changed. */
  readonly affected: readonly string[];
  /** Gateways whose own entity was touched, present or gone; all that there are when `whole`. */
  readonly touched: readonly string[];
  /** Everything was read anew: gateways not named in `touched` are gone. */
  readonly whole: boolean;
  /** Version of the newest commit in the outbox that this covers; 0 when there is none. */
  readonly announced: number;
  /** For others who keep up with the network: what they need not ask D1 for. */
  readonly covered: Covered;
}

/** A page of what commits after a version touched. */
export interface Along {
  readonly since: number;
  readonly query: Query<ContentPage>;
}

/**
 * The part of a network's configuration that streams are rendered from, kept in memory and brought up to date by what commits
 * touched, not by reading the network again. One D1 round trip a refresh, however many commits it covers.
 */
export class GraphCache {
  readonly #types: readonly string[];
  readonly #wide: ReadonlySet<string>;
  readonly #entities = new Map<string, Entity>();
  /** Which entities each gateway's content was rendered from, the last time. */
  readonly #sources = new Map<string, ReadonlySet<string>>();
  #network: Network | undefined;
  #madeAt: number | null = null;

  constructor(registry: Registry) {
    const { reads, networkWide } = registry.streamReads;
    this.#types = [...new Set([GATEWAY, ...reads, ...networkWide])];
    this.#wide = new Set(networkWide);
  }

  get network(): Network | undefined {
    return this.#network;
  }

  get loaded(): boolean {
    return this.#network !== undefined;
  }

  /** All of it; to be looked at before anything else has its turn. */
  get held(): HeldGraph {
    return { network: this.#network, entities: this.#entities };
  }

  /** Types of the entities that are kept. */
  get types(): ReadonlySet<string> {
    return new Set(this.#types);
  }

  gateway(gatewayId: string): Entity | undefined {
    return this.#entities.get(entityKey({ type: GATEWAY, key: gatewayId }));
  }

  gatewayIds(): string[] {
    return [...this.#entities.values()].filter((entity) => entity.type === GATEWAY).map((entity) => entity.key);
  }

  /** What builders and streams see for one gateway; remembers what it was made of. */
  viewFor(gateway: Entity, network: Network): GatewayGraph {
    const wide = this.#wide.size === 0 ? [] : [...this.#entities.values()].filter((entity) => this.#wide.has(entity.type));
    const graph = neighbourhood({ entities: this.#entities }, gateway, wide);
    this.#sources.set(gateway.key, new Set(graph.entities.keys()));
    return { network, gateway, graph };
  }

  async load(db: Database, networkId: string): Promise<Refreshed> {
    const [network, standing, graph] = await db.read(
      networkById({ id: networkId }),
      standingOf({ network: networkId }),
      loadTypes(networkId, this.#types),
    );
    this.#entities.clear();
    this.#sources.clear();
    for (const [key, entity] of graph.entities) this.#entities.set(key, entity);
    this.#network = network;
    this.#madeAt = standing.madeAt;
    const all = this.gatewayIds();
    const covered = { since: undefined, version: network?.version ?? 0, madeAt: standing.madeAt, types: new Set<string>() };
    return { affected: all, touched: all, whole: true, announced: standing.announced, covered };
  }

  /** `along`: a query for others who keep up with the network, whose answer is in what this covers. */
  async refresh(db: Database, networkId: string, along?: Along): Promise<Refreshed> {
    const since = this.#network?.version ?? 0;
    const queries = [
      networkById({ id: networkId }),
      standingOf({ network: networkId }),
      changesSince(networkId, since),
      loadChanged(networkId, this.#types, since),
    ] as const;
    const results = along ? await db.read(...queries, along.query) : await db.read(...queries);
    const [network, standing, changes, graph] = results;
    // A network made anew under the id of a deleted one shares nothing with it; one restored from a backup went back in time.
    if (!network || standing.madeAt !== this.#madeAt || network.version < since) return this.load(db, networkId);
    this.#network = network;
    const everybody = changes.some((id) => id.type === NETWORK.type || this.#wide.has(id.type));
    const touched = new Set(changes.map(entityKey));
    for (const id of changes) this.#forget(id);
    for (const entity of graph.entities.values()) this.#put(entity);
    return {
      affected: this.gatewayIds().filter((id) => everybody || this.#rendersFrom(id, touched)),
      touched: changes.filter((id) => id.type === GATEWAY).map((id) => id.key),
      whole: false,
      announced: standing.announced,
      covered: {
        since,
        version: network.version,
        madeAt: standing.madeAt,
        types: new Set(changes.map((id) => id.type)),
        ahead: along && results.length === 5 ? { since: along.since, network, page: results[4] } : undefined,
      },
    };
  }

  #rendersFrom(gatewayId: string, touched: ReadonlySet<string>): boolean {
    const sources = this.#sources.get(gatewayId);
    if (!sources) return true;
    for (const key of touched) if (sources.has(key)) return true;
    return false;
  }

  #forget(id: EntityId): void {
    const key = entityKey(id);
    const old = this.#entities.get(key);
    if (!old) return;
    this.#entities.delete(key);
    this.#unlink(old);
    if (id.type === GATEWAY) this.#sources.delete(id.key);
  }

  /** Takes an entity's edges off the entities at their other ends. */
  #unlink(entity: Entity): void {
    const key = entityKey(entity);
    const without = (ids: readonly EntityId[]) => ids.filter((id) => entityKey(id) !== key);
    for (const id of entity.children) this.#change(id, (other) => ({ ...other, parents: without(other.parents) }));
    for (const id of entity.parents) this.#change(id, (other) => ({ ...other, children: without(other.children) }));
  }

  #put(entity: Entity): void {
    const own: EntityId = { type: entity.type, key: entity.key };
    this.#entities.set(entityKey(entity), entity);
    const withOwn = (ids: readonly EntityId[]) =>
      ids.some((id) => entityKey(id) === entityKey(own)) ? ids : [...ids, own].sort(byTypeThenKey);
    for (const id of entity.children) this.#change(id, (other) => ({ ...other, parents: withOwn(other.parents) }));
    for (const id of entity.parents) this.#change(id, (other) => ({ ...other, children: withOwn(other.children) }));
  }

  #change(id: EntityId, change: (entity: Entity) => Entity): void {
    const key = entityKey(id);
    const entity = this.#entities.get(key);
    if (entity) this.#entities.set(key, change(entity));
  }
}

/** The order in which entities are loaded. */
function byTypeThenKey(left: EntityId, right: EntityId): number {
  if (left.type !== right.type) return left.type < right.type ? -1 : 1;
  return left.key < right.key ? -1 : left.key > right.key ? 1 : 0;
}
