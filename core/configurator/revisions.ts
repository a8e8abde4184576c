import { type SQL, sql } from 'drizzle-orm';
import { associations as a, entities as e, networks as n, revisions as r } from '../db/schema.ts';
import { query, type Query, type Row } from '../db/statement.ts';
import { INTERNAL_NETWORK } from './internal-network.ts';
import { type EntityId, entityKey } from './model.ts';

const p = sql.placeholder;

/** What an entity or network was at one moment; null: it did not exist. */
export interface Image {
  readonly name: string;
  readonly description: string;
  /** Entities only. */
  readonly physical_id?: string | null;
  readonly config?: unknown;
  readonly children?: readonly (readonly [type: string, key: string])[];
  /** Networks only. */
  readonly type?: string;
  readonly configs?: Readonly<Record<string, unknown>>;
}

/** One change of one entity, or of the network itself (type `network`, no key). */
export interface Revision extends EntityId {
  /** Rises with each row. */
  readonly id: number;
  /** Version of the network that the change made. */
  readonly version: number;
  readonly before: Image | null;
  readonly after: Image | null;
  readonly actor: string;
  readonly requestId: string;
  /** Unix milliseconds. */
  readonly at: number;
}

type ShortImage = readonly [name: string, config: unknown, children: NonNullable<Image['children']>];

/** As the store keeps it: whole, or short where a bulk write made it, whose entities have neither description nor physical id. */
export function image(stored: unknown): Image | null {
  const value: unknown = typeof stored === 'string' ? JSON.parse(stored) : null;
  if (!Array.isArray(value)) return value as Image | null;
  const [name, config, children] = value as unknown as ShortImage;
  return { name, description: '', physical_id: null, config, children };
}

const readRevision = (row: Row): Revision => ({
  id: Number(row['id']),
  type: String(row['type']),
  key: String(row['key']),
  version: Number(row['version']),
  before: image(row['before']),
  after: image(row['after']),
  actor: String(row['actor']),
  requestId: String(row['request_id']),
  at: Number(row['at']),
});

const columns = sql`r.id AS id, r.type AS type, r.key AS key, r.version AS version, r.before AS before, r.after AS after,
  r.actor AS actor, r.request_id AS request_id, r.at AS at`;

const place = sql`(r.version < ${p('version')} OR (r.version = ${p('version')} AND r.id < ${p('id')})) AND r.version <= ${p('version')}
  ORDER BY r.version DESC, r.id DESC LIMIT ${p('limit')}`;
type Place = 'networkId' | 'version' | 'id' | 'limit';

// One statement for each filter, so that each walks its index from the newest row and stops at the limit.
const ofNetwork = query<Revision[], Place>(
  sql`SELECT ${columns} FROM ${r} AS r WHERE r.network_id = ${p('networkId')} AND ${place}`,
  (rows) => rows.map(readRevision),
);
const ofType = query<Revision[], Place | 'type'>(
  sql`SELECT ${columns} FROM ${r} AS r WHERE r.network_id = ${p('networkId')} AND r.type = ${p('type')} AND ${place}`,
  (rows) => rows.map(readRevision),
);
const ofEntity = query<Revision[], Place | 'type' | 'key'>(
  sql`SELECT ${columns} FROM ${r} AS r WHERE r.network_id = ${p('networkId')} AND r.type = ${p('type')} AND r.key = ${p('key')} AND ${place}`,
  (rows) => rows.map(readRevision),
);

/** A page of a network's revisions, newest first, before a version and row (exclusive); of one type or entity only when asked for. */
export function revisionsOf(
  networkId: string,
  { type, key }: { readonly type: string | null; readonly key: string | null },
  { before: [version = 0, id = 0], limit }: { readonly before: readonly number[]; readonly limit: number },
): Query<Revision[]> {
  const page = { networkId, version, id, limit };
  if (type === null) return ofNetwork(page);
  return key === null ? ofType({ ...page, type }) : ofEntity({ ...page, type, key });
}

/** What a commit left of an entity, beside what there is of it now. */
export interface Restorable extends EntityId {
  readonly after: Image | null;
  /** The version that it has now, 0 when it does not exist. */
  readonly currentVersion: number;
  /** Types of the children that it has now. */
  readonly currentChildTypes: readonly string[];
  /** Children of `after` that do not exist any more. */
  readonly missing: readonly string[];
}

/** Which revisions are asked for: those of the commit that made a version, of one type or entity only where it is given. */
export type RestoredPlace = {
  readonly networkId: string;
  readonly version: number;
  readonly type: string | null;
  readonly key: string | null;
};

/** Condition on rows `r` of the table. */
export const ofCommit = sql`r.network_id = ${p('networkId')} AND r.network_id <> ${INTERNAL_NETWORK} AND r.version = ${p('version')}
  AND (${p('type')} IS NULL OR r.type = ${p('type')}) AND (${p('key')} IS NULL OR r.key = ${p('key')})`;

/** Each [type, key] of the children in a stored image, whole or short. */
export const imageChildren = (stored: SQL): SQL =>
  sql`json_each(COALESCE(json_extract(${stored}, '$.children'), json_extract(${stored}, '$[2]'), '[]'))`;

/**
 * All that the commit which made a version of a network changed, or the one entity asked for, each with what there is of it now.
 * The newest row counts where a commit has several for one entity.
 */
export const restorables: (place: RestoredPlace) => Query<Restorable[]> = query<Restorable[], keyof RestoredPlace>(
  sql`SELECT r.type AS type, r.key AS key, r.after AS after,
          CASE WHEN r.type = 'network' THEN (SELECT version FROM ${n} WHERE id = r.network_id) ELSE e.version END AS current,
          (SELECT json_group_array(DISTINCT c.to_type) FROM ${a} AS c WHERE c.network_id = r.network_id AND c.from_type = r.type AND c.from_key = r.key) AS types,
          (SELECT json_group_array(json_array(json_extract(w.value, '$[0]'), json_extract(w.value, '$[1]')))
             FROM ${imageChildren(sql`r.after`)} AS w
             WHERE NOT EXISTS (SELECT 1 FROM ${e} AS x WHERE x.network_id = r.network_id AND x.type = json_extract(w.value, '$[0]')
               AND x.key = json_extract(w.value, '$[1]'))) AS missing
        FROM ${r} AS r LEFT JOIN ${e} AS e ON e.network_id = r.network_id AND e.type = r.type AND e.key = r.key
        WHERE ${ofCommit} ORDER BY r.id`,
  (rows) => [...new Map(rows.map((row) => [entityKey(idOf(row)), readRestorable(row)])).values()],
);

const idOf = (row: Row): EntityId => ({ type: String(row['type']), key: String(row['key']) });

function readRestorable(row: Row): Restorable {
  const missing = JSON.parse(String(row['missing'])) as [string, string][];
  return {
    ...idOf(row),
    after: image(row['after']),
    currentVersion: Number(row['current'] ?? 0),
    currentChildTypes: JSON.parse(String(row['types'])) as string[],
    missing: missing.map(([type, key]) => entityKey({ type, key })),
  };
}
