import { sql } from 'drizzle-orm';
import { logins } from '../db/schema.ts';
import { query, type Query } from '../db/statement.ts';

/** So many attempts for one name, and for all names together, within this time; a login that succeeds gives its name all back. */
export const WINDOW_MS = 5 * 60_000;
export const MOST_PER_NAME = 10;
export const MOST_IN_ALL = 300;

const p = sql.placeholder;

const forget = query<undefined, 'before'>(sql`DELETE FROM ${logins} WHERE since <= ${p('before')}`, () => undefined);

// Nothing is counted once the platform as a whole has had enough, so the table holds no more names than that.
const count = query<number, 'name' | 'at' | 'most'>(
  sql`INSERT INTO ${logins} (name, attempts, since) SELECT ${p('name')}, 1, ${p('at')}
      WHERE (SELECT COALESCE(SUM(MIN(attempts, ${MOST_PER_NAME + 1})), 0) FROM ${logins}) < ${p('most')}
      ON CONFLICT (name) DO UPDATE SET attempts = attempts + 1 RETURNING attempts`,
  ([row]) => Number(row?.['attempts'] ?? Number.POSITIVE_INFINITY),
);

/** Counts an attempt before anything is checked, so that many at once count too. Answers how many there have been for this name. */
export const countAttempt = (name: string, now: number): readonly [Query<undefined>, Query<number>] => [
  forget({ before: now - WINDOW_MS }),
  count({ name, at: now, most: MOST_IN_ALL }),
];
