import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { devices as d, entities as e } from '../db/schema.ts';
import { type Query, type Row, query } from '../db/statement.ts';
import { GATEWAY_DEVICE, GATEWAY_ENTITY } from '../identity/gateway.ts';
import { controlProxyColumn } from '../tenants/tenants.ts';

const p = sql.placeholder;

/** How a gateway proves itself; the names are those of REST's `key_type`. */
export const KEY_TYPES = ['ECHO', 'SOFTWARE_RSA_SHA256', 'SOFTWARE_ECDSA_SHA256'] as const;
export type KeyType = (typeof KEY_TYPES)[number];

/** The challenge key of a device record, in the form that REST writes. */
export const deviceInfo = z.object({
  hardware_id: z.string(),
  key: z.object({ key_type: z.enum(KEY_TYPES), key: z.string().nullish() }),
});
export type DeviceInfo = z.output<typeof deviceInfo>;

/** A gateway that may bootstrap: its hardware id stands at an entity, and it may have a device record. */
export interface KnownGateway {
  readonly networkId: string;
  readonly gatewayId: string;
  /** Undefined: none, or one that cannot be read. */
  readonly device: DeviceInfo | undefined;
}

const readDevice = (info: unknown): DeviceInfo | undefined => {
  if (typeof info !== 'string') return undefined;
  const parsed = deviceInfo.safeParse(JSON.parse(info));
  return parsed.success ? parsed.data : undefined;
};

/** The gateway of a hardware id. */
export const gatewayByHardwareId: (values: { hardwareId: string }) => Query<KnownGateway | undefined> = query<
  KnownGateway | undefined,
  'hardwareId'
>(
  sql`SELECT e.network_id AS network_id, e.key AS key, d.info AS info FROM ${e} AS e
      LEFT JOIN ${d} AS d ON d.hardware_id = e.physical_id AND d.type = ${GATEWAY_DEVICE}
      WHERE e.physical_id = ${p('hardwareId')} AND e.type = ${GATEWAY_ENTITY}`,
  ([row]) => row && { networkId: String(row['network_id']), gatewayId: String(row['key']), device: readDevice(row['info']) },
);

/** A gateway to be registered, as far as it decides whether it can be. */
export interface Registrable extends KnownGateway {
  readonly version: number;
  readonly physicalId: string | null;
  /** Whether it has a device record at all. */
  readonly hasDevice: boolean;
  /** Whether some other entity carries the hardware id. */
  readonly hardwareIdTaken: boolean;
  /** What gateways of its tenant are told when they register; undefined: what the platform tells. */
  readonly controlProxy: string | undefined;
}

/** The gateway of an entity number, and whether a hardware id is free for it. */
export const gatewayByNumber: (values: { entity: number; hardwareId: string }) => Query<Registrable | undefined> = query<
  Registrable | undefined,
  'entity' | 'hardwareId'
>(
  sql`SELECT e.network_id AS network_id, e.key AS key, e.version AS version, e.physical_id AS physical_id, d.info AS info,
        EXISTS (SELECT 1 FROM ${e} AS o WHERE o.physical_id = ${p('hardwareId')} AND o.id <> e.id) AS taken,
        ${controlProxyColumn(sql`e.network_id`)} AS control_proxy
      FROM ${e} AS e LEFT JOIN ${d} AS d ON d.hardware_id = e.physical_id
      WHERE e.id = ${p('entity')} AND e.type = ${GATEWAY_ENTITY}`,
  ([row]) => row && readRegistrable(row),
);

function readRegistrable(row: Row): Registrable {
  return {
    networkId: String(row['network_id']),
    gatewayId: String(row['key']),
    version: Number(row['version']),
    physicalId: row['physical_id'] === null ? null : String(row['physical_id']),
    device: readDevice(row['info']),
    hasDevice: row['info'] !== null,
    hardwareIdTaken: Number(row['taken']) === 1,
    controlProxy: row['control_proxy'] === null ? undefined : String(row['control_proxy']),
  };
}
