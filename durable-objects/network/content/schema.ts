/** What a network object keeps of the content that its gateways share; see docs/storage.md. Times are unix milliseconds. */
export const contentTables = `
  CREATE TABLE content_state (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    types TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    fill_type TEXT,
    fill_key TEXT
  );
  CREATE TABLE content_entities (
    type TEXT NOT NULL,
    key TEXT NOT NULL,
    id INTEGER NOT NULL,
    config TEXT,
    PRIMARY KEY (type, key)
  ) WITHOUT ROWID;
  CREATE TABLE content_edges (
    from_type TEXT NOT NULL,
    from_key TEXT NOT NULL,
    to_type TEXT NOT NULL,
    to_key TEXT NOT NULL,
    PRIMARY KEY (from_type, from_key, to_type, to_key)
  ) WITHOUT ROWID;
  CREATE INDEX content_edges_up ON content_edges (to_type, to_key);
  CREATE TABLE content_dirty (
    content TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (content, id)
  ) WITHOUT ROWID;
  CREATE TABLE content_sets (
    name TEXT PRIMARY KEY,
    encoding INTEGER NOT NULL,
    version INTEGER NOT NULL,
    digest TEXT NOT NULL,
    sum BLOB NOT NULL,
    count INTEGER NOT NULL,
    withheld TEXT
  ) WITHOUT ROWID;
  CREATE TABLE content_items (
    content TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    digest BLOB,
    value BLOB,
    PRIMARY KEY (content, id)
  );
  CREATE INDEX content_items_by_version ON content_items (content, version, id);
  CREATE INDEX content_items_gone ON content_items (content, version) WHERE value IS NULL;
  CREATE TABLE content_versions (
    content TEXT NOT NULL,
    version INTEGER NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (content, version)
  ) WITHOUT ROWID;
  CREATE TABLE content_faults (
    content TEXT NOT NULL,
    id TEXT NOT NULL,
    reason TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (content, id)
  ) WITHOUT ROWID;
  CREATE TABLE content_shares (
    gateway_id TEXT NOT NULL,
    content TEXT NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (gateway_id, content)
  ) WITHOUT ROWID;
  CREATE TABLE content_takers (
    gateway_id TEXT NOT NULL,
    content TEXT NOT NULL,
    sent_version INTEGER,
    acked_version INTEGER,
    acked_at INTEGER,
    round_trip_ms INTEGER,
    nack_version INTEGER,
    nack_reason TEXT,
    nack_path TEXT,
    nack_at INTEGER,
    PRIMARY KEY (gateway_id, content)
  ) WITHOUT ROWID;`;
