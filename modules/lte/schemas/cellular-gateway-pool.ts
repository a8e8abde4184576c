import { z } from 'zod';
import { gatewayId } from '../../orc8r/schemas/gateway.ts';
import { nonEmpty, uint32 } from '../../../core/rest/fields.ts';

export const gatewayPoolId = nonEmpty()
  .regex(/^[a-z][\da-z_-]+$/, { error: 'must be a lower-case letter followed by lower-case letters, digits, _ or -' })
  .meta({ id: 'gateway_pool_id', description: 'Id of a gateway pool' });

export const cellularGatewayPoolConfigs = z
  .object({ mme_group_id: uint32().min(1).max(65535).describe('MME group that all gateways of the pool announce') })
  .meta({ id: 'cellular_gateway_pool_configs', description: 'What the gateways of a pool share' });

export const cellularGatewayPoolRecord = z
  .object({
    gateway_pool_id: gatewayPoolId,
    mme_code: uint32().min(1).max(65535).describe('Number of the gateway within the MME group'),
    mme_relative_capacity: uint32()
      .min(1)
      .max(255)
      .describe('Share of the load it takes; the gateway with the greatest is the primary one'),
  })
  .meta({ id: 'cellular_gateway_pool_record', description: 'Membership of a gateway in a pool' });

export const cellularGatewayPoolRecords = z
  .array(cellularGatewayPoolRecord)
  .superRefine((records, ctx) => {
    const [first] = records;
    const seen = new Set<string>();
    for (const [index, record] of records.entries()) {
      const fault = (name: string, message: string) => ctx.addIssue({ code: 'custom', path: [index, name], message });
      if (seen.has(record.gateway_pool_id)) fault('gateway_pool_id', `pool "${record.gateway_pool_id}" is listed twice`);
      seen.add(record.gateway_pool_id);
      if (record.mme_code !== first?.mme_code) fault('mme_code', 'must be the same in all pools of a gateway');
      if (record.mme_relative_capacity !== first?.mme_relative_capacity)
        fault('mme_relative_capacity', 'must be the same in all pools of a gateway');
    }
  })
  .meta({ id: 'cellular_gateway_pool_records', description: 'Pools that a gateway belongs to' });

const poolName = () => z.string().optional().describe('Name for people');

export const mutableCellularGatewayPool = z
  .object({ gateway_pool_id: gatewayPoolId, gateway_pool_name: poolName(), config: cellularGatewayPoolConfigs })
  .meta({ id: 'mutable_cellular_gateway_pool', description: 'A gateway pool as it is written' });

export const cellularGatewayPool = z
  .object({
    gateway_pool_id: gatewayPoolId,
    gateway_pool_name: poolName(),
    config: cellularGatewayPoolConfigs,
    gateway_ids: z.array(gatewayId).describe('Gateways that belong to the pool; set through the gateways'),
  })
  .meta({ id: 'cellular_gateway_pool', description: 'Gateways that share the load of an area' });

export type CellularGatewayPoolRecord = z.infer<typeof cellularGatewayPoolRecord>;
export type CellularGatewayPoolConfigs = z.infer<typeof cellularGatewayPoolConfigs>;
export type MutableCellularGatewayPool = z.infer<typeof mutableCellularGatewayPool>;
