import { z } from 'zod';
import { gatewayId } from '../../orc8r/schemas/gateway.ts';
import { nonEmpty, uint32 } from '../../../core/rest/fields.ts';

export const gatewayPoolId = nonEmpty()
  .regex(/^[a-z][\da-z_-]+$/, { error: 'must be a lower-case letter followed by lower-case letters, digits, _ or -' })
  .meta({
    id: 'gateway_pool_id',
    description: 'Id of the pool: a small letter, then small letters, digits, `_` and `-`',
    examples: ['north'],
  });

export const cellularGatewayPoolConfigs = z
  .object({
    mme_group_id: uint32()
      .min(1)
      .max(65535)
      .meta({ description: 'MME group id that all gateways of the pool announce to eNodeBs, 1 to 65535', examples: [1] }),
  })
  .meta({ id: 'cellular_gateway_pool_configs', description: 'What the gateways of a pool share' });

export const cellularGatewayPoolRecord = z
  .object({
    gateway_pool_id: gatewayPoolId,
    mme_code: uint32()
      .min(1)
      .max(65535)
      .meta({ description: 'MME code: the number of the gateway within the MME group, the same in all its pools', examples: [1] }),
    mme_relative_capacity: uint32()
      .min(1)
      .max(255)
      .meta({ description: 'Share of the load that the gateway takes, 1 to 255; the one with the greatest is primary', examples: [10] }),
  })
  .meta({ id: 'cellular_gateway_pool_record', description: 'Membership of a gateway in a pool' });

export const cellularGatewayPoolRecords = z
  .array(cellularGatewayPoolRecord)
  .meta({ id: 'cellular_gateway_pool_records', description: 'Pools that a gateway belongs to' });

const poolName = () =>
  z
    .string()
    .optional()
    .meta({ description: 'Name of the pool for people', examples: ['North'] });

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
