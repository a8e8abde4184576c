import { sql } from 'drizzle-orm';
import { tokens } from '../db/schema.ts';
import { compile, type Statement } from '../db/statement.ts';

/** A token's last use is known to within this: writing it down at every call would make each read a write. */
const PRECISION_MS = 5 * 60_000;

const p = sql.placeholder;
const touch = compile<'id' | 'at' | 'before'>(
  sql`UPDATE ${tokens} SET last_used_at = ${p('at')} WHERE id = ${p('id')} AND COALESCE(last_used_at, 0) <= ${p('before')}`,
);

/** Writes down that a token was used; undefined when that was done a moment ago. `now` in unix milliseconds. */
export function tokenUsed(token: { readonly id: string; readonly lastUsedAt: number | null }, now: number): Statement | undefined {
  const before = now - PRECISION_MS;
  return (token.lastUsedAt ?? 0) <= before ? touch({ id: token.id, at: now, before }) : undefined;
}
