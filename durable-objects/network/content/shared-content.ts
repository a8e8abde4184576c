import type { Database } from '../../../core/db/database.ts';
import { shareDigest } from '../../../core/content/digest.ts';
import type { ContentHead, ContentItem, ContentLeaf, ContentSet } from '../../../core/module/content.ts';
import type { GatewayGraph } from '../../../core/module/facets.ts';
import {
  after,
  type ContentCursor,
  type ContentNews,
  type ContentPart,
  type ContentPosition,
  type ContentStanding,
} from '../../content-ports.ts';
import { type Changed, Contents, type Covered } from './contents.ts';
import { ContentParts } from './parts.ts';
import { Shares } from './shares.ts';
import { Takers } from './takers.ts';

/** A change of so many bytes travels with its announcement; for a larger one gateways ask part by part. */
const DELTA_BYTES = 64 * 1024;
/** Leaves in one answer; each has about a hundred bytes. */
const LEAVES = 20_000;
/** Bytes of items in one answer: a call between objects carries 32 MiB. */
const ANSWER_BYTES = 8 * 1024 * 1024;

/** What is to be told to whom: gateway id -> news. */
export type News = ReadonlyMap<string, readonly ContentNews[]>;

/** The content that the network's gateways share: kept in step with the network, given out in parts, and who has how much of it. */
export class SharedContent {
  readonly takers: Takers;
  readonly #sets: ReadonlyMap<string, ContentSet>;
  readonly #contents: Contents;
  readonly #parts: ContentParts;
  readonly #shares: Shares;
  /** What the graph's refreshes covered since the last run; undefined: there was none. */
  #covered: Covered | undefined;
  /** Gateways that have to be told of sets when the next run is over. */
  readonly #waiting = new Map<string, Set<string>>();

  constructor(storage: DurableObjectStorage, sets: ReadonlyMap<string, ContentSet>, now: () => number) {
    this.#sets = sets;
    const all = [...sets.values()];
    this.#contents = new Contents(storage, all, now);
    this.#parts = new ContentParts(this.#contents.items);
    this.#shares = new Shares(storage.sql, all);
    this.takers = new Takers(storage.sql);
  }

  /** Everything was read and made; only what was committed a moment ago may be missing. */
  get complete(): boolean {
    return this.#contents.complete;
  }

  /** What a refresh of the graph can read along; undefined: nothing. */
  ahead(networkId: string): ReturnType<Contents['ahead']> {
    return this.#contents.ahead(networkId);
  }

  /** Notes what a refresh of the graph covered. */
  note(covered: Covered): void {
    const { since, types } = this.#covered ?? covered;
    const whole = since === undefined || covered.since === undefined;
    this.#covered = { ...covered, since: whole ? undefined : since, types: new Set([...types, ...covered.types]) };
  }

