import { standingOf } from '../../../core/configurator/changes.ts';
import { type After, changedContentPage, type ContentPage, contentPage, START } from '../../../core/configurator/content.ts';
import { networkById } from '../../../core/configurator/load.ts';
import type { Network } from '../../../core/configurator/model.ts';
import { NETWORK } from '../../../core/configurator/mutations.ts';
import type { Database } from '../../../core/db/database.ts';
import type { Query } from '../../../core/db/statement.ts';
import type { ContentSet } from '../../../core/module/content.ts';
import { ContentItems, type SetRow } from './items.ts';
import { Maker } from './maker.ts';
import { Mirror } from './mirror.ts';

/** Entities read at once. */
const PAGE = 2000;

interface StateRow extends Record<string, SqlStorageValue> {
  types: string;
  made_at: number;
  version: number;
  fill_type: string | null;
  fill_key: string | null;
}

/** A page of what commits after version `since` touched, read in one go with the network as it stood. */
export interface Ahead {
  readonly since: number;
  readonly network: Network;
  readonly page: ContentPage;
}

/** What a refresh of the graph found between two versions. */
export interface Covered {
  /** Undefined: it read everything anew and does not know what changed. */
  readonly since: number | undefined;
  readonly version: number;
  readonly madeAt: number | null;
  /** Types of the entities that were touched. */
  readonly types: ReadonlySet<string>;
  /** What it read along for the content. */
  readonly ahead?: Ahead | undefined;
}

/** A set that is not what it was; `base`: what it was. */
export interface Changed {
  readonly name: string;
  readonly base: { readonly version: number; readonly digest: string };
}

/**
 * Keeps the content of all sets in step with the network. The first time everything is read from D1, page by page; from then on only
 * what commits touched, in one round trip. All of it is in SQLite, so an object that was evicted goes on where it stood.
 */
export class Contents {
  readonly items: ContentItems;
  readonly #storage: DurableObjectStorage;
  readonly #sets: readonly ContentSet[];
  readonly #types: readonly string[];
  readonly #configKeys: readonly string[];
  readonly #mirror: Mirror;
  readonly #maker: Maker;

  constructor(storage: DurableObjectStorage, sets: readonly ContentSet[], now: () => number) {
    this.#storage = storage;
    this.#sets = sets;
    this.#types = [...new Set(sets.flatMap((set) => [set.root, ...set.reads, ...(set.names ?? [])]))]
      .filter((type) => type !== NETWORK.type)
      .sort();
    this.#configKeys = [...new Set(sets.flatMap((set) => set.networkConfigs ?? []))].sort();
    this.items = new ContentItems(storage.sql);
    this.#mirror = new Mirror(storage.sql, sets);
    this.#maker = new Maker(storage, this.#mirror, this.items, now);
  }

  /** Everything was read and made; what came since may be missing. */
  get complete(): boolean {
    const state = this.#state();
    return state !== undefined && this.#isFilled(state) && !this.#maker.waiting && this.#sets.every((set) => this.#encodedAsNow(set));
  }

