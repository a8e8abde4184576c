import { check, foreignKey, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { sql } from 'drizzle-orm';

/** Times are unix milliseconds; JSON is kept as text. What each table is for: docs/storage.md. */

export const networks = sqliteTable(
  'networks',
  {
    id: text('id').primaryKey(),
    type: text('type').notNull(),
    name: text('name').notNull(),
    description: text('description').notNull(),
    /** Object: config key -> config. */
    configs: text('configs').notNull(),
    /** Rises by one with every commit that touches the network or anything in it. */
    version: integer('version').notNull(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (t) => [index('networks_by_type').on(t.type, t.id)],
);

export const entities = sqliteTable(
  'entities',
  {
    /** Never re-used; short enough to stand in a registration token. */
    id: integer('id').primaryKey({ autoIncrement: true }),
    networkId: text('network_id')
      .notNull()
      .references(() => networks.id, { onDelete: 'cascade' }),
    type: text('type').notNull(),
    key: text('key').notNull(),
    name: text('name').notNull(),
    description: text('description').notNull(),
    physicalId: text('physical_id'),
    config: text('config'),
    version: integer('version').notNull(),
  },
  (t) => [
    uniqueIndex('entities_by_key').on(t.networkId, t.type, t.key),
    uniqueIndex('entities_by_physical_id').on(t.physicalId).where(sql`physical_id IS NOT NULL`),
    index('entities_by_name').on(t.networkId, t.type, t.name, t.key),
    // The lists of the one type that comes by the hundred thousand, by what operators look for.
    index('subscribers_by_state').on(t.networkId, sql`config ->> '$.lte.state'`, t.key).where(sql`type = 'subscriber'`),
    index('subscribers_by_profile').on(t.networkId, sql`config ->> '$.lte.sub_profile'`, t.key).where(sql`type = 'subscriber'`),
  ],
);

/** How many entities of a type a network has; kept by triggers on `entities` (migration 0002), so that a total costs no count. */
export const entityCounts = sqliteTable(
  'entity_counts',
  {
    networkId: text('network_id')
      .notNull()
      .references(() => networks.id, { onDelete: 'cascade' }),
    type: text('type').notNull(),
    total: integer('total').notNull(),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.type] })],
);

export const associations = sqliteTable(
  'associations',
  {
    networkId: text('network_id').notNull(),
    fromType: text('from_type').notNull(),
    fromKey: text('from_key').notNull(),
    toType: text('to_type').notNull(),
    toKey: text('to_key').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.networkId, t.fromType, t.fromKey, t.toType, t.toKey] }),
    index('associations_by_child').on(t.networkId, t.toType, t.toKey, t.fromType, t.fromKey),
    foreignKey({
      columns: [t.networkId, t.fromType, t.fromKey],
      foreignColumns: [entities.networkId, entities.type, entities.key],
    }).onDelete('cascade'),
    foreignKey({
      columns: [t.networkId, t.toType, t.toKey],
      foreignColumns: [entities.networkId, entities.type, entities.key],
    }).onDelete('cascade'),
  ],
);

export const devices = sqliteTable(
  'devices',
  {
    hardwareId: text('hardware_id').primaryKey(),
    networkId: text('network_id')
      .notNull()
      .references(() => networks.id, { onDelete: 'cascade' }),
    type: text('type').notNull(),
    info: text('info').notNull(),
  },
  (t) => [index('devices_by_network').on(t.networkId)],
);

export const revisions = sqliteTable(
  'revisions',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    networkId: text('network_id').notNull(),
    version: integer('version').notNull(),
    type: text('type').notNull(),
    key: text('key').notNull(),
    /** Image before the commit; null when it did not exist. */
    before: text('before'),
    /** Image after the commit; null when it no longer exists. */
    after: text('after'),
    actor: text('actor').notNull(),
    requestId: text('request_id').notNull(),
    at: integer('at').notNull(),
  },
  (t) => [index('revisions_by_entity').on(t.networkId, t.type, t.key, t.version), index('revisions_by_network').on(t.networkId, t.version)],
);

export const audit = sqliteTable(
  'audit',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    at: integer('at').notNull(),
    actor: text('actor').notNull(),
    action: text('action').notNull(),
    networkId: text('network_id').notNull(),
    target: text('target').notNull(),
    outcome: text('outcome').notNull(),
    requestId: text('request_id').notNull(),
    detail: text('detail'),
  },
  (t) => [index('audit_by_network').on(t.networkId, t.at), index('audit_by_time').on(t.at)],
);

/** What network objects have not taken yet; they delete a row once every gateway it concerns has been told. */
export const outbox = sqliteTable(
  'outbox',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    networkId: text('network_id').notNull(),
    version: integer('version').notNull(),
    /** Array of [type, key]: what the commit touched. */
    changes: text('changes').notNull(),
    at: integer('at').notNull(),
  },
  (t) => [uniqueIndex('outbox_by_network').on(t.networkId, t.version)],
);

