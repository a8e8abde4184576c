import { sql } from 'drizzle-orm';
import { tenantNetworks, tokens } from '../db/schema.ts';
import { type Query, query, type Row } from '../db/statement.ts';
import { grantsColumn, readGrants } from './grants.ts';
import { grantsOfPolicies, type Memberships, type TokenPolicy } from './policies.ts';
import type { Grant } from './principal.ts';

const p = sql.placeholder;

/** A token as the store knows it, with the access list of its operator. Times are unix milliseconds. */
export interface TokenHolder {
  readonly id: string;
  readonly operatorId: string;
  readonly kind: 'api' | 'login';
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  readonly lastUsedAt: number | null;
  /** What the operator was granted. */
  readonly grants: readonly Grant[];
  /** What this token is held to; null: to what its operator may. */
  readonly policies: readonly TokenPolicy[] | null;
  /** For one made by a login: the policies of its operator's other tokens, with their expiry. */
  readonly others: readonly { readonly expiresAt: number | null; readonly policies: readonly TokenPolicy[] }[];
  readonly memberships: Memberships;
}

const columns = sql` t.id AS id, t.operator_id AS operator_id, t.kind AS kind, t.expires_at AS expires_at, t.revoked_at AS revoked_at,
        t.last_used_at AS last_used_at, t.policies AS policies, ${grantsColumn(sql`t.operator_id`)} AS grants,
        CASE WHEN t.kind = 'login' THEN (SELECT json_group_array(json_array(o.expires_at, json(o.policies))) FROM ${tokens} AS o
          WHERE o.operator_id = t.operator_id AND o.kind = 'api' AND o.revoked_at IS NULL AND o.policies IS NOT NULL) END AS others,
        CASE WHEN EXISTS (SELECT 1 FROM ${tokens} AS o WHERE o.operator_id = t.operator_id AND o.policies LIKE '%TENANT_ID%')
          THEN (SELECT json_group_array(json_array(CAST(n.tenant_id AS TEXT), n.network_id)) FROM ${tenantNetworks} AS n) END AS memberships`;

const readHolder = ([row]: readonly Row[]): TokenHolder | undefined =>
  row && {
    id: String(row['id']),
    operatorId: String(row['operator_id']),
    kind: row['kind'] === 'login' ? 'login' : 'api',
    expiresAt: time(row['expires_at']),
    revokedAt: time(row['revoked_at']),
    lastUsedAt: time(row['last_used_at']),
    grants: readGrants(row['grants']),
    policies: parsed<TokenPolicy[] | null>(row['policies'], null),
    others: parsed<[number | null, TokenPolicy[]][]>(row['others'], []).map(([expiresAt, policies]) => ({ expiresAt, policies })),
    memberships: parsed<Memberships>(row['memberships'], []),
  };

/** The token of a hash; everything that decides what it may comes with it. */
export const tokenByHash: (values: { hash: string }) => Query<TokenHolder | undefined> = query<TokenHolder | undefined, 'hash'>(
  sql`SELECT ${columns} FROM ${tokens} AS t WHERE t.hash = ${p('hash')}`,
  readHolder,
);

/** The same by the token's id. */
export const tokenById: (values: { id: string }) => Query<TokenHolder | undefined> = query<TokenHolder | undefined, 'id'>(
  sql`SELECT ${columns} FROM ${tokens} AS t WHERE t.id = ${p('id')}`,
  readHolder,
);

/**
 * What a presented token may: its own policies and nothing else of its operator's, except that what the operator is denied stays
 * denied. One without policies of its own may what its operator may, one made by a login also what the operator's live tokens may.
 */
export function grantsOfToken(holder: TokenHolder, now: number): readonly Grant[] {
  const { grants, policies, memberships } = holder;
  if (policies) return [...grants.filter((grant) => grant.effect === 'DENY'), ...grantsOfPolicies(policies, memberships)];
  const live = holder.others.filter(({ expiresAt }) => expiresAt === null || now < expiresAt);
  return live.length === 0 ? grants : [...grants, ...live.flatMap((other) => grantsOfPolicies(other.policies, memberships))];
}

const time = (value: unknown): number | null => (value === null ? null : Number(value));
const parsed = <T>(value: unknown, otherwise: T): T => (typeof value === 'string' ? (JSON.parse(value) as T) : otherwise);
