import { sql } from 'drizzle-orm';
import { audit } from '../db/schema.ts';
import { query, type Query } from '../db/statement.ts';

const p = sql.placeholder;

/** What was done or refused. */
export interface AuditEntry {
  /** Rises with each row. */
  readonly id: number;
  /** Unix milliseconds. */
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly network_id: string;
  readonly target: string;
  readonly outcome: string;
  readonly request_id: string;
  readonly detail: unknown;
}

export interface AuditFilter {
  readonly actor: string | null;
  readonly action: string | null;
  readonly network: string | null;
  readonly target: string | null;
  /** Unix milliseconds, inclusive. */
  readonly from: number | null;
  /** Unix milliseconds, exclusive. */
  readonly to: number | null;
}

/** A page of the audit log, newest first, before row `before` (exclusive). A filter of null lets everything through. */
export const auditPage: (values: AuditFilter & { before: number; limit: number }) => Query<AuditEntry[]> = query<
  AuditEntry[],
  keyof AuditFilter | 'before' | 'limit'
>(
  sql`SELECT id, at, actor, action, network_id, target, outcome, request_id, detail FROM ${audit}
      WHERE id < ${p('before')} AND (${p('network')} IS NULL OR network_id = ${p('network')}) AND (${p('actor')} IS NULL OR actor = ${p('actor')})
        AND (${p('action')} IS NULL OR action = ${p('action')}) AND (${p('target')} IS NULL OR target = ${p('target')})
        AND (${p('from')} IS NULL OR at >= ${p('from')}) AND (${p('to')} IS NULL OR at < ${p('to')})
      ORDER BY id DESC LIMIT ${p('limit')}`,
  (rows) =>
    rows.map((row) => ({
      id: Number(row['id']),
      at: Number(row['at']),
      actor: String(row['actor']),
      action: String(row['action']),
      network_id: String(row['network_id']),
      target: String(row['target']),
      outcome: String(row['outcome']),
      request_id: String(row['request_id']),
      detail: row['detail'] === null ? null : JSON.parse(String(row['detail'])),
    })),
);
