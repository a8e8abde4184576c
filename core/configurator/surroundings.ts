import { sql } from 'drizzle-orm';
import { associations as a, entities as e, networks as n, revisions as r } from '../db/schema.ts';
import { query, type Query } from '../db/statement.ts';
import { INTERNAL_NETWORK } from './internal-network.ts';
import { readGraph, readNetwork } from './load.ts';
import { entityKey, type Graph, type Network } from './model.ts';
import { NETWORK } from './mutations.ts';
import type { EdgeType, RestoreRule, Restoring } from './restore-rule.ts';
import { type Image, image, imageChildren, ofCommit, type RestoredPlace } from './revisions.ts';

const p = sql.placeholder;

// What is restored is known to the store only while this is read: everything starts from the revisions, so that one round trip is enough.
const targets = sql`targets AS (SELECT r.type AS type, r.key AS key, r.after AS after, MAX(r.id) AS newest FROM ${r} AS r
  WHERE ${ofCommit} GROUP BY r.type, r.key)`;
const children = imageChildren(sql`t.after`);
/** JSON array of pairs. */
const pairs = (name: string) => sql`(SELECT value ->> '$[0]' AS holder, value ->> '$[1]' AS named FROM json_each(${p(name)}))`;
const isGone = sql`EXISTS (SELECT 1 FROM targets AS t WHERE t.after IS NULL AND t.type = e.type AND t.key = e.key)`;

// CROSS JOIN, and edges by both types, keep SQLite to ranges of the index: an APN may have 100,000 subscribers above it.
const graph = query<Graph, keyof RestoredPlace | 'follows' | 'names'>(
  sql`WITH RECURSIVE ${targets},
      follows AS (SELECT value ->> '$[0]' AS parent, value ->> '$[1]' AS child, value ->> '$[2]' AS gone FROM json_each(${p('follows')})),
      below(type, key, depth, gone) AS (
        SELECT type, key, 0, after IS NULL FROM targets
        UNION SELECT w.value ->> '$[0]', w.value ->> '$[1]', 1, 0 FROM targets AS t CROSS JOIN ${children} AS w
          WHERE EXISTS (SELECT 1 FROM follows AS f WHERE f.parent = t.type AND f.child = w.value ->> '$[0]' AND f.gone = 0)
        UNION SELECT a.to_type, a.to_key, b.depth + 1, b.gone FROM below AS b
          CROSS JOIN follows AS f ON f.parent = b.type AND f.gone <= b.gone
          CROSS JOIN ${a} AS a ON a.network_id = ${p('networkId')} AND a.from_type = b.type AND a.from_key = b.key AND a.to_type = f.child
          WHERE b.depth < 2),
      wanted AS (
        SELECT type, key FROM below
        UNION SELECT a.from_type, a.from_key FROM below AS b
          CROSS JOIN follows AS f ON f.child = b.type AND f.gone <= b.gone
          CROSS JOIN ${a} AS a ON a.network_id = ${p('networkId')} AND a.to_type = b.type AND a.to_key = b.key AND a.from_type = f.parent
          WHERE b.depth < 2
        UNION SELECT m.named, s.atom FROM targets AS t CROSS JOIN ${pairs('names')} AS m ON m.holder = t.type
          CROSS JOIN json_tree(t.after) AS s WHERE s.type = 'text')
      SELECT e.id AS id, e.type AS type, e.key AS key, e.name AS name, e.description AS description, e.physical_id AS physical_id,
        e.config AS config, e.version AS version, NULL AS device,
        (SELECT json_group_array(json_array(a.to_type, a.to_key)) FROM follows AS f
          CROSS JOIN ${a} AS a ON a.network_id = e.network_id AND a.from_type = e.type AND a.from_key = e.key AND a.to_type = f.child
          WHERE f.parent = e.type AND (f.gone = 0 OR ${isGone})) AS children,
        (SELECT json_group_array(json_array(a.from_type, a.from_key)) FROM follows AS f
          CROSS JOIN ${a} AS a ON a.network_id = e.network_id AND a.to_type = e.type AND a.to_key = e.key AND a.from_type = f.parent
          WHERE f.child = e.type AND (f.gone = 0 OR ${isGone})) AS parents
      FROM wanted CROSS JOIN ${e} AS e ON e.network_id = ${p('networkId')} AND e.type = wanted.type AND e.key = wanted.key
      ORDER BY e.type, e.key`,
  readGraph,
);

const networks = query<ReadonlyMap<string, Network>, keyof RestoredPlace | 'holders'>(
  sql`WITH ${targets}
      SELECT DISTINCT n.id AS id, n.type AS type, n.name AS name, n.description AS description, n.configs AS configs, n.version AS version
      FROM targets AS t CROSS JOIN json_tree(t.after) AS s CROSS JOIN ${n} AS n ON n.id = s.atom
      WHERE t.type IN (SELECT value FROM json_each(${p('holders')})) AND s.type = 'text'
        AND n.id <> ${INTERNAL_NETWORK} AND n.id <> ${p('networkId')}`,
  (rows) => new Map(rows.map((row) => [String(row['id']), readNetwork(row)])),
);

const past = query<ReadonlyMap<string, Image | null>, keyof RestoredPlace | 'remembers'>(
  sql`WITH ${targets}
      SELECT h.type AS type, h.key AS key, h.after AS after FROM (
          SELECT DISTINCT w.value ->> '$[0]' AS type, w.value ->> '$[1]' AS key FROM targets AS t
            CROSS JOIN ${pairs('remembers')} AS m ON m.holder = t.type CROSS JOIN ${children} AS w ON w.value ->> '$[0]' = m.named) AS c
        CROSS JOIN ${r} AS h ON h.id = (SELECT x.id FROM ${r} AS x WHERE x.network_id = ${p('networkId')} AND x.type = c.type AND x.key = c.key
          AND x.version <= ${p('version')} ORDER BY x.version DESC, x.id DESC LIMIT 1)`,
  (rows) => new Map(rows.map((row) => [entityKey({ type: String(row['type']), key: String(row['key']) }), image(row['after'])])),
);

/** What the rules of the modules have to see of what a commit left behind; all of it fits into one read. */
export function surroundings(place: RestoredPlace, { follows, rules }: Restoring) {
  const names = pairsOf(rules, (rule) => rule.names ?? []);
  const holders = names.filter(([, named]) => named === NETWORK.type).map(([holder]) => holder);
  const followed = follows.map(({ edge: [parent, child], gone }) => [parent, child, gone ? 1 : 0]);
  return [
    graph({ ...place, follows: JSON.stringify(followed), names: JSON.stringify(names) }),
    networks({ ...place, holders: JSON.stringify(holders) }),
    past({ ...place, remembers: JSON.stringify(rules.flatMap((rule) => rule.remembers ?? [])) }),
  ] as const satisfies readonly Query<unknown>[];
}

const pairsOf = (rules: readonly RestoreRule[], of: (rule: RestoreRule) => readonly string[]): EdgeType[] =>
  rules.flatMap((rule) => rule.types.flatMap((type) => of(rule).map((named): EdgeType => [type, named])));
