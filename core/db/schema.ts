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
  ],
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
    index('associations_by_child').on(t.networkId, t.toType, t.toKey),
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
  (t) => [index('revisions_by_entity').on(t.networkId, t.type, t.key, t.version)],
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
  },
  (t) => [index('certificates_by_subject').on(t.kind, t.subject), index('certificates_by_expiry').on(t.notAfter)],
);

export const operators = sqliteTable('operators', {
  id: text('id').primaryKey(),
  createdAt: integer('created_at').notNull(),
});

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
  },
  (t) => [uniqueIndex('tokens_by_hash').on(t.hash), index('tokens_by_operator').on(t.operatorId)],
);
