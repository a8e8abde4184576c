/** One step of an object's SQLite schema. Steps are only ever added. */
export interface Migration {
  readonly id: string;
  readonly sql: string;
}

/**
 * Brings an object's SQLite up to date; cheap when it is. Throws when the object was written by newer code than this, since
 * running old code on it could lose what it does not know.
 */
export function migrate(storage: DurableObjectStorage, migrations: readonly Migration[]): void {
  const { sql } = storage;
  sql.exec('CREATE TABLE IF NOT EXISTS migrations (id TEXT PRIMARY KEY) WITHOUT ROWID');
  const applied = new Set(
    sql
      .exec<{ id: string }>('SELECT id FROM migrations')
      .toArray()
      .map((row) => row.id),
  );
  const known = new Set(migrations.map((step) => step.id));
  for (const id of applied) {
    if (!known.has(id)) throw new Error(`this object's storage is at "${id}", which this version does not know; deploy a newer version`);
  }
  const missing = migrations.filter((step) => !applied.has(step.id));
  if (missing.length === 0) return;
  storage.transactionSync(() => {
    for (const step of missing) {
      sql.exec(step.sql);
      sql.exec('INSERT INTO migrations (id) VALUES (?)', step.id);
    }
  });
}
