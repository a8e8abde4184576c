import { changesSince } from '../../core/configurator/changes.ts';
import { loadChanged, loadTypes, networkById } from '../../core/configurator/load.ts';
import { type Entity, type EntityId, entityKey, type Network } from '../../core/configurator/model.ts';
import { NETWORK } from '../../core/configurator/mutations.ts';
import type { Database } from '../../core/db/database.ts';
import type { GatewayGraph } from '../../core/module/facets.ts';
import type { Registry } from '../../core/module/registry.ts';
import { GATEWAY_ENTITY as GATEWAY } from '../../core/identity/gateway.ts';
import { neighbourhood } from '../../core/streams/neighbourhood.ts';

/** What a refresh found: the gateways whose content may have changed, those that are gone, or that the network itself is. */
export interface Refreshed {
  readonly affected: readonly string[];
  readonly removed: readonly string[];
  readonly deleted: boolean;
}

/**
 * The part of a network's configuration that streams are rendered from, kept in memory and brought up to date by what commits
 * touched, never by reading the network again. One D1 round trip a refresh, however many commits it covers.
 */
export class GraphCache {
  readonly #types: readonly string[];
  readonly #wide: ReadonlySet<string>;
  readonly #entities = new Map<string, Entity>();
  /** Which entities each gateway's content was rendered from, the last time. */
  readonly #sources = new Map<string, ReadonlySet<string>>();
  #network: Network | undefined;

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
    const [network, graph] = await db.read(networkById({ id: networkId }), loadTypes(networkId, this.#types));
    this.#entities.clear();
    this.#sources.clear();
    for (const [key, entity] of graph.entities) this.#entities.set(key, entity);
    this.#network = network;
    return { affected: this.gatewayIds(), removed: [], deleted: network === undefined };
  }

  async refresh(db: Database, networkId: string): Promise<Refreshed> {
    const since = this.#network?.version ?? 0;
    const [network, changes, graph] = await db.read(
      networkById({ id: networkId }),
      changesSince(networkId, since),
      loadChanged(networkId, this.#types, since),
    );
    if (!network) {
      const removed = this.gatewayIds();
      this.#entities.clear();
      this.#sources.clear();
      this.#network = undefined;
      return { affected: [], removed, deleted: true };
    }
    // A network made anew under the id of a deleted one shares nothing with it.
    if (changes.some((id) => id.type === NETWORK.type) && this.#network?.type !== network.type) return this.load(db, networkId);
    this.#network = network;
    const everybody = changes.some((id) => id.type === NETWORK.type || this.#wide.has(id.type));
    const touched = new Set(changes.map(entityKey));
    const removed: string[] = [];
    for (const id of changes) this.#forget(id, graph.entities.get(entityKey(id)), removed);
    for (const entity of graph.entities.values()) this.#put(entity);
    const affected = this.gatewayIds().filter((id) => everybody || this.#rendersFrom(id, touched));
    return { affected, removed, deleted: false };
  }

  #rendersFrom(gatewayId: string, touched: ReadonlySet<string>): boolean {
    const sources = this.#sources.get(gatewayId);
    if (!sources) return true;
    for (const key of touched) if (sources.has(key)) return true;
    return false;
  }

  #forget(id: EntityId, now: Entity | undefined, removed: string[]): void {
    const key = entityKey(id);
    const old = this.#entities.get(key);
    if (!old) return;
    this.#entities.delete(key);
    this.#unlink(old);
    if (!now && id.type === GATEWAY) {
      removed.push(id.key);
      this.#sources.delete(id.key);
    }
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
    const withOwn = (ids: readonly EntityId[]) => (ids.some((id) => entityKey(id) === entityKey(own)) ? ids : [...ids, own].sort(byKey));
    for (const id of entity.children) this.#change(id, (other) => ({ ...other, parents: withOwn(other.parents) }));
    for (const id of entity.parents) this.#change(id, (other) => ({ ...other, children: withOwn(other.children) }));
  }

  #change(id: EntityId, change: (entity: Entity) => Entity): void {
    const key = entityKey(id);
    const entity = this.#entities.get(key);
    if (entity) this.#entities.set(key, change(entity));
  }
}

const byKey = (left: EntityId, right: EntityId): number => {
  const [a, b] = [entityKey(left), entityKey(right)];
  return a < b ? -1 : a > b ? 1 : 0;
};
