import { sql } from 'drizzle-orm';
import { certificates, commitGuard, logins, operators, tokens } from '../db/schema.ts';
import { compile, query, type Query, type Row, type Statement } from '../db/statement.ts';
import { grantsColumn, readGrants } from './grants.ts';
import type { TokenRecord } from './operator-token.ts';
import { grantsOfPolicies, type TokenPolicy } from './policies.ts';
import type { Grant } from './principal.ts';

/** An operator as Magma's user paths know them. Times are unix milliseconds. */
export interface User {
  readonly id: string;
  readonly createdAt: number;
  readonly hasPassword: boolean;
  readonly version: number;
  readonly grants: readonly Grant[];
  /** Those that still open something or could: neither revoked nor made by a login. */
  readonly tokens: readonly UserToken[];
}

/** A token as its owner sees it after it was made. */
export interface UserToken {
  readonly id: string;
  readonly prefix: string;
  /** Null: it may what its operator may. */
  readonly policies: readonly TokenPolicy[] | null;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly lastUsedAt: number | null;
}

/** Everything that an operator may by grants and live tokens: what whoever acts for them could do. */
export const rightsOf = ({ grants, tokens }: User): Grant[] => [
  ...grants,
  ...tokens.flatMap(({ policies }) => grantsOfPolicies(policies ?? [])),
];

const p = sql.placeholder;

const columns = sql`o.id AS id, o.created_at AS created_at, o.password IS NOT NULL AS has_password, o.version AS version,
  ${grantsColumn(sql`o.id`)} AS grants,
  (SELECT json_group_array(json_array(t.id, t.prefix, t.policies, t.created_at, t.expires_at, t.last_used_at)) FROM (
    SELECT * FROM ${tokens} WHERE operator_id = o.id AND kind = 'api' AND revoked_at IS NULL ORDER BY created_at, id) AS t) AS tokens`;

function readUser(row: Row): User {
  const rows = JSON.parse(String(row['tokens'])) as [string, string, string | null, number, number | null, number | null][];
  return {
    id: String(row['id']),
    createdAt: Number(row['created_at']),
    hasPassword: Number(row['has_password']) === 1,
    version: Number(row['version']),
    grants: readGrants(row['grants']),
    tokens: rows.map(([id, prefix, policies, createdAt, expiresAt, lastUsedAt]) => ({
      id,
      prefix,
      policies: policies === null ? null : (JSON.parse(policies) as TokenPolicy[]),
      createdAt,
      expiresAt,
      lastUsedAt,
    })),
  };
}

/** Every operator, by name. */
export const allUsers: () => Query<User[]> = () => everyUser({});
const everyUser = query<User[]>(sql`SELECT ${columns} FROM ${operators} AS o ORDER BY o.id`, (rows) => rows.map(readUser));

/** One operator, or undefined. */
export const userById: (values: { id: string }) => Query<User | undefined> = query<User | undefined, 'id'>(
  sql`SELECT ${columns} FROM ${operators} AS o WHERE o.id = ${p('id')}`,
  ([row]) => row && readUser(row),
);

/** The slow hash of an operator's password; for the login only. */
export const passwordOf: (values: { id: string }) => Query<string | null> = query<string | null, 'id'>(
  sql`SELECT password FROM ${operators} WHERE id = ${p('id')}`,
  ([row]) => (typeof row?.['password'] === 'string' ? row['password'] : null),
);

const insert = compile<'id' | 'at' | 'password'>(
  sql`INSERT INTO ${operators} (id, created_at, password) VALUES (${p('id')}, ${p('at')}, ${p('password')})`,
);
const setPassword = compile<'id' | 'password'>(
  sql`UPDATE ${operators} SET password = ${p('password')}, version = version + 1 WHERE id = ${p('id')}`,
);
const revokeTokens = compile<'id' | 'at'>(
  sql`UPDATE ${tokens} SET revoked_at = ${p('at')} WHERE operator_id = ${p('id')} AND revoked_at IS NULL`,
);
const remove = compile<'id'>(sql`DELETE FROM ${operators} WHERE id = ${p('id')}`);
const revokeCertificates = compile<'id' | 'at'>(
  sql`UPDATE ${certificates} SET revoked_at = ${p('at')}, revoke_reason = 'the operator was deleted'
      WHERE kind = 'operator' AND subject = ${p('id')} AND revoked_at IS NULL`,
);
const guard = compile<'id' | 'version'>(
  sql`INSERT INTO ${commitGuard} (expected) SELECT COALESCE((SELECT version FROM ${operators} WHERE id = ${p('id')}), 0) = ${p('version')}`,
);
const clearGuard = compile(sql`DELETE FROM ${commitGuard}`);
const forgetAttempts = compile<'id'>(sql`DELETE FROM ${logins} WHERE name = ${p('id')}`);

