import { sql } from 'drizzle-orm';
import { audit } from '../db/schema.ts';
import { compile, type Statement } from '../db/statement.ts';

/** A row of the audit log as it is kept until it is written. */
export interface AuditRow {
  /** Unix milliseconds. */
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly networkId: string;
  readonly target: string;
  readonly outcome: AuditOutcome;
  readonly requestId: string;
  /** No secrets. */
  readonly detail?: unknown;
}

export type AuditOutcome = 'ok' | 'refused' | 'failed' | 'queued' | 'cancelled' | 'expired';

const p = sql.placeholder;

const insertMissing = compile<'rows'>(
  sql`INSERT INTO ${audit} (at, actor, action, network_id, target, outcome, request_id, detail)
      SELECT r.value ->> '$.at', r.value ->> '$.actor', r.value ->> '$.action', r.value ->> '$.networkId', r.value ->> '$.target',
        r.value ->> '$.outcome', r.value ->> '$.requestId', r.value -> '$.detail'
      FROM json_each(${p('rows')}) AS r
      WHERE NOT EXISTS (SELECT 1 FROM ${audit} AS a WHERE a.network_id = r.value ->> '$.networkId' AND a.at = r.value ->> '$.at'
        AND a.request_id = r.value ->> '$.requestId' AND a.action = r.value ->> '$.action' AND a.target = r.value ->> '$.target'
        AND a.outcome = r.value ->> '$.outcome')`,
);

/** Writes the rows that are not there yet: whoever does not know whether rows were written gives them again. */
export const auditRows = (rows: readonly AuditRow[]): Statement => insertMissing({ rows: JSON.stringify(rows) });
