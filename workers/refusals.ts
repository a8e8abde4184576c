import type { Author } from '../core/configurator/commit.ts';
import { Database } from '../core/db/database.ts';
import { type Refusal, RefusalLimiter, refusalStatement } from '../core/identity/refusal-audit.ts';

/** One for each database, as long as this instance of the Worker lives. */
const limiters = new WeakMap<D1Database, RefusalLimiter>();

/** Writes a refusal at a door to the audit log, unless it is one of too many. Never fails: the refusal stands whether or not it is written down. */
export async function recordRefusal(d1: D1Database, row: Refusal, author: Author): Promise<void> {
  const limiter = limiters.get(d1) ?? new RefusalLimiter();
  limiters.set(d1, limiter);
  if (!limiter.admits(row, author.at)) return;
  await new Database(d1)
    .commit([refusalStatement(row, author)])
    .catch((failure: unknown) => console.error('refusal not recorded', author.requestId, failure));
}