  /** Takes what was committed; answers the sets whose content, or whether it may be given out, changed. */
  async refresh(db: Database, networkId: string, covered: Covered): Promise<Changed[]> {
    if (this.#untouched(covered)) {
      this.#storage.sql.exec('UPDATE content_state SET version = ?1 WHERE version <> ?1', covered.version);
      return [];
    }
    const before = this.#heads();
    await this.#read(db, networkId, covered);
    await this.#make(networkId);
    const after = this.#heads();
    return this.#sets.flatMap(({ name }) => {
      const [base, head] = [before.get(name), after.get(name)];
      if (!head || (base?.version === head.version && base.digest === head.digest && base.withheld === head.withheld)) return [];
      return [{ name, base: { version: base?.version ?? -1, digest: base?.digest ?? '' } }];
    });
  }

  /** There is no such network any more. */
  clear(): void {
    this.#storage.transactionSync(() => this.#restart(true));
  }

  #heads(): Map<string, SetRow> {
    return new Map(
      this.#sets.flatMap(({ name }) => {
        const row = this.items.set(name);
        return row ? [[name, row]] : [];
      }),
    );
  }

  get #signature(): string {
    return JSON.stringify([this.#types, this.#configKeys]);
  }

  #state(): StateRow | undefined {
    return this.#storage.sql.exec<StateRow>('SELECT * FROM content_state').toArray()[0];
  }

  /** Whether nothing that is kept here was touched since it was last brought up to date. */
  #untouched({ since, version, madeAt, types }: Covered): boolean {
    const state = this.#state();
    if (!state || !this.complete || state.made_at !== madeAt) return false;
    if (state.version === version) return true;
    return state.version === since && ![...this.#types, NETWORK.type].some((type) => types.has(type));
  }

  /** What a refresh of the graph can read along, so that the content needs no round trip of its own; undefined while it is read whole. */
  ahead(networkId: string): { readonly since: number; readonly query: Query<ContentPage> } | undefined {
    const state = this.#state();
    if (!state || !this.#isFilled(state)) return undefined;
    return { since: state.version, query: changedContentPage(networkId, this.#types, state.version, START, PAGE) };
  }

  async #read(db: Database, networkId: string, covered: Covered): Promise<void> {
    let ahead = covered.ahead;
    let cursor: After = START;
    let reached: number | undefined;
    for (;;) {
      const state = this.#state();
      const filled = state !== undefined && this.#isFilled(state);
      const query: Query<ContentPage> = filled
        ? changedContentPage(networkId, this.#types, state.version, cursor, PAGE)
        : contentPage(networkId, this.#types, this.#fillCursor(state), PAGE);
      // It may be older than what was read since; a network that seems to go back in time would be read whole.
      const fits = ahead && filled && ahead.since <= state.version && ahead.network.version >= state.version;
      const [network, standing, page] =
        ahead && fits
          ? ([ahead.network, covered, ahead.page] as const)
          : await db.read(networkById({ id: networkId }), standingOf({ network: networkId }), query);
      ahead = undefined;
      if (!network || standing.madeAt === null) {
        this.clear();
        return;
      }
      const again =
        state !== undefined && (state.made_at !== standing.madeAt || network.version < state.version || state.types !== this.#signature);
      if (again) {
        this.#storage.transactionSync(() => this.#restart(state.made_at !== standing.madeAt));
        continue;
      }
      // What was committed while later pages were read is read again the next time.
      reached ??= network.version;
      const reads = { version: state && !filled ? state.version : reached, madeAt: standing.madeAt, filled };
      this.#storage.transactionSync(() => this.#takePage(network, page, reads));
      if (page.next === null) return;
      cursor = page.next;
    }
  }

  #isFilled(state: StateRow): boolean {
    return state.types === this.#signature && state.fill_type === null;
  }

  #fillCursor(state: StateRow | undefined): After {
    return state && state.types === this.#signature ? { type: state.fill_type ?? '', key: state.fill_key ?? '' } : START;
  }

  #takePage(network: Network, page: ContentPage, { version, madeAt, filled }: { version: number; madeAt: number; filled: boolean }): void {
    this.#mirror.take(page);
    this.#takeNetwork(network, madeAt);
    if (filled && page.next !== null) return;
    this.#storage.sql.exec(
      'INSERT OR REPLACE INTO content_state (one, types, made_at, version, fill_type, fill_key) VALUES (1, ?, ?, ?, ?, ?)',
      this.#signature,
      madeAt,
      version,
      page.next?.type ?? null,
      page.next?.key ?? null,
    );
    if (!filled && page.next === null) for (const set of this.#sets) this.#mirror.touchAll(set);
  }

  /** The network's own configs stand beside the entities, as one more of them. */
  #takeNetwork({ configs }: Network, id: number): void {
    const config = Object.fromEntries(this.#configKeys.flatMap((key) => (configs[key] === undefined ? [] : [[key, configs[key]]])));
    const old = this.#mirror.get(NETWORK);
    if (old?.id !== id || JSON.stringify(old.config) !== JSON.stringify(config)) {
      this.#mirror.take({ present: [{ ...NETWORK, id, config, children: [] }], gone: [] });
    }
  }

  async #make(networkId: string): Promise<void> {
    const state = this.#state();
    if (!state || state.fill_type !== null) return;
    for (const set of this.#sets) {
      const old = this.items.set(set.name);
      if (!this.#encodedAsNow(set)) {
        this.#storage.transactionSync(() => {
          this.items.create(set.name, set.encoding);
          this.#mirror.touchAll(set);
        });
      }
      const version = Math.max(state.version, (old?.version ?? 0) + 1);
      if (set.withheld) this.items.withhold(set.name, set.withheld(this.#mirror.get(NETWORK)?.config as Record<string, unknown>) ?? null);
      await this.#maker.make(set, networkId, version);
    }
  }

  #encodedAsNow({ name, encoding }: ContentSet): boolean {
    return this.items.set(name)?.encoding === encoding;
  }

  /** All is read again; what was made stays, so that gateways get only what differs, unless this is another network. */
  #restart(other: boolean): void {
    if (other) this.items.clear();
    this.#mirror.clear();
    this.#storage.sql.exec('DELETE FROM content_state');
  }
}