  /** Works out what a gateway has of its own. */
  share(gatewayId: string, view: GatewayGraph): void {
    for (const name of this.#shares.update(gatewayId, view)) this.#wait(gatewayId, [name]);
  }

  /** The gateway is gone, or has other hardware. */
  remove(gatewayId: string): void {
    this.#shares.remove(gatewayId);
    this.takers.remove(gatewayId);
    this.#waiting.delete(gatewayId);
  }

  /**
   * Takes what was committed and answers what has to be told. `exists`: whether the network is still there. When it fails, the next run
   * reads all that commits have touched since the last one that did not.
   */
  async refresh(db: Database, networkId: string, exists: boolean): Promise<News> {
    const covered = this.#covered;
    if (covered === undefined) return new Map();
    if (!exists) {
      this.#contents.clear();
      return new Map();
    }
    this.#covered = undefined;
    let changed: Changed[];
    try {
      changed = await this.#contents.refresh(db, networkId, covered);
    } catch (error) {
      this.#covered = { ...covered, since: undefined, ahead: undefined };
      throw error;
    }
    // A new instance does not know whom the one before it did not get round to.
    const first = covered.since === undefined;
    if (first) for (const [gatewayId, names] of this.takers.behind()) this.#wait(gatewayId, names);
    return this.#news(changed);
  }

  /** News for all who are connected and behind: for the alarm. */
  behind(): News {
    const news = [...this.takers.behind()].map(([gatewayId, names]) => [gatewayId, this.standing(gatewayId, names)] as const);
    return new Map(news);
  }

  /** Makes these the sets that a connected gateway takes; answers where they stand, or tells later when they are being made. */
  take(gatewayId: string, names: readonly string[]): ContentStanding[] {
    const taken = names.filter((name) => this.#sets.get(name)?.stream);
    this.takers.set(gatewayId, taken);
    if (this.complete) return this.standing(gatewayId, taken);
    this.#wait(gatewayId, taken);
    return [];
  }

  standing(gatewayId: string, names: readonly string[]): ContentStanding[] {
    return names.flatMap((name) => {
      const row = this.#contents.items.set(name);
      if (!row) return [];
      const { version, digest, withheld } = row;
      return [{ name, version, digest, withheld, share: this.#shares.get(gatewayId, name) ?? null }];
    });
  }

  part(name: string, base: ContentPosition | null, cursor: ContentCursor): ContentPart | null {
    return this.#parts.part(name, base, cursor);
  }

  head(gatewayId: string, name: string): ContentHead {
    const row = this.#contents.items.set(name);
    if (!row) throw new Error(`there is no content ${name}`);
    const { version, count, withheld } = row;
    const digest = row.digest + this.#shareText(gatewayId, name);
    return { version, digest, count, ...(withheld === null ? {} : { withheld }) };
  }

  leaves(gatewayId: string, name: string, from: string | null): { leaves: ContentLeaf[]; next: string | null } {
    const own = this.#shareText(gatewayId, name);
    const leaves = this.#contents.items.leaves(name, from, LEAVES).map(({ id, digest }) => ({ id, digest: digest + own }));
    return { leaves, next: leaves.length === LEAVES ? (leaves.at(-1)?.id ?? null) : null };
  }

  items(
    gatewayId: string,
    name: string,
    from: string | null,
    { count, bytes }: { readonly count: number; readonly bytes: number },
  ): { items: ContentItem[]; next: string | null } {
    const forGateway = this.#applier(gatewayId, name);
    const items: ContentItem[] = [];
    let size = 0;
    for (const item of this.#contents.items.items(name, from)) {
      const own = forGateway(item);
      size += own.id.length + own.value.byteLength;
      if (items.length > 0 && (items.length >= count || size > Math.min(bytes, ANSWER_BYTES)))
        return { items, next: items.at(-1)?.id ?? null };
      items.push(own);
    }
    return { items, next: null };
  }

  named(gatewayId: string, name: string, ids: readonly string[]): ContentItem[] {
    return this.#contents.items.named(name, ids).map(this.#applier(gatewayId, name));
  }

  #applier(gatewayId: string, name: string): (item: ContentItem) => ContentItem {
    const own = this.#shares.get(gatewayId, name);
    const share = this.#sets.get(name)?.share;
    return own && share ? ({ id, value }) => ({ id, value: share.apply(value, own) }) : (item) => item;
  }

  /** What stands behind every digest of a set with shares. */
  #shareText(gatewayId: string, name: string): string {
    return this.#sets.get(name)?.share ? shareDigest(this.#shares.get(gatewayId, name)) : '';
  }

  #wait(gatewayId: string, names: readonly string[]): void {
    this.#waiting.set(gatewayId, new Set([...(this.#waiting.get(gatewayId) ?? []), ...names]));
  }

  #news(changed: readonly Changed[]): News {
    const deltas = new Map(changed.map(({ name, base }) => [name, this.#delta(name, base)]));
    for (const [gatewayId, names] of this.takers.connected(changed.map(({ name }) => name))) this.#wait(gatewayId, names);
    const news = new Map<string, ContentNews[]>();
    for (const [gatewayId, names] of this.#waiting) {
      const standing = this.standing(gatewayId, [...names]);
      news.set(
        gatewayId,
        standing.map((set) => {
          const delta = deltas.get(set.name);
          return delta ? { ...set, delta } : set;
        }),
      );
    }
    this.#waiting.clear();
    return news;
  }

  #delta(name: string, base: ContentPosition): ContentNews['delta'] {
    if (base.version < 0) return undefined;
    const part = this.#parts.part(name, base, after(base.version));
    return part && part.next === null && part.batch.byteLength <= DELTA_BYTES ? { base, part } : undefined;
  }
}
