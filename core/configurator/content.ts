import { sql } from 'drizzle-orm';
import { associations as a, entities as e, outbox as o } from '../db/schema.ts';
import { query, type Query, type Row } from '../db/statement.ts';
import { type EntityId, entityKey } from './model.ts';

const p = sql.placeholder;

/** An entity as shared content is made of it: its config and the edges that lead down to entities of the types asked for. */
export interface ContentEntity extends EntityId {
  /** Unique number, never re-used: tells an entity from one that had its key before. */
  readonly id: number;
  readonly config: unknown;
  readonly children: readonly EntityId[];
}

/** Where to go on. */
export interface After {
  readonly type: string;
  readonly key: string;
}

export const START: After = { type: '', key: '' };

export interface ContentPage {
  readonly present: readonly ContentEntity[];
  /** Named by a commit, and not there any more. */
  readonly gone: readonly EntityId[];
  /** Null: this was the last page. */
  readonly next: After | null;
}

// Only edges downwards: an APN may have 100,000 subscribers above it, and every edge is known at its upper end.
const columns = sql`e.id AS id, e.config AS config,
  (SELECT json_group_array(json_array(to_type, to_key)) FROM ${a} WHERE network_id = e.network_id AND from_type = e.type AND from_key = e.key
    AND to_type IN (SELECT value FROM json_each(${p('types')}))) AS children`;

type Page = 'networkId' | 'types' | 'type' | 'key' | 'limit';

// Two halves, so that each is a seek: the rest of the type that the last page ended in, then the types after it.
const allOf = query<readonly Row[], Page>(
  sql`SELECT e.type AS type, e.key AS key, ${columns} FROM (
        SELECT * FROM (SELECT * FROM ${e} WHERE network_id = ${p('networkId')} AND type = ${p('type')} AND key > ${p('key')} ORDER BY key LIMIT ${p('limit')})
        UNION ALL
        SELECT * FROM (SELECT * FROM ${e} WHERE network_id = ${p('networkId')} AND type > ${p('type')}
          AND type IN (SELECT value FROM json_each(${p('types')})) ORDER BY type, key LIMIT ${p('limit')})
        LIMIT ${p('limit')}) AS e
      ORDER BY e.type, e.key`,
  (rows) => rows,
);

const changedOf = query<readonly Row[], Page | 'version'>(
  sql`SELECT i.type AS type, i.key AS key, ${columns} FROM (
        SELECT DISTINCT json_extract(c.value, '$[0]') AS type, json_extract(c.value, '$[1]') AS key
        FROM ${o} AS o, json_each(o.changes) AS c WHERE o.network_id = ${p('networkId')} AND o.version > ${p('version')}
          AND json_extract(c.value, '$[0]') IN (SELECT value FROM json_each(${p('types')}))
          AND (json_extract(c.value, '$[0]'), json_extract(c.value, '$[1]')) > (${p('type')}, ${p('key')})
        ORDER BY 1, 2 LIMIT ${p('limit')}) AS i
      LEFT JOIN ${e} AS e ON e.network_id = ${p('networkId')} AND e.type = i.type AND e.key = i.key
      ORDER BY i.type, i.key`,
  (rows) => rows,
);

/** A page of the entities of some types, in order of type and key. */
export function contentPage(networkId: string, types: readonly string[], after: After, limit: number): Query<ContentPage> {
  const all = allOf({ networkId, types: JSON.stringify(types), ...after, limit });
  return { ...all, read: (rows) => pageOf(rows, limit) };
}

/** A page of those that commits after `version` touched. */
export function changedContentPage(
  networkId: string,
  types: readonly string[],
  version: number,
  after: After,
  limit: number,
): Query<ContentPage> {
  const changed = changedOf({ networkId, types: JSON.stringify(types), version, ...after, limit });
  return { ...changed, read: (rows) => pageOf(rows, limit) };
}

function pageOf(rows: readonly Row[], limit: number): ContentPage {
  const present: ContentEntity[] = [];
  const gone: EntityId[] = [];
  for (const row of rows) {
    const id = { type: String(row['type']), key: String(row['key']) };
    if (row['id'] === null) gone.push(id);
    else present.push({ ...id, id: Number(row['id']), config: parse(row['config']), children: edges(row['children']) });
  }
  const last = rows.at(-1);
  const next = last && rows.length === limit ? { type: String(last['type']), key: String(last['key']) } : null;
  return { present, gone, next };
}

const parse = (json: unknown): unknown => (json === null ? null : JSON.parse(String(json)));

function edges(json: unknown): EntityId[] {
  const pairs = JSON.parse(String(json)) as [string, string][];
  return pairs.map(([type, key]) => ({ type, key })).sort((left, right) => (entityKey(left) < entityKey(right) ? -1 : 1));
}
