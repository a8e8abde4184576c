import { sql } from 'drizzle-orm';
import type { Mutation } from '../../../core/configurator/mutations.ts';
import { entities } from '../../../core/db/schema.ts';
import { query, type Query } from '../../../core/db/statement.ts';
import type { MsisdnAssignment } from '../schemas/msisdn.ts';
import { MSISDN } from './entity-types.ts';

/**
 * The registry of telephone numbers: one entity a number, its name the IMSI, so that both directions have an index.
 * The subscriber need not exist (REST-BEHAVIOUR.md 9).
 */
export const assignNumber = ({ id, msisdn }: MsisdnAssignment): Mutation => ({
  do: 'create_entity',
  id: { type: MSISDN, key: msisdn },
  name: id,
});

const p = sql.placeholder;

const numbers = query<string[], 'networkId' | 'subscriber'>(
  sql`SELECT key FROM ${entities} WHERE network_id = ${p('networkId')} AND type = 'msisdn' AND name = ${p('subscriber')} ORDER BY key`,
  (rows) => rows.map((row) => String(row['key'])),
);

/** The numbers of a subscriber. */
export const numbersOf = (networkId: string, subscriber: string): Query<string[]> => numbers({ networkId, subscriber });

const assigned = query<{ msisdn: string; id: string }[], 'networkId' | 'after' | 'limit'>(
  sql`SELECT key, name FROM ${entities} WHERE network_id = ${p('networkId')} AND type = 'msisdn' AND key > ${p('after')} ORDER BY key LIMIT ${p('limit')}`,
  (rows) => rows.map((row) => ({ msisdn: String(row['key']), id: String(row['name']) })),
);

/** The numbers of a network with their subscribers, in order of number. */
export const assignedNumbers = (
  networkId: string,
  page: { readonly after: string; readonly limit: number },
): Query<{ msisdn: string; id: string }[]> => assigned({ networkId, ...page });
