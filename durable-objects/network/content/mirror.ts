import type { ContentEntity, ContentPage } from '../../../core/configurator/content.ts';
import { type EntityId, entityKey } from '../../../core/configurator/model.ts';
import type { ContentSet } from '../../../core/module/content.ts';

interface Row extends Record<string, SqlStorageValue> {
  id: number;
  config: string | null;
}

/** What a set looks at of one type. */
type Interest = 'root' | 'reads' | 'names';

/**
 * The entities that sets are made of, with the edges among them, in the object's SQLite: so a change of an APN reaches the
 * subscribers above it without asking D1 for them.
 */
export class Mirror {
  readonly #sql: SqlStorage;
  readonly #interests = new Map<string, { readonly set: ContentSet; readonly interest: Interest }[]>();

  constructor(sql: SqlStorage, sets: readonly ContentSet[]) {
    this.#sql = sql;
    const note = (type: string, set: ContentSet, interest: Interest) =>
      this.#interests.set(type, [...(this.#interests.get(type) ?? []), { set, interest }]);
    for (const set of sets) {
      note(set.root, set, 'root');
      for (const type of set.reads) note(type, set, 'reads');
      for (const type of set.names ?? []) note(type, set, 'names');
    }
  }

  /** Takes a page of entities and marks the items that they touch. */
  take({ present, gone }: Pick<ContentPage, 'present' | 'gone'>): void {
    for (const id of gone) this.#forget(id);
    for (const entity of present) this.#put(entity);
  }

  /** Marks every item of a set: those that it has, and those that its roots give. */
  touchAll({ name, root }: ContentSet): void {
    this.#sql.exec('INSERT OR IGNORE INTO content_dirty SELECT ?, key FROM content_entities WHERE type = ?', name, root);
    this.#sql.exec(
      'INSERT OR IGNORE INTO content_dirty SELECT content, id FROM content_items WHERE content = ? AND value IS NOT NULL',
      name,
    );
  }

  get({ type, key }: EntityId): ContentEntity | undefined {
    const row = this.#row({ type, key });
    return (
      row && { type, key, id: row.id, config: row.config === null ? null : JSON.parse(row.config), children: this.#children({ type, key }) }
    );
  }

  /** Entities and edges go; what was made of them stays until it is made anew. */
  clear(): void {
    this.#sql.exec('DELETE FROM content_entities');
    this.#sql.exec('DELETE FROM content_edges');
  }

  #put(entity: ContentEntity): void {
    const old = this.#row(entity);
    if (old && old.id !== entity.id) this.#forget(entity);
    this.#touch(entity, old?.id !== entity.id);
    this.#sql.exec(
      'INSERT OR REPLACE INTO content_entities (type, key, id, config) VALUES (?, ?, ?, ?)',
      entity.type,
      entity.key,
      entity.id,
      entity.config === null ? null : JSON.stringify(entity.config),
    );
    if (old) this.#sql.exec('DELETE FROM content_edges WHERE from_type = ? AND from_key = ?', entity.type, entity.key);
    for (const child of entity.children) {
      this.#sql.exec('INSERT OR IGNORE INTO content_edges VALUES (?, ?, ?, ?)', entity.type, entity.key, child.type, child.key);
    }
  }

  /** Edges go with either end, as they do in D1. */
  #forget(id: EntityId): void {
    this.#touch(id, true);
    const { type, key } = id;
    this.#sql.exec('DELETE FROM content_entities WHERE type = ? AND key = ?', type, key);
    this.#sql.exec('DELETE FROM content_edges WHERE from_type = ? AND from_key = ?', type, key);
    this.#sql.exec('DELETE FROM content_edges WHERE to_type = ? AND to_key = ?', type, key);
  }

  /** `other`: the entity came, went, or is another one under the same key. */
  #touch({ type, key }: EntityId, other: boolean): void {
    for (const { set, interest } of this.#interests.get(type) ?? []) {
      if (interest === 'root') this.#sql.exec('INSERT OR IGNORE INTO content_dirty VALUES (?, ?)', set.name, key);
      else if (interest === 'reads' || other) this.#touchAbove(type, key, set);
    }
  }

  #touchAbove(type: string, key: string, { name, root }: ContentSet): void {
    this.#sql.exec(
      `WITH RECURSIVE above(type, key) AS (
         SELECT ?1, ?2
         UNION SELECT e.from_type, e.from_key FROM above JOIN content_edges AS e ON e.to_type = above.type AND e.to_key = above.key)
       INSERT OR IGNORE INTO content_dirty SELECT ?3, key FROM above WHERE type = ?4`,
      type,
      key,
      name,
      root,
    );
  }

  #row({ type, key }: EntityId): Row | undefined {
    return this.#sql.exec<Row>('SELECT id, config FROM content_entities WHERE type = ? AND key = ?', type, key).toArray()[0];
  }

  #children({ type, key }: EntityId): EntityId[] {
    return this.#sql
      .exec<{ to_type: string; to_key: string }>(
        'SELECT to_type, to_key FROM content_edges WHERE from_type = ? AND from_key = ? ORDER BY to_type, to_key',
        type,
        key,
      )
      .toArray()
      .map((row) => ({ type: row.to_type, key: row.to_key }));
  }
}

/** The entities below a root, of the types that the set reads, as far as edges lead. `known` holds those that were looked up before. */
export function below(mirror: Mirror, set: ContentSet, root: ContentEntity, known: Map<string, ContentEntity>): Map<string, ContentEntity> {
  const found = new Map<string, ContentEntity>();
  const waiting = [...root.children];
  for (let id = waiting.pop(); id; id = waiting.pop()) {
    const key = entityKey(id);
    if (!set.reads.includes(id.type) || found.has(key)) continue;
    const entity = known.get(key) ?? mirror.get(id);
    if (!entity) continue;
    known.set(key, entity);
    found.set(key, entity);
    waiting.push(...entity.children);
  }
  return found;
}
