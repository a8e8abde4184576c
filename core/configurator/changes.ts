import { sql } from 'drizzle-orm';
import { networks, outbox } from '../db/schema.ts';
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

/** Where a network stands beside its content. */
export interface Standing {
  /** Version of the newest commit that waits in the outbox; 0 when none does. */
  readonly announced: number;
  /** When the network was made (unix milliseconds): tells it from one that had its id before. Null: there is none. */
  readonly madeAt: number | null;
}

/** To be read together with the content, so that exactly what was read is taken off the outbox. */
export const standingOf: (values: { network: string }) => Query<Standing> = query<Standing, 'network'>(
  sql`SELECT (SELECT MAX(version) FROM ${outbox} WHERE network_id = ${p('network')}) AS announced,
        (SELECT created_at FROM ${networks} WHERE id = ${p('network')}) AS made_at`,
  ([row]) => ({ announced: Number(row?.['announced'] ?? 0), madeAt: row?.['made_at'] == null ? null : Number(row['made_at']) }),
);
