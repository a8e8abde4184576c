import { sql } from 'drizzle-orm';
import { certificates, operators, tokens } from '../db/schema.ts';
import { type Statement, compile } from '../db/statement.ts';
import { grantsFrom, writeGrants } from './grants.ts';
import type { TokenRecord } from './operator-token.ts';
import type { Grant } from './principal.ts';

export { describeToken, hashToken, newToken, type TokenRecord } from './operator-token.ts';
export { tokenByHash } from './token-holder.ts';

const p = sql.placeholder;

/** An operator to let in. Times are unix milliseconds. */
export interface OperatorRegistration {
  readonly id: string;
  readonly grants: readonly Grant[];
  readonly certificate?: {
    readonly serial: string;
    readonly fingerprint: string;
    readonly notBefore: number;
    readonly notAfter: number;
    readonly issuer?: string;
  };
  readonly token?: TokenRecord & { readonly expiresAt?: number };
}

const insertOperator = compile<'id' | 'at'>(
  sql`INSERT INTO ${operators} (id, created_at) VALUES (${p('id')}, ${p('at')}) ON CONFLICT DO NOTHING`,
);
/** Grants that were replaced since (which raises the version) stay as they are. */
const insertGrants = compile<'id' | 'grants'>(
  sql`${grantsFrom(p('id'), p('grants'))} WHERE (SELECT version FROM ${operators} WHERE id = ${p('id')}) = 1 ON CONFLICT DO NOTHING`,
);
const insertCertificate = compile<'serial' | 'fingerprint' | 'id' | 'notBefore' | 'notAfter' | 'at' | 'issuer'>(
  sql`INSERT INTO ${certificates} (serial, fingerprint, kind, subject, not_before, not_after, issued_at, issuer)
      VALUES (${p('serial')}, ${p('fingerprint')}, 'operator', ${p('id')}, ${p('notBefore')}, ${p('notAfter')}, ${p('at')}, ${p('issuer')}) ON CONFLICT DO NOTHING`,
);
const insertToken = compile<'token' | 'id' | 'hash' | 'prefix' | 'at' | 'expiresAt'>(
  sql`INSERT INTO ${tokens} (id, operator_id, hash, prefix, created_at, expires_at)
      VALUES (${p('token')}, ${p('id')}, ${p('hash')}, ${p('prefix')}, ${p('at')}, ${p('expiresAt')}) ON CONFLICT DO NOTHING`,
);

/**
 * The statements that let an operator in. To be run any number of times with one result: nothing is taken away, and what was
 * revoked stays revoked.
 */
export function registerOperatorStatements(operator: OperatorRegistration, now: number): Statement[] {
  const { id, certificate, token } = operator;
  return [
    insertOperator({ id, at: now }),
    insertGrants({ id, grants: writeGrants(operator.grants) }),
    ...(certificate ? [insertCertificate({ ...certificate, issuer: certificate.issuer ?? null, id, at: now })] : []),
    ...(token
      ? [insertToken({ token: token.id, id, hash: token.hash, prefix: token.prefix, at: now, expiresAt: token.expiresAt ?? null })]
      : []),
  ];
}
