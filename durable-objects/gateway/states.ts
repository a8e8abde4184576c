import type { StateKey, StateReport, StateStore } from '../../core/state/store.ts';

type Row = { type: string; device_id: string; value: ArrayBuffer; version: number; received_at: number };

/** The reported states of one gateway in its object's SQLite. */
export function stateStore(sql: SqlStorage, now: () => number): StateStore {
  const read = (key: StateKey): Row | undefined =>
    sql.exec<Row>('SELECT type, device_id, value, version, received_at FROM states WHERE type = ? AND device_id = ?', key.type, key.deviceId).toArray()[0];

  return {
    put: (states) =>
      states.map(({ type, deviceId, value, version }) => {
        const old = read({ type, deviceId });
        const receivedAt = now();
        // A reporter without versions of its own sends 0 and is counted for (Magma's blobstore does the same).
        const next = version !== 0n ? version : old ? BigInt(old.version) + 1n : 0n;
        if (old && sameBytes(new Uint8Array(old.value), value)) {
          sql.exec('UPDATE states SET version = ?, received_at = ? WHERE type = ? AND device_id = ?', Number(next), receivedAt, type, deviceId);
          return { type, deviceId, value, version: next, receivedAt, changed: false };
        }
        sql.exec(
          `INSERT INTO states (type, device_id, value, version, received_at) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT DO UPDATE SET value = excluded.value, version = excluded.version, received_at = excluded.received_at`,
          type,
          deviceId,
          value,
          Number(next),
          receivedAt,
        );
        return { type, deviceId, value, version: next, receivedAt, changed: true };
      }),
    get: (keys) => keys.map(read).filter((row) => row !== undefined).map(report),
    list: () => sql.exec<Row>('SELECT type, device_id, value, version, received_at FROM states ORDER BY type, device_id').toArray().map(report),
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

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.byteLength === right.byteLength && left.every((byte, index) => byte === right[index]);
}
