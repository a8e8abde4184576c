import { sql } from 'drizzle-orm';
import { logins, operators } from '../db/schema.ts';
import { query, type Query } from '../db/statement.ts';

/** So many attempts under one name within this time; a login that succeeds gives its name all back. */
export const WINDOW_MS = 5 * 60_000;
export const MOST_PER_NAME = 10;
/**
 * So many under all names together. Beyond it names without a password are not looked at any more: who makes names up could otherwise have the platform
 * hash without end. Those with a password have their own ten attempts always, so that nobody keeps them out by names of his own.
 */
export const MOST_IN_ALL = 300;

const p = sql.placeholder;

const forget = query<undefined, 'before'>(sql`DELETE FROM ${logins} WHERE since <= ${p('before')}`, () => undefined);

const inAll = query<boolean, 'most'>(
  sql`SELECT COALESCE(SUM(MIN(attempts, ${MOST_PER_NAME + 1})), 0) >= ${p('most')} AS busy FROM ${logins}`,
  ([row]) => Number(row?.['busy']) === 1,
);

// Of names that are made up nothing is counted once the platform has had enough, so the table holds no more of them than that.
const count = query<number, 'name' | 'at' | 'most'>(
  sql`INSERT INTO ${logins} (name, attempts, since) SELECT ${p('name')}, 1, ${p('at')}
      WHERE (SELECT COALESCE(SUM(MIN(attempts, ${MOST_PER_NAME + 1})), 0) FROM ${logins}) < ${p('most')}
        OR EXISTS (SELECT 1 FROM ${operators} WHERE id = ${p('name')} AND password IS NOT NULL)
      ON CONFLICT (name) DO UPDATE SET attempts = attempts + 1 RETURNING attempts`,
  ([row]) => Number(row?.['attempts'] ?? Number.POSITIVE_INFINITY),
);

/**
 * Counts an attempt before anything is checked, so that many at once count too. Answers whether there have been too many under all names
 * together, and how many there have been for this name: without end when it was not counted.
 */
export const countAttempt = (name: string, now: number): readonly [Query<undefined>, Query<boolean>, Query<number>] => [
  forget({ before: now - WINDOW_MS }),
  inAll({ most: MOST_IN_ALL }),
  count({ name, at: now, most: MOST_IN_ALL }),
];
