import type { Migration } from '../../lib/migrations.ts';

/** What a network object keeps of reported states; see docs/storage.md. Times are unix milliseconds. */
export const stateMigrations: readonly Migration[] = [
  {
    id: '0004_states',
    sql: `
      CREATE TABLE states (
        id INTEGER PRIMARY KEY,
        type TEXT NOT NULL,
        device_id TEXT NOT NULL,
        subject TEXT NOT NULL,
        hardware_id TEXT NOT NULL,
        value TEXT NOT NULL,
        size INTEGER NOT NULL,
        version INTEGER NOT NULL,
        received_at INTEGER NOT NULL,
        fault TEXT,
        UNIQUE (type, device_id, hardware_id)
      );
      CREATE INDEX states_by_subject ON states (subject, type, received_at, hardware_id);
      CREATE INDEX states_by_reporter ON states (hardware_id);
      CREATE INDEX states_with_fault ON states (received_at) WHERE fault IS NOT NULL;
      CREATE TABLE state_reporters (
        hardware_id TEXT PRIMARY KEY,
        gateway_id TEXT NOT NULL,
        through INTEGER NOT NULL
      ) WITHOUT ROWID;
      CREATE TABLE state_entries (
        id INTEGER PRIMARY KEY,
        indexer TEXT NOT NULL,
        name TEXT NOT NULL,
        key TEXT NOT NULL,
        value TEXT NOT NULL,
        state_id INTEGER NOT NULL
      );
      CREATE INDEX state_entries_by_key ON state_entries (key, name);
      CREATE INDEX state_entries_by_name ON state_entries (name, key);
      CREATE INDEX state_entries_by_state ON state_entries (state_id, indexer);
      CREATE TABLE state_indexers (
        name TEXT PRIMARY KEY,
        version INTEGER NOT NULL,
        to_version INTEGER,
        after INTEGER NOT NULL DEFAULT 0,
        until INTEGER NOT NULL DEFAULT 0,
        done INTEGER NOT NULL DEFAULT 0,
        total INTEGER NOT NULL DEFAULT 0
      ) WITHOUT ROWID;`,
  },
  {
    id: '0005_reserved_numbers',
    sql: `
      CREATE TABLE reserved_numbers (
        name TEXT NOT NULL,
        number INTEGER NOT NULL,
        until INTEGER NOT NULL,
        PRIMARY KEY (name, number)
      ) WITHOUT ROWID`,
  },
];
