import { sql } from 'drizzle-orm';
import type { Author } from '../configurator/commit.ts';
import { audit, entities } from '../db/schema.ts';
import { type Statement, compile } from '../db/statement.ts';

/** One row a minute for the same refusal, and so many a minute for one network: those refused can be many, and anybody. */
const WINDOW_MS = 60_000;
const MOST_PER_WINDOW = 30;

const p = sql.placeholder;

const insert = compile<'at' | 'since' | 'actor' | 'action' | 'network' | 'target' | 'request' | 'detail' | 'most'>(
  sql`INSERT INTO ${audit} (at, actor, action, network_id, target, outcome, request_id, detail)
      SELECT ${p('at')}, ${p('actor')}, ${p('action')}, w.network_id, ${p('target')}, 'refused', ${p('request')}, ${p('detail')}
      FROM (SELECT COALESCE(NULLIF(${p('network')}, ''), (SELECT network_id FROM ${entities} WHERE physical_id = ${p('target')}), '') AS network_id) AS w
      WHERE (SELECT COUNT(*) FROM ${audit} AS a WHERE a.network_id = w.network_id AND a.at > ${p('since')} AND a.outcome = 'refused') < ${p('most')}
        AND NOT EXISTS (SELECT 1 FROM ${audit} AS a WHERE a.network_id = w.network_id AND a.at > ${p('since')} AND a.outcome = 'refused'
          AND a.action = ${p('action')} AND a.target = ${p('target')} AND a.detail = ${p('detail')})`,
);

/** What was refused to whom, and why. */
export interface Refusal {
  readonly action: string;
  readonly networkId?: string;
  readonly target: string;
  readonly reason: string;
}

/**
 * The audit row of a refusal at a door anybody can knock at. `target` is a hardware id, an operator's id or a certificate;
 * the network, when not named, is that of the entity with that physical id. Repeated ones are left out.
 */
export function refusalStatement(row: Refusal, author: Author): Statement {
  return insert({
    at: author.at,
    since: author.at - WINDOW_MS,
    actor: author.actor,
    action: row.action,
    network: row.networkId ?? '',
    target: row.target.slice(0, 256),
    request: author.requestId,
    detail: JSON.stringify({ reason: row.reason }),
    most: MOST_PER_WINDOW,
  });
}

/** Who is refused before anything is known of them, as the target of the audit row: one for all, since they can name themselves anything. */
export const STRANGERS = {
  nothing: 'no certificate',
  foreign: 'certificate of another authority',
} as const;

/** So many refusals of one instance of the platform reach the store in a window; the store's own limits come after. */
const MOST_WRITTEN = 120;

/** Keeps refusals that would not be written anyway, or are too many, from costing the store a transaction each. Kept in memory. */
export class RefusalLimiter {
  #since = 0;
  readonly #written = new Set<string>();

  /** Whether this refusal is to be written: the first of its kind in the window, while there are few. `now` in unix milliseconds. */
  admits(row: Refusal, now: number): boolean {
    if (now - this.#since >= WINDOW_MS || now < this.#since) {
      this.#since = now;
      this.#written.clear();
    }
    const kind = JSON.stringify([row.action, row.networkId, row.target, row.reason]);
    if (this.#written.has(kind) || this.#written.size >= MOST_WRITTEN) return false;
    this.#written.add(kind);
    return true;
  }
}
