import { find } from '../../../core/configurator/model.ts';
import { OrcError } from '../../../core/errors.ts';
import { int32 } from '../../orc8r/mconfig/entry.ts';
import type { CellularGatewayPoolConfigs } from '../schemas/cellular-gateway-pool.ts';
import type { LteGateway } from './lte-gateway.ts';

/** The identity of a gateway's MME among those that share eNodeBs. */
export interface MmeIdentity {
  readonly mmeGid: number;
  readonly mmeCode: number;
  readonly mmeRelativeCapacity: number;
}

const ALONE: MmeIdentity = { mmeGid: 1, mmeCode: 1, mmeRelativeCapacity: 10 };

/**
 * From the gateway's first pool record and the pool that it names. Error `aborted` when that pool is not there: a group id
 * made up for it could be that of MMEs elsewhere.
 */
export function mmeIdentity({ gateway, input }: LteGateway): MmeIdentity {
  const [record] = gateway.pooling ?? [];
  if (!record) return ALONE;
  const pool = find(input.graph, 'cellular_gateway_pool', record.gateway_pool_id)?.config as
    | Partial<CellularGatewayPoolConfigs>
    | null
    | undefined;
  if (!pool)
    throw new OrcError(
      'aborted',
      `gateway "${input.gateway.key}" refers to gateway pool "${record.gateway_pool_id}", which does not exist`,
    );
  return {
    mmeGid: int32(pool.mme_group_id ?? ALONE.mmeGid),
    mmeCode: int32(record.mme_code ?? ALONE.mmeCode),
    mmeRelativeCapacity: int32(record.mme_relative_capacity ?? ALONE.mmeRelativeCapacity),
  };
}
