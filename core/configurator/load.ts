import { sql } from 'drizzle-orm';
import { associations as a, devices as d, entities as e, entityCounts, networks as n, outbox as o } from '../db/schema.ts';
import { query, type Query, type Row } from '../db/statement.ts';
import { INTERNAL_NETWORK } from './internal-network.ts';
import { type Entity, type EntityId, entityKey, type Graph, type Network } from './model.ts';

const p = sql.placeholder;

/** A row with the columns of a network. */
export function readNetwork(row: Row): Network {
  return {
    id: String(row['id']),
    type: String(row['type']),
    name: String(row['name']),
    description: String(row['description']),
    configs: JSON.parse(String(row['configs'])) as Record<string, unknown>,
    version: Number(row['version']),
  };
}

/** One network, or undefined. */
export const networkById: (values: { id: string }) => Query<Network | undefined> = query<Network | undefined, 'id'>(
  sql`SELECT id, type, name, description, configs, version FROM ${n} WHERE ${n.id} = ${p('id')}`,
  ([row]) => (row ? readNetwork(row) : undefined),
);

/** Ids of all networks, or of those of one type, sorted. */
export const networkIds: (values: { type: string | null }) => Query<string[]> = query<string[], 'type'>(
  sql`SELECT ${n.id} AS id FROM ${n} WHERE ${n.id} <> ${INTERNAL_NETWORK} AND (${p('type')} IS NULL OR ${n.type} = ${p('type')}) ORDER BY ${n.id}`,
  (rows) => rows.map((row) => String(row['id'])),
);

/** How many entities of a type a network has. */
export const countEntities: (values: { networkId: string; type: string }) => Query<number> = query<number, 'networkId' | 'type'>(
  sql`SELECT total FROM ${entityCounts} WHERE network_id = ${p('networkId')} AND type = ${p('type')}`,
  ([row]) => Number(row?.['total'] ?? 0),
);

/** Which of the given ids exist. CROSS JOIN keeps SQLite from walking the whole network instead of the few ids. */
export const existing: (values: { networkId: string; ids: string }) => Query<Set<string>> = query<Set<string>, 'networkId' | 'ids'>(
  sql`SELECT e.type AS type, e.key AS key FROM json_each(${p('ids')}) AS i
      CROSS JOIN ${e} AS e ON e.network_id = ${p('networkId')} AND e.type = json_extract(i.value, '$[0]') AND e.key = json_extract(i.value, '$[1]')`,
  (rows) => new Set(rows.map((row) => entityKey({ type: String(row['type']), key: String(row['key']) }))),
);

/** Which entity, of which network, owns a physical id. */
export const byPhysicalId: (values: { physicalId: string }) => Query<{ networkId: string; type: string; key: string } | undefined> = query(
  sql`SELECT ${e.networkId} AS network_id, ${e.type} AS type, ${e.key} AS key FROM ${e} WHERE ${e.physicalId} = ${p('physicalId')}`,
  ([row]) => (row ? { networkId: String(row['network_id']), type: String(row['type']), key: String(row['key']) } : undefined),
);

// What each row of an entity query holds. Edges are aggregated here so that a whole neighbourhood is one statement.
const columns = sql`
  e.id AS id, e.type AS type, e.key AS key, e.name AS name, e.description AS description, e.physical_id AS physical_id,
  CASE WHEN ${p('withConfig')} = 1 THEN e.config END AS config, e.version AS version,
  (SELECT json_group_array(json_array(to_type, to_key)) FROM ${a} WHERE network_id = e.network_id AND from_type = e.type AND from_key = e.key) AS children,
  (SELECT json_group_array(json_array(from_type, from_key)) FROM ${a} WHERE network_id = e.network_id AND to_type = e.type AND to_key = e.key) AS parents,
  d.info AS device`;

// Roots, then everything within `down` steps below and `up` steps above them. CROSS JOIN keeps SQLite from walking all edges of the
// network for each step.
const walk = sql`
  below(type, key, depth) AS (
    SELECT type, key, 0 FROM roots
    UNION SELECT a.to_type, a.to_key, below.depth + 1 FROM below
      CROSS JOIN ${a} AS a ON a.network_id = ${p('networkId')} AND a.from_type = below.type AND a.from_key = below.key
      WHERE below.depth < ${p('down')}),
  above(type, key, depth) AS (
    SELECT type, key, 0 FROM roots
    UNION SELECT a.from_type, a.from_key, above.depth + 1 FROM above
      CROSS JOIN ${a} AS a ON a.network_id = ${p('networkId')} AND a.to_type = above.type AND a.to_key = above.key
      WHERE above.depth < ${p('up')}),
  wanted AS (SELECT type, key FROM below UNION SELECT type, key FROM above)
  SELECT ${columns} FROM wanted
    CROSS JOIN ${e} AS e ON e.network_id = ${p('networkId')} AND e.type = wanted.type AND e.key = wanted.key
    LEFT JOIN ${d} AS d ON d.hardware_id = e.physical_id
    ORDER BY e.type, e.key`;

type Walk = 'networkId' | 'down' | 'up' | 'withConfig';

const fromIds = query<Graph, Walk | 'ids'>(
  sql`WITH RECURSIVE roots AS (SELECT json_extract(value, '$[0]') AS type, json_extract(value, '$[1]') AS key FROM json_each(${p('ids')})), ${walk}`,
  readGraph,
);