/** Answers of bulk writes under the Idempotency-Key they came with, so that a repeated one is not carried out again. */
export const keptAnswers = sqliteTable(
  'kept_answers',
  {
    networkId: text('network_id')
      .notNull()
      .references(() => networks.id, { onDelete: 'cascade' }),
    operation: text('operation').notNull(),
    key: text('key').notNull(),
    /** SHA-256 of the body, hex: the key of one body does not fit another. */
    fingerprint: text('fingerprint').notNull(),
    answer: text('answer').notNull(),
    at: integer('at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.operation, t.key] }), index('kept_answers_by_time').on(t.at)],
);

/** Always empty: inserting a false expectation fails the check and with it the whole batch. */
export const commitGuard = sqliteTable('commit_guard', { expected: integer('expected').notNull() }, (t) => [
  check('version_as_read', sql`${t.expected} = 1`),
]);

export const certificates = sqliteTable(
  'certificates',
  {
    /** Upper-case hex without leading zeros. */
    serial: text('serial').primaryKey(),
    /** SHA-256 of the DER, lower-case hex. */
    fingerprint: text('fingerprint').notNull(),
    kind: text('kind').notNull(),
    /** Hardware id of a gateway, or the operator's id. */
    subject: text('subject').notNull(),
    notBefore: integer('not_before').notNull(),
    notAfter: integer('not_after').notNull(),
    issuedAt: integer('issued_at').notNull(),
    revokedAt: integer('revoked_at'),
    revokeReason: text('revoke_reason'),
    /** Key identifier of the authority that signed it, lower-case hex; null in rows from before it was kept. */
    issuer: text('issuer'),
  },
  (t) => [
    index('certificates_by_subject').on(t.kind, t.subject),
    index('certificates_by_expiry').on(t.notAfter),
    index('certificates_by_revocation').on(t.revokedAt).where(sql`revoked_at IS NOT NULL`),
  ],
);

/** Always empty: the last statement of a dry run inserts here, fails the check, and so takes everything before it back. */
export const dryRun = sqliteTable('dry_run', { reached: integer('reached').notNull() }, (t) => [
  check('dry_run_ends_here', sql`${t.reached} = 0`),
]);

export const operators = sqliteTable('operators', {
  id: text('id').primaryKey(),
  createdAt: integer('created_at').notNull(),
  /** Slow hash (core/identity/password.ts); null: this operator cannot log in by password. */
  password: text('password'),
  /** Rises with each change of the password or the grants. */
  version: integer('version').notNull().default(1),
});

/** Attempts to log in within the current window, by the name that was tried. */
export const logins = sqliteTable(
  'logins',
  {
    name: text('name').primaryKey(),
    attempts: integer('attempts').notNull(),
    /** Beginning of the window, unix milliseconds. */
    since: integer('since').notNull(),
  },
  (t) => [index('logins_by_time').on(t.since)],
);

export const tenants = sqliteTable('tenants', {
  id: integer('id').primaryKey(),
  name: text('name').notNull(),
  /** Text of the control_proxy.yml that gateways of its networks are given when they register; null: the platform's own. */
  controlProxy: text('control_proxy'),
  version: integer('version').notNull(),
});

/** Networks of tenants, in the order in which they were given. They need not exist (REST-BEHAVIOUR 13), so this refers to none. */
export const tenantNetworks = sqliteTable(
  'tenant_networks',
  {
    tenantId: integer('tenant_id')
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    position: integer('position').notNull(),
    networkId: text('network_id').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.position] }), index('tenant_networks_by_network').on(t.networkId, t.tenantId)],
);

export const grants = sqliteTable(
  'grants',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    operatorId: text('operator_id')
      .notNull()
      .references(() => operators.id, { onDelete: 'cascade' }),
    effect: text('effect').notNull(),
    action: text('action').notNull(),
    resourceType: text('resource_type').notNull(),
    resource: text('resource').notNull(),
  },
  (t) => [uniqueIndex('grants_by_operator').on(t.operatorId, t.effect, t.action, t.resourceType, t.resource)],
);

export const tokens = sqliteTable(
  'tokens',
  {
    id: text('id').primaryKey(),
    operatorId: text('operator_id')
      .notNull()
      .references(() => operators.id, { onDelete: 'cascade' }),
    /** SHA-256 of the token, hex: tokens are long random strings, so a slow hash adds nothing. */
    hash: text('hash').notNull(),
    prefix: text('prefix').notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at'),
    revokedAt: integer('revoked_at'),
    lastUsedAt: integer('last_used_at'),
    /** JSON array of the policies that this token is held to; null: it may what its operator may. */
    policies: text('policies'),
    /** `api`; `login`: made by a login, may what the operator's live `api` tokens may. */
    kind: text('kind').notNull().default('api'),
  },
  (t) => [uniqueIndex('tokens_by_hash').on(t.hash), index('tokens_by_operator').on(t.operatorId)],
);
