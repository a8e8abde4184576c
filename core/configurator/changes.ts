import { sql } from 'drizzle-orm';
import { outbox } from '../db/schema.ts';
import { compile, query, type Query, type Statement } from '../db/statement.ts';
import type { EntityId } from './model.ts';

const p = sql.placeholder;

const since = query<EntityId[], 'network' | 'version'>(
  sql`SELECT DISTINCT json_extract(c.value, '$[0]') AS type, json_extract(c.value, '$[1]') AS key
      FROM ${outbox} AS o, json_each(o.changes) AS c WHERE o.network_id = ${p('network')} AND o.version > ${p('version')}`,
  (rows) => rows.map((row) => ({ type: String(row['type']), key: String(row['key']) })),
);

/** What was touched in a network after a version: each id once. */
export const changesSince = (network: string, version: number): Query<EntityId[]> => since({ network, version });

const remove = compile<'network' | 'version'>(sql`DELETE FROM ${outbox} WHERE network_id = ${p('network')} AND version <= ${p('version')}`);

/** Takes what a network object has dealt with off the outbox. */
export const delivered = (network: string, version: number): Statement => remove({ network, version });

const waiting = query<string[], 'before'>(
  sql`SELECT DISTINCT network_id FROM ${outbox} WHERE at <= ${p('before')} ORDER BY network_id LIMIT 1000`,
  (rows) => rows.map((row) => String(row['network_id'])),
);

/** Networks with commits older than `before` (unix milliseconds) that their object has not taken: their nudge was lost. */
export const waitingNetworks = (before: number): Query<string[]> => waiting({ before });
