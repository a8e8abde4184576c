import { sql } from 'drizzle-orm';
import { entities as e } from '../../../core/db/schema.ts';
import { query, type Query, type Row } from '../../../core/db/statement.ts';
import type { StoredCbsd } from '../schemas/cbsd.ts';

export const CBSD = 'cbsd';

/** A CBSD as it is stored. Clients know it by the number of its entity, which is never used again. */
export interface CbsdRow {
  readonly id: number;
  readonly key: string;
  readonly version: number;
  readonly config: StoredCbsd;
}

const p = sql.placeholder;

const readRow = (row: Row): CbsdRow => ({
  id: Number(row['id']),
  key: String(row['key']),
  version: Number(row['version']),
  config: JSON.parse(String(row['config'])) as StoredCbsd,
});

const mine = sql`${e.networkId} = ${p('networkId')} AND ${e.type} = ${CBSD}`;
const columns = sql`SELECT ${e.id} AS id, ${e.key} AS key, ${e.version} AS version, ${e.config} AS config FROM ${e}`;
const page = sql`ORDER BY ${e.id} LIMIT ${p('limit')} OFFSET ${p('offset')}`;

/** One CBSD, or undefined. */
export const cbsdById: (values: { networkId: string; id: number }) => Query<CbsdRow | undefined> = query<
  CbsdRow | undefined,
  'networkId' | 'id'
>(sql`${columns} WHERE ${e.id} = ${p('id')} AND ${mine}`, ([row]) => row && readRow(row));

type Page = 'networkId' | 'limit' | 'offset';

const all = query<CbsdRow[], Page>(sql`${columns} WHERE ${mine} ${page}`, (rows) => rows.map(readRow));
// By physical id alone the index is used; the network is checked on the one row found.
const bySerial = query<CbsdRow[], Page | 'physicalId'>(
  sql`${columns} WHERE ${e.physicalId} = ${p('physicalId')} AND ${mine} ${page}`,
  (rows) => rows.map(readRow),
);

const count = ([row]: readonly Row[]): number => Number(row?.['total'] ?? 0);
const countAll = query<number, 'networkId'>(sql`SELECT COUNT(*) AS total FROM ${e} WHERE ${mine}`, count);
const countBySerial = query<number, 'networkId' | 'physicalId'>(
  sql`SELECT COUNT(*) AS total FROM ${e} WHERE ${e.physicalId} = ${p('physicalId')} AND ${mine}`,
  count,
);

export interface CbsdFilter {
  readonly networkId: string;
  /** Only the one with this physical id. */
  readonly physicalId: string | undefined;
}

/** Some CBSDs of a network in order of their number; a limit of -1 means all. */
export const cbsdPage = ({ networkId, physicalId }: CbsdFilter, limit: number, offset: number): Query<CbsdRow[]> =>
  physicalId === undefined ? all({ networkId, limit, offset }) : bySerial({ networkId, physicalId, limit, offset });

/** How many CBSDs the filter lets through. */
export const countCbsds = ({ networkId, physicalId }: CbsdFilter): Query<number> =>
  physicalId === undefined ? countAll({ networkId }) : countBySerial({ networkId, physicalId });
