import { captureTable } from './captures.ts';
import { commandTables } from './commands/schema.ts';
import type { Migration } from '../lib/migrations.ts';
import { contentTables } from './content/schema.ts';

/** What a gateway object keeps; see docs/storage.md. Times are unix milliseconds. */
export const gatewayMigrations: readonly Migration[] = [
  {
    id: '0001_foundation',
    sql: `
      CREATE TABLE identity (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        hardware_id TEXT NOT NULL,
        network_id TEXT NOT NULL,
        gateway_id TEXT NOT NULL
      );
      CREATE TABLE streams (
        stream TEXT PRIMARY KEY,
        version INTEGER NOT NULL,
        digest TEXT NOT NULL,
        frame BLOB NOT NULL,
        sent_version INTEGER,
        sent_at INTEGER,
        acked_version INTEGER,
        acked_at INTEGER,
        round_trip_ms INTEGER,
        nack_version INTEGER,
        nack_reason TEXT,
        nack_path TEXT,
        nack_at INTEGER
      ) WITHOUT ROWID;
      CREATE TABLE states (
        type TEXT NOT NULL,
        device_id TEXT NOT NULL,
        value BLOB NOT NULL,
        version INTEGER NOT NULL,
        received_at INTEGER NOT NULL,
        PRIMARY KEY (type, device_id)
      ) WITHOUT ROWID;
      CREATE TABLE metric_outbox (
        sequence INTEGER NOT NULL,
        part INTEGER NOT NULL,
        received_at INTEGER NOT NULL,
        bytes BLOB NOT NULL,
        PRIMARY KEY (sequence, part)
      ) WITHOUT ROWID;
      CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;`,
  },
  {
    id: '0002_changed_states',
    sql: 'ALTER TABLE states ADD COLUMN changed INTEGER NOT NULL DEFAULT 1',
  },
  {
    id: '0003_frames',
    sql: `
      CREATE TABLE frames (stream TEXT PRIMARY KEY, bytes BLOB NOT NULL);
      INSERT INTO frames (stream, bytes) SELECT stream, frame FROM streams;
      ALTER TABLE streams DROP COLUMN frame`,
  },
  {
    id: '0004_state_outbox',
    sql: `
      CREATE TABLE state_outbox (
        type TEXT NOT NULL,
        device_id TEXT NOT NULL,
        number INTEGER NOT NULL UNIQUE,
        whole INTEGER NOT NULL,
        PRIMARY KEY (type, device_id)
      ) WITHOUT ROWID;
      INSERT INTO state_outbox (type, device_id, number, whole)
        SELECT type, device_id, ROW_NUMBER() OVER (ORDER BY type, device_id), 1 FROM states WHERE type <> 'gw_state';
      INSERT INTO counters (name, value) SELECT 'state_number', COUNT(*) FROM state_outbox`,
  },
  { id: '0005_content', sql: contentTables },
  { id: '0006_captures', sql: captureTable },
  {
    id: '0007_unanswered',
    sql: `
      ALTER TABLE streams ADD COLUMN awaited_version INTEGER;
      ALTER TABLE streams ADD COLUMN unanswered INTEGER NOT NULL DEFAULT 0`,
  },
  { id: '0008_commands', sql: commandTables },
  { id: '0009_leave', sql: 'ALTER TABLE command_calls ADD COLUMN leave TEXT' },
];
