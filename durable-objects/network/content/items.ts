import { digestText, itemDigest, SetDigest } from '../../../core/content/digest.ts';
import type { ContentItem, ContentLeaf } from '../../../core/module/content.ts';
import type { ContentCursor } from '../../content-ports.ts';

/** So many changes of a set can be told to a gateway that was away; one that was away for longer gets the whole. */
const KEPT_VERSIONS = 1000;

export interface SetRow extends Record<string, SqlStorageValue> {
  encoding: number;
  version: number;
  digest: string;
  sum: ArrayBuffer;
  count: number;
  withheld: string | null;
}

interface ItemRow extends Record<string, SqlStorageValue> {
  id: string;
  version: number;
  digest: ArrayBuffer | null;
  value: ArrayBuffer | null;
}

/** An item that came, changed, or (without value) went. */
export interface ItemChange {
  readonly id: string;
  readonly version: number;
  readonly value: Uint8Array | null;
}

/**
 * The items of the sets, each with the version at which it last changed. An item that went stays as a mark for as long as gateways
 * may have to be told, so "what changed since" is a range of one index and costs what it finds.
 */
export class ContentItems {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  set(name: string): SetRow | undefined {
    return this.#sql.exec<SetRow>('SELECT * FROM content_sets WHERE name = ?', name).toArray()[0];
  }

  /** Makes a set known; an empty one has version 0. */
  create(name: string, encoding: number): void {
    const empty = new SetDigest();
    this.#sql.exec(
      `INSERT INTO content_sets (name, encoding, version, digest, sum, count) VALUES (?, ?, 0, ?, ?, 0)
       ON CONFLICT DO UPDATE SET encoding = excluded.encoding`,
      name,
      encoding,
      empty.text,
      empty.sum,
    );
    this.#sql.exec('INSERT OR IGNORE INTO content_versions VALUES (?, 0, ?)', name, empty.text);
  }

  withhold(name: string, reason: string | null): void {
    this.#sql.exec('UPDATE content_sets SET withheld = ?1 WHERE name = ?2 AND withheld IS NOT ?1', reason, name);
  }

  /** Puts items in their place under a version that is published later; null takes one away. */
  put(name: string, version: number, items: readonly { readonly id: string; readonly value: Uint8Array | null }[]): void {
    if (items.length === 0) return;
    const row = this.set(name);
    if (!row) throw new Error(`there is no set ${name}`);
    const digest = new SetDigest(new Uint8Array(row.sum), row.count);
    for (const { id, value } of items) {
      const old = this.#sql
        .exec<{ digest: ArrayBuffer | null }>('SELECT digest FROM content_items WHERE content = ? AND id = ?', name, id)
        .toArray()[0]?.digest;
      const next = value && itemDigest(id, value);
      if (same(old, next)) continue;
      if (old) digest.remove(new Uint8Array(old));
      if (next) digest.add(next);
      this.#sql.exec('INSERT OR REPLACE INTO content_items VALUES (?, ?, ?, ?, ?)', name, id, version, next, value);
    }
    this.#sql.exec('UPDATE content_sets SET sum = ?, count = ? WHERE name = ?', digest.sum, digest.count, name);
  }

  /** What was put is the content from now on, under this version unless nothing is different. */
  publish(name: string, version: number): void {
    const row = this.set(name);
    if (!row) return;
    const digest = new SetDigest(new Uint8Array(row.sum), row.count).text;
    if (digest === row.digest) return;
    this.#sql.exec('UPDATE content_sets SET version = ?, digest = ? WHERE name = ?', version, digest, name);
    this.#sql.exec('INSERT OR REPLACE INTO content_versions VALUES (?, ?, ?)', name, version, digest);
    this.#forgetOld(name);
  }

  /** Whether the content had this digest at that version, and all that changed since is still known. */
  had(name: string, version: number, digest: string): boolean {
    const known = 'SELECT 1 AS one FROM content_versions WHERE content = ? AND version = ? AND digest = ?';
    return this.#sql.exec(known, name, version, digest).toArray().length > 0;
  }

  /** Changes after a cursor, in order of version and id. */
  *changes(name: string, { version, id }: ContentCursor): Iterable<ItemChange> {
    const rows = this.#sql.exec<ItemRow>(
      'SELECT id, version, value FROM content_items WHERE content = ? AND (version, id) > (?, ?) ORDER BY version, id',
      name,
      version,
      id,
    );
    for (const row of rows) yield { id: row.id, version: row.version, value: row.value && new Uint8Array(row.value) };
  }

  /** Items in order of id, after `after`; null: from the start. */
  *items(name: string, after: string | null): Iterable<ContentItem> {
    const rows = this.#sql.exec<ItemRow>(
      `SELECT id, value FROM content_items WHERE content = ? AND id ${after === null ? '>=' : '>'} COALESCE(?, '') AND value IS NOT NULL ORDER BY id`,
      name,
      after,
    );
    for (const { id, value } of rows) if (value) yield { id, value: new Uint8Array(value) };
  }

  leaves(name: string, after: string | null, limit: number): ContentLeaf[] {
    return this.#sql
      .exec<ItemRow>(
        `SELECT id, digest FROM content_items WHERE content = ? AND id ${after === null ? '>=' : '>'} COALESCE(?, '') AND value IS NOT NULL
         ORDER BY id LIMIT ?`,
        name,
        after,
        limit,
      )
      .toArray()
      .flatMap(({ id, digest }) => (digest ? [{ id, digest: digestText(new Uint8Array(digest)) }] : []));
  }

  named(name: string, ids: readonly string[]): ContentItem[] {
    return this.#sql
      .exec<ItemRow>(
        `SELECT id, value FROM content_items WHERE content = ? AND id IN (SELECT value FROM json_each(?)) AND value IS NOT NULL ORDER BY id`,
        name,
        JSON.stringify(ids),
      )
      .toArray()
      .flatMap(({ id, value }) => (value ? [{ id, value: new Uint8Array(value) }] : []));
  }

  /** The network is gone, or another one: nothing that was known of its content counts. */
  clear(): void {
    for (const table of ['sets', 'items', 'versions', 'dirty', 'faults']) this.#sql.exec(`DELETE FROM content_${table}`);
  }

  #forgetOld(name: string): void {
    const oldest = this.#sql
      .exec<{ version: number }>(
        'SELECT version FROM content_versions WHERE content = ? ORDER BY version DESC LIMIT 1 OFFSET ?',
        name,
        KEPT_VERSIONS,
      )
      .toArray()[0]?.version;
    if (oldest === undefined) return;
    this.#sql.exec('DELETE FROM content_versions WHERE content = ? AND version <= ?', name, oldest);
    this.#sql.exec('DELETE FROM content_items WHERE content = ? AND value IS NULL AND version <= ?', name, oldest);
  }
}

function same(left: ArrayBuffer | null | undefined, right: Uint8Array | null): boolean {
  if (!left || !right) return !left && !right;
  const bytes = new Uint8Array(left);
  return right.every((byte, index) => byte === bytes[index]);
}
