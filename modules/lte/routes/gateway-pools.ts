import { children, type Entity } from '../../../core/configurator/model.ts';
import { invalid } from '../../../core/errors.ts';
import type { Route } from '../../../core/module/route.ts';
import { cellularGatewayPool, gatewayPoolId, mutableCellularGatewayPool } from '../schemas/cellular-gateway-pool.ts';
import { CELLULAR_GATEWAY, GATEWAY_POOL } from '../services/entity-types.ts';
import { entityMap, entityRoutes } from '../../../core/rest/entity-collection.ts';

const tag = 'LTE Networks';
const path = '/lte/{network_id}/gateway_pools';

const read = (entity: Entity): unknown => ({
  gateway_pool_id: entity.key,
  gateway_pool_name: entity.name,
  config: entity.config,
  gateway_ids: children(entity, CELLULAR_GATEWAY),
});

/** Pools of gateways. Gateways join and leave through their own `cellular/pooling`. */
export const gatewayPoolRoutes: readonly Route[] = [
  entityMap({ path, operationId: 'listGatewayPools', tag, type: GATEWAY_POOL, nouns: 'gateway pools', schema: cellularGatewayPool, read }),
  ...entityRoutes({
    path,
    param: 'gateway_pool_id',
    name: 'GatewayPool',
    tag,
    type: GATEWAY_POOL,
    noun: 'gateway pool',
    schema: mutableCellularGatewayPool,
    shows: cellularGatewayPool,
    key: (body) => body.gateway_pool_id,
    keyField: 'gateway_pool_id',
    read,
    create: ({ gateway_pool_id: key, gateway_pool_name: name = '', config }) => [
      { do: 'create_entity', id: { type: GATEWAY_POOL, key }, name, config },
    ],
    replace: (key, { gateway_pool_name: name = '', config }) => [{ do: 'update_entity', id: { type: GATEWAY_POOL, key }, name, config }],
    remove: (entity) => {
      const members = children(entity, CELLULAR_GATEWAY);
      if (members.length > 0)
        throw invalid(`gateway pool "${entity.key}" still has gateways: ${members.join(', ')}; take them out of it first`);
      return [];
    },
    echoesKey: gatewayPoolId,
  }),
];
