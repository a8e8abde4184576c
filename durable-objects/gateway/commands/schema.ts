export const commandTables = `
  CREATE TABLE commands (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    detail TEXT,
    actor TEXT NOT NULL,
    request_id TEXT NOT NULL,
    state TEXT NOT NULL,
    given_at INTEGER NOT NULL,
    expires_at INTEGER,
    sent_at INTEGER,
    ended_at INTEGER,
    error_code TEXT,
    error_message TEXT,
    key TEXT,
    fingerprint TEXT,
    answer_bytes INTEGER,
    answer BLOB
  );
  CREATE INDEX commands_open ON commands (state, sequence) WHERE state IN ('queued', 'running');
  CREATE UNIQUE INDEX commands_by_key ON commands (key) WHERE key IS NOT NULL;
  CREATE TABLE command_calls (
    sequence INTEGER PRIMARY KEY,
    service TEXT NOT NULL,
    path TEXT NOT NULL,
    payload BLOB NOT NULL,
    codes TEXT
  );
  CREATE TABLE audit_outbox (sequence INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, row TEXT NOT NULL)`;