/** Fails a commit when password or grants of the operator have been replaced since it was read, or it is gone. */
export const unchanged = ({ id, version }: Pick<User, 'id' | 'version'>): Statement[] => [guard({ id, version }), clearGuard({})];

export const createUser = (id: string, password: string, at: number): Statement[] => [insert({ id, at, password })];

/** A new password; whoever has a token made before it has to ask for a new one (REST-BEHAVIOUR 4c). */
export const changePassword = (user: User, password: string, at: number): Statement[] => [
  ...unchanged(user),
  setPassword({ id: user.id, password }),
  revokeTokens({ id: user.id, at }),
  forgetAttempts({ id: user.id }),
];

/** Takes the operator away with grants and tokens; certificates are revoked, so that the name can be given again. */
export const deleteUser = (user: User, at: number): Statement[] => [
  ...unchanged(user),
  revokeCertificates({ id: user.id, at }),
  remove({ id: user.id }),
];

const insertToken = compile<'token' | 'id' | 'hash' | 'prefix' | 'at' | 'expiresAt' | 'policies' | 'kind'>(
  sql`INSERT INTO ${tokens} (id, operator_id, hash, prefix, created_at, expires_at, policies, kind) VALUES
      (${p('token')}, ${p('id')}, ${p('hash')}, ${p('prefix')}, ${p('at')}, ${p('expiresAt')}, ${p('policies')}, ${p('kind')})`,
);
const revokeToken = compile<'id' | 'token' | 'at'>(
  sql`UPDATE ${tokens} SET revoked_at = ${p('at')} WHERE operator_id = ${p('id')} AND id = ${p('token')} AND revoked_at IS NULL`,
);
/** Of dead tokens only the newest month is kept, so that who still presents one is told why it is refused. */
const forgetTokens = compile<'id' | 'before'>(
  sql`DELETE FROM ${tokens} WHERE operator_id = ${p('id')} AND MIN(COALESCE(revoked_at, expires_at), COALESCE(expires_at, revoked_at)) < ${p('before')}`,
);
/** Of those made by logins only the newest few. */
const forgetLogins = compile<'id' | 'most'>(
  sql`DELETE FROM ${tokens} WHERE operator_id = ${p('id')} AND kind = 'login' AND id NOT IN (
        SELECT id FROM ${tokens} WHERE operator_id = ${p('id')} AND kind = 'login' ORDER BY created_at DESC, id LIMIT ${p('most')})`,
);

const KEPT_MS = 30 * 86_400_000;
const MOST_LOGINS = 10;

export interface NewToken {
  readonly record: TokenRecord;
  /** Null: it may what its operator may. */
  readonly policies: readonly TokenPolicy[] | null;
  readonly expiresAt: number | null;
  readonly at: number;
}

export const addToken = (id: string, { record, policies, expiresAt, at }: NewToken): Statement[] => [
  forgetTokens({ id, before: at - KEPT_MS }),
  insertToken({
    token: record.id,
    id,
    hash: record.hash,
    prefix: record.prefix,
    at,
    expiresAt,
    policies: policies && JSON.stringify(policies),
    kind: 'api',
  }),
];

export const dropToken = (id: string, token: string, at: number): Statement[] => [revokeToken({ id, token, at })];

/** The end of the count of attempts after one that succeeded. */
export const attemptsForgotten = (id: string): Statement => forgetAttempts({ id });

/** The token that a login makes. */
export const loggedIn = (id: string, record: TokenRecord, expiresAt: number, at: number): Statement[] => [
  insertToken({ token: record.id, id, hash: record.hash, prefix: record.prefix, at, expiresAt, policies: null, kind: 'login' }),
  forgetLogins({ id, most: MOST_LOGINS }),
  forgetTokens({ id, before: at - KEPT_MS }),
];
