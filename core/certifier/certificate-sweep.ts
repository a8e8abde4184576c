import { sql } from 'drizzle-orm';
import { certificates as c } from '../db/schema.ts';
import type { Database } from '../db/database.ts';
import { type Query, compile, query } from '../db/statement.ts';

const p = sql.placeholder;

/** How long an expired certificate is still known, so that who presents it is told that it has expired (SOUTHBOUND 2). */
const KEPT_MS = 24 * 3_600_000;
const BATCH = 500;
/** So many rows leave in one run at most; the rest waits for the next. */
const MOST_BATCHES = 20;

const removeExpired = compile<'before' | 'limit'>(
  sql`DELETE FROM ${c} WHERE serial IN (SELECT serial FROM ${c} WHERE not_after < ${p('before')} ORDER BY not_after LIMIT ${p('limit')})
      RETURNING serial`,
);

/** Takes away what has been expired for a day, in bounded batches. `now` in unix milliseconds; answers how many certificates left. */
export async function sweepExpired(db: Database, now: number, { batch = BATCH, most = MOST_BATCHES } = {}): Promise<number> {
  let removed = 0;
  for (let run = 0; run < most; run += 1) {
    const [gone = []] = await db.commit([removeExpired({ before: now - KEPT_MS, limit: batch })]);
    removed += gone.length;
    if (gone.length < batch) break;
  }
  return removed;
}

const revokedSince = query<Map<string, string[]>, 'since' | 'now'>(
  sql`SELECT subject, serial FROM ${c} WHERE revoked_at >= ${p('since')} AND not_after >= ${p('now')} AND +kind = 'gateway' ORDER BY revoked_at LIMIT 1000`,
  (rows) => {
    const bySubject = Map.groupBy(rows, (row) => String(row['subject']));
    return new Map([...bySubject].map(([subject, found]) => [subject, found.map((row) => String(row['serial']))]));
  },
);

/** Serials of gateways' certificates that were revoked since then and would still be valid, by hardware id. Times in unix milliseconds. */
export const recentlyRevoked = (since: number, now: number): Query<Map<string, string[]>> => revokedSince({ since, now });
