import type { ContentEntity } from '../../../core/configurator/content.ts';
import type { ContentSet } from '../../../core/module/content.ts';
import type { ContentItems } from './items.ts';
import { below, type Mirror } from './mirror.ts';

/** Items made in one go; others get their turn in between. */
const BATCH = 250;
/** Largest item, bytes: it has to fit a row of SQLite, and a frame. */
export const MAX_ITEM_BYTES = 1024 * 1024;
/** In characters: an id stands in what names a place in the content. */
const MAX_ITEM_ID = 512;

/** Makes the items that were marked anew. An item that cannot be made stays as it was, and why is kept for the convergence view. */
export class Maker {
  readonly #storage: DurableObjectStorage;
  readonly #mirror: Mirror;
  readonly #items: ContentItems;
  readonly #now: () => number;

  constructor(storage: DurableObjectStorage, mirror: Mirror, items: ContentItems, now: () => number) {
    this.#storage = storage;
    this.#mirror = mirror;
    this.#items = items;
    this.#now = now;
  }

  /** Whether anything is marked. */
  get waiting(): boolean {
    return this.#storage.sql.exec('SELECT 1 AS one FROM content_dirty LIMIT 1').toArray().length > 0;
  }

  /**
   * Makes what is marked of one set and, with the last of it, publishes the whole under the given version. Picks up where an earlier
   * instance of the object stopped.
   */
  async make(set: ContentSet, networkId: string, version: number): Promise<void> {
    const known = new Map<string, ContentEntity>();
    while (!this.#storage.transactionSync(() => this.#batch(set, networkId, version, known))) {
      if (known.size > 1000) known.clear();
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }

  /** Whether that was the last of it. */
  #batch(set: ContentSet, networkId: string, version: number, known: Map<string, ContentEntity>): boolean {
    const ids = this.#marked(set.name);
    this.#items.put(
      set.name,
      version,
      ids.flatMap((id) => this.#item(set, networkId, id, known)),
    );
    const json = JSON.stringify(ids);
    this.#storage.sql.exec('DELETE FROM content_dirty WHERE content = ? AND id IN (SELECT value FROM json_each(?))', set.name, json);
    if (ids.length === BATCH) return false;
    this.#items.publish(set.name, version);
    return true;
  }

  #marked(name: string): string[] {
    return this.#storage.sql
      .exec<{ id: string }>('SELECT id FROM content_dirty WHERE content = ? LIMIT ?', name, BATCH)
      .toArray()
      .map((row) => row.id);
  }

  /** The item as it has to be put; none when it cannot be made. */
  #item(set: ContentSet, networkId: string, id: string, known: Map<string, ContentEntity>): { id: string; value: Uint8Array | null }[] {
    const root = this.#mirror.get({ type: set.root, key: id });
    try {
      const value = (root && set.encode({ networkId, root, below: below(this.#mirror, set, root, known) })) ?? null;
      if (value && id.length > MAX_ITEM_ID) throw new Error(`its id has ${id.length} characters, at most ${MAX_ITEM_ID} can be sent`);
      if (value && value.byteLength > MAX_ITEM_BYTES) {
        throw new Error(`it has ${value.byteLength} bytes, at most ${MAX_ITEM_BYTES} can be sent`);
      }
      this.#storage.sql.exec('DELETE FROM content_faults WHERE content = ? AND id = ?', set.name, id);
      return [{ id, value }];
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      console.error('cannot encode', networkId, set.name, id, reason);
      this.#storage.sql.exec('INSERT OR REPLACE INTO content_faults VALUES (?, ?, ?, ?)', set.name, id, reason.slice(0, 500), this.#now());
      return [];
    }
  }
}
