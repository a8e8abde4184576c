import { alarmMigration } from '../lib/alarms.ts';
import type { Migration } from '../lib/migrations.ts';
import { stateMigrations } from './states/schema.ts';
import { contentTables } from './content/schema.ts';

/** What a network object keeps; see docs/storage.md. Times are unix milliseconds. */
export const networkMigrations: readonly Migration[] = [
  {
    id: '0001_foundation',
    sql: `
      CREATE TABLE gateways (
        gateway_id TEXT PRIMARY KEY,
        hardware_id TEXT,
        connected_since INTEGER,
        certificate_expires_at INTEGER,
        checkin_at INTEGER,
        state TEXT
      ) WITHOUT ROWID;
      CREATE TABLE streams (
        gateway_id TEXT NOT NULL,
        stream TEXT NOT NULL,
        desired_version INTEGER NOT NULL,
        desired_digest TEXT NOT NULL,
        desired_at INTEGER NOT NULL,
        delivered_version INTEGER,
        sent_version INTEGER,
        acked_version INTEGER,
        acked_at INTEGER,
        round_trip_ms INTEGER,
        nack_version INTEGER,
        nack_reason TEXT,
        nack_path TEXT,
        nack_at INTEGER,
        render_error TEXT,
        render_error_at INTEGER,
        PRIMARY KEY (gateway_id, stream)
      ) WITHOUT ROWID;
      CREATE INDEX streams_undelivered ON streams (gateway_id) WHERE delivered_version IS NULL OR delivered_version < desired_version;`,
  },
  {
    id: '0002_leavers',
    sql: `
      ALTER TABLE gateways ADD COLUMN entity_id INTEGER;
      CREATE TABLE leavers (
        hardware_id TEXT NOT NULL,
        gateway_id TEXT NOT NULL,
        PRIMARY KEY (hardware_id, gateway_id)
      ) WITHOUT ROWID;`,
  },
  alarmMigration,
  ...stateMigrations,
  { id: '0005_content', sql: contentTables },
];
