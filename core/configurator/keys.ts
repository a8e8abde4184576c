import { sql } from 'drizzle-orm';
import { entities as e } from '../db/schema.ts';
import { query, type Query } from '../db/statement.ts';

const p = sql.placeholder;

/** Keys of the entities of a type, sorted, after `after` (exclusive); `limit` -1 means all. Looks at no edge and no config. */
export const entityKeys: (values: { networkId: string; type: string; after: string; limit: number }) => Query<string[]> = query<
  string[],
  'networkId' | 'type' | 'after' | 'limit'
>(
  sql`SELECT ${e.key} AS key FROM ${e} WHERE ${e.networkId} = ${p('networkId')} AND ${e.type} = ${p('type')} AND ${e.key} > ${p('after')}
      ORDER BY ${e.key} LIMIT ${p('limit')}`,
  (rows) => rows.map((row) => String(row['key'])),
);
