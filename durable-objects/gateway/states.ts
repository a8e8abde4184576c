import type { StateKey, StateReport, StateStore } from '../../core/state/store.ts';

type Kept = { version: number; changed: number };
type Row = { type: string; device_id: string; value: ArrayBuffer; version: number; received_at: number };

// One statement, since most of what a gateway object does is this. A reporter without versions of its own sends 0 and is counted for
// (Magma's blobstore does the same).
const PUT = `
  INSERT INTO states (type, device_id, value, version, received_at, changed) VALUES (?, ?, ?, ?, ?, 1)
  ON CONFLICT DO UPDATE SET changed = value <> excluded.value, value = excluded.value, received_at = excluded.received_at,
    version = CASE excluded.version WHEN 0 THEN version + 1 ELSE excluded.version END
  RETURNING version, changed`;

/** The reported states of one gateway in its object's SQLite. */
export function stateStore(sql: SqlStorage, now: () => number): StateStore {
  const read = (key: StateKey): Row | undefined =>
    sql
      .exec<Row>('SELECT type, device_id, value, version, received_at FROM states WHERE type = ? AND device_id = ?', key.type, key.deviceId)
      .toArray()[0];

  return {
    put: (states) =>
      states.map(({ type, deviceId, value, version, receivedAt = now() }) => {
        const kept = sql.exec<Kept>(PUT, type, deviceId, value, Number(version), receivedAt).one();
        return { type, deviceId, value, version: BigInt(kept.version), receivedAt, changed: kept.changed === 1 };
      }),
    get: (keys) =>
      keys
        .map(read)
        .filter((row) => row !== undefined)
        .map(report),
    list: () =>
      sql.exec<Row>('SELECT type, device_id, value, version, received_at FROM states ORDER BY type, device_id').toArray().map(report),
    delete(keys) {
      for (const key of keys) sql.exec('DELETE FROM states WHERE type = ? AND device_id = ?', key.type, key.deviceId);
    },
  };
}

const report = (row: Row): StateReport => ({
  type: row.type,
  deviceId: row.device_id,
  value: new Uint8Array(row.value),
  version: BigInt(row.version),
  receivedAt: row.received_at,
  changed: false,
});
