import type { Route } from '../../../core/module/route.ts';
import { entityPart } from '../../../core/rest/entity-part.ts';
import { invalid } from '../../../core/errors.ts';
import { gatewayVpnConfigs, type MagmadGatewayConfigs } from '../../orc8r/schemas/magmad-gateway-configs.ts';
import { MAGMAD_GATEWAY, magmadId } from '../../orc8r/services/gateway/index.ts';

/** The VPN block of the agent settings; the contract serves it for LTE gateways only. */
export const gatewayVpnRoutes: readonly Route[] = entityPart({
  path: '/lte/{network_id}/gateways/{gateway_id}/vpn',
  param: 'gateway_id',
  name: 'LteGatewayVpn',
  tag: 'LTE Gateways',
  what: 'VPN settings of a gateway',
  noun: 'gateway',
  type: MAGMAD_GATEWAY,
  schema: gatewayVpnConfigs,
  read: (gateway) => (gateway.config as MagmadGatewayConfigs | null)?.vpn,
  write: (vpn, gateway) => {
    const config = gateway.config as MagmadGatewayConfigs | null;
    if (!config) throw invalid('this gateway has no agent settings yet; put magmad first');
    return [{ do: 'update_entity', id: magmadId(gateway.key), config: { ...config, vpn } }];
  },
  merges: true,
});
