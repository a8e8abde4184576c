import { type SQL, sql } from 'drizzle-orm';
import { associations as a, devices as d, entities as e } from '../db/schema.ts';
import { query, type Query } from '../db/statement.ts';
import { idsJson, readGraph } from './load.ts';
import type { EntityId, Graph } from './model.ts';

const p = sql.placeholder;

/**
 * What is wanted around entities that multitudes refer to: an APN may have 100,000 subscribers above it. Only edges to and from
 * `edges` types are named, so neither the cost nor an ETag depends on the others.
 */
export interface Scope {
  readonly edges: readonly string[];
  /** The same for edges from parents, where fewer are wanted. */
  readonly parents?: readonly string[];
  /** Types of children that are loaded along, one step down; none unless said. */
  readonly follow?: readonly string[];
}

export type ScopeParameters = { readonly networkId: string; readonly edges: string; readonly parents: string; readonly follow: string };

export const scopeParameters = (networkId: string, { edges, parents = edges, follow = [] }: Scope): ScopeParameters => ({
  networkId,
  edges: JSON.stringify(edges),
  parents: JSON.stringify(parents),
  follow: JSON.stringify(follow),
});

/** A query for the entities that `roots` selects (columns type and key; placeholder networkId) with what the scope names, in `order` of columns of `e`. */
export const scopedQuery = <Names extends string>(roots: SQL, order = sql`e.type, e.key`) =>
  query<Graph, Names | keyof ScopeParameters>(
    sql`WITH roots AS (${roots}),
      wanted AS (SELECT type, key FROM roots
        UNION SELECT a.to_type, a.to_key FROM roots
          CROSS JOIN ${a} AS a ON a.network_id = ${p('networkId')} AND a.from_type = roots.type AND a.from_key = roots.key
            AND a.to_type IN (SELECT value FROM json_each(${p('follow')})))
      SELECT e.id AS id, e.type AS type, e.key AS key, e.name AS name, e.description AS description, e.physical_id AS physical_id,
        e.config AS config, e.version AS version, d.info AS device,
        (SELECT json_group_array(json_array(to_type, to_key)) FROM ${a} WHERE network_id = e.network_id AND from_type = e.type
          AND from_key = e.key AND to_type IN (SELECT value FROM json_each(${p('edges')}))) AS children,
        (SELECT json_group_array(json_array(from_type, from_key)) FROM ${a} WHERE network_id = e.network_id AND to_type = e.type
          AND to_key = e.key AND from_type IN (SELECT value FROM json_each(${p('parents')}))) AS parents
      FROM wanted CROSS JOIN ${e} AS e ON e.network_id = ${p('networkId')} AND e.type = wanted.type AND e.key = wanted.key
        LEFT JOIN ${d} AS d ON d.hardware_id = e.physical_id
      ORDER BY ${order}`,
    readGraph,
  );

const byIds = scopedQuery<'ids'>(
  sql`SELECT json_extract(value, '$[0]') AS type, json_extract(value, '$[1]') AS key FROM json_each(${p('ids')})`,
);

const byType = scopedQuery<'type' | 'after' | 'limit'>(
  sql`SELECT type, key FROM ${e} WHERE network_id = ${p('networkId')} AND type = ${p('type')} AND key > ${p('after')} ORDER BY key LIMIT ${p('limit')}`,
);

/** The entities named, those that exist. */
export const loadScoped = (networkId: string, ids: readonly EntityId[], scope: Scope): Query<Graph> =>
  byIds({ ids: idsJson(ids), ...scopeParameters(networkId, scope) });

/** A page of entities of one type in order of key, starting after `after` (exclusive). `limit` -1: all. */
export const loadScopedPage = (
  networkId: string,
  type: string,
  { after = '', limit, ...scope }: Scope & { readonly after?: string; readonly limit: number },
): Query<Graph> => byType({ type, after, limit, ...scopeParameters(networkId, scope) });

const parentKeys = query<EntityId[], 'networkId' | 'type' | 'key' | 'types'>(
  sql`SELECT from_type AS type, from_key AS key FROM ${a} WHERE network_id = ${p('networkId')} AND to_type = ${p('type')} AND to_key = ${p('key')}
      AND from_type IN (SELECT value FROM json_each(${p('types')})) ORDER BY from_type, from_key`,
  (rows) => rows.map((row) => ({ type: String(row['type']), key: String(row['key']) })),
);

/** The parents of the given types: what a deletion has to take along. */
export const parentsOf = (networkId: string, { type, key }: EntityId, types: readonly string[]): Query<EntityId[]> =>
  parentKeys({ networkId, type, key, types: JSON.stringify(types) });
