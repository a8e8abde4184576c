import { sql } from 'drizzle-orm';
import { keptAnswers } from '../db/schema.ts';
import { query, type Query } from '../db/statement.ts';

const p = sql.placeholder;

export interface KeptAnswer {
  /** SHA-256 of the body that it was given to, hex. */
  readonly fingerprint: string;
  readonly answer: unknown;
}

/** What was answered under an Idempotency-Key within the last day (`keep_answer` keeps it); undefined when nothing was. */
export const keptAnswer: (values: { networkId: string; operation: string; key: string }) => Query<KeptAnswer | undefined> = query(
  sql`SELECT fingerprint, answer FROM ${keptAnswers}
      WHERE network_id = ${p('networkId')} AND operation = ${p('operation')} AND key = ${p('key')}`,
  ([row]) => (row ? { fingerprint: String(row['fingerprint']), answer: JSON.parse(String(row['answer'])) as unknown } : undefined),
);