const fromType = query<Graph, Walk | 'type' | 'after' | 'limit'>(
  sql`WITH RECURSIVE roots AS (SELECT type, key FROM ${e} WHERE network_id = ${p('networkId')} AND type = ${p('type')} AND key > ${p('after')}
      ORDER BY key LIMIT ${p('limit')}), ${walk}`,
  readGraph,
);

// Only edges between the given types, so that the thousands of subscribers above an APN stay where they are.
const scopedColumns = sql`
  e.id AS id, e.type AS type, e.key AS key, e.name AS name, e.description AS description, e.physical_id AS physical_id,
  e.config AS config, e.version AS version, d.info AS device,
  (SELECT json_group_array(json_array(to_type, to_key)) FROM ${a} WHERE network_id = e.network_id AND from_type = e.type AND from_key = e.key
    AND to_type IN (SELECT value FROM json_each(${p('types')}))) AS children,
  (SELECT json_group_array(json_array(from_type, from_key)) FROM ${a} WHERE network_id = e.network_id AND to_type = e.type AND to_key = e.key
    AND from_type IN (SELECT value FROM json_each(${p('types')}))) AS parents`;

const withinTypes = query<Graph, 'networkId' | 'types'>(
  sql`SELECT ${scopedColumns} FROM ${e} AS e LEFT JOIN ${d} AS d ON d.hardware_id = e.physical_id
      WHERE e.network_id = ${p('networkId')} AND e.type IN (SELECT value FROM json_each(${p('types')}))
      ORDER BY e.type, e.key`,
  readGraph,
);

const changedWithinTypes = query<Graph, 'networkId' | 'types' | 'version'>(
  sql`SELECT ${scopedColumns} FROM (
        SELECT DISTINCT json_extract(c.value, '$[0]') AS type, json_extract(c.value, '$[1]') AS key
        FROM ${o} AS o, json_each(o.changes) AS c WHERE o.network_id = ${p('networkId')} AND o.version > ${p('version')}) AS i
      CROSS JOIN ${e} AS e ON e.network_id = ${p('networkId')} AND e.type = i.type AND e.key = i.key
        AND e.type IN (SELECT value FROM json_each(${p('types')}))
      LEFT JOIN ${d} AS d ON d.hardware_id = e.physical_id`,
  readGraph,
);

export interface Depth {
  /** How many steps to follow edges to children; 0 loads the entities alone (their edges are always named). */
  readonly down?: number;
  readonly up?: number;
  readonly withConfig?: boolean;
}

const depth = ({ down = 0, up = 0, withConfig = true }: Depth) => ({ down, up, withConfig: withConfig ? 1 : 0 });

/** The entities named, those that exist, with their neighbourhood. One statement, whatever the size of the graph. */
export function loadEntities(networkId: string, ids: readonly EntityId[], options: Depth = {}): Query<Graph> {
  return fromIds({ networkId, ids: idsJson(ids), ...depth(options) });
}

/** A page of entities of one type in order of key, starting after `after` (exclusive), with their neighbourhood. */
export function loadPage(
  networkId: string,
  type: string,
  options: Depth & { readonly after?: string; readonly limit: number },
): Query<Graph> {
  return fromType({ networkId, type, after: options.after ?? '', limit: options.limit, ...depth(options) });
}

/** All entities of the given types with the edges among those types: what the network object renders from. */
export function loadTypes(networkId: string, types: readonly string[]): Query<Graph> {
  return withinTypes({ networkId, types: JSON.stringify(types) });
}

/** As loadTypes, for the entities that commits after `version` touched and that still exist. */
export function loadChanged(networkId: string, types: readonly string[], version: number): Query<Graph> {
  return changedWithinTypes({ networkId, types: JSON.stringify(types), version });
}

/** Entity ids as the one JSON parameter that `json_each` takes apart again. */
export const idsJson = (ids: readonly EntityId[]): string => JSON.stringify(ids.map((id) => [id.type, id.key]));

/** Rows with the columns of an entity query. */
export function readGraph(rows: readonly Row[]): Graph {
  const loaded = new Map<string, Entity>();
  for (const row of rows) {
    const entity: Entity = {
      id: Number(row['id']),
      type: String(row['type']),
      key: String(row['key']),
      name: String(row['name']),
      description: String(row['description']),
      physicalId: row['physical_id'] === null ? null : String(row['physical_id']),
      config: row['config'] === null ? null : JSON.parse(String(row['config'])),
      version: Number(row['version']),
      children: readIds(row['children']),
      parents: readIds(row['parents']),
      device: row['device'] === null ? undefined : JSON.parse(String(row['device'])),
    };
    loaded.set(entityKey(entity), entity);
  }
  return { entities: loaded };
}

function readIds(json: unknown): EntityId[] {
  if (json === '[]') return [];
  const pairs = JSON.parse(String(json)) as [string, string][];
  return pairs.map(([type, key]) => ({ type, key })).sort(byTypeThenKey);
}

function byTypeThenKey(left: EntityId, right: EntityId): number {
  if (left.type !== right.type) return left.type < right.type ? -1 : 1;
  return left.key < right.key ? -1 : left.key > right.key ? 1 : 0;
}
