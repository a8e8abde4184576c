import type { GatewayClient } from '../ports.ts';

/** Which gateway this object serves, as the newest connection or the network said. */
export interface GatewayIdentity {
  readonly hardwareId: string;
  readonly networkId: string;
  readonly gatewayId: string;
}

interface Row extends Record<string, SqlStorageValue> {
  hardware_id: string;
  network_id: string;
  gateway_id: string;
}

export function loadIdentity(sql: SqlStorage): GatewayIdentity | undefined {
  const row = sql.exec<Row>('SELECT hardware_id, network_id, gateway_id FROM identity').toArray()[0];
  return row && { hardwareId: row.hardware_id, networkId: row.network_id, gatewayId: row.gateway_id };
}

export function saveIdentity(sql: SqlStorage, identity: GatewayIdentity | GatewayClient): void {
  sql.exec(
    `INSERT INTO identity (one, hardware_id, network_id, gateway_id) VALUES (1, ?, ?, ?)
     ON CONFLICT DO UPDATE SET hardware_id = excluded.hardware_id, network_id = excluded.network_id, gateway_id = excluded.gateway_id`,
    identity.hardwareId,
    identity.networkId,
    identity.gatewayId,
  );
}

/** This object serves no gateway any more. */
export function forgetIdentity(sql: SqlStorage): void {
  sql.exec('DELETE FROM identity');
}
