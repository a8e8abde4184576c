/** What a gateway object keeps of shared content: positions, not the content itself. Times are unix milliseconds. */
export const contentTables = `
  CREATE TABLE content_positions (
    stream TEXT PRIMARY KEY,
    head_version INTEGER NOT NULL,
    head_digest TEXT NOT NULL,
    withheld TEXT,
    share BLOB,
    held_version INTEGER,
    held_digest TEXT,
    transfer TEXT,
    refused_version INTEGER,
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
  CREATE TABLE content_taken (content TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;`;
