import type { Route } from '../../../core/module/route.ts';
import { sharedGatewayParts } from '../../orc8r/routes/gateway-parts.ts';
import { apnRoutes } from './apns.ts';
import { enodebRoutes } from './enodebs.ts';
import { gatewayCellularRoutes } from './gateway-cellular.ts';
import { gatewayEnodebRoutes } from './gateway-enodebs.ts';
import { gatewayPoolRoutes } from './gateway-pools.ts';
import { gatewayVpnRoutes } from './gateway-vpn.ts';
import { gatewayRoutes } from './gateways.ts';
import { networkRoutes } from './networks.ts';

/** Every REST operation of the LTE module. */
export const routes: readonly Route[] = [
  ...networkRoutes,
  ...gatewayRoutes,
  ...sharedGatewayParts({ base: '/lte', name: 'LteGateway', tag: 'LTE Gateways' }),
  ...gatewayCellularRoutes,
  ...gatewayVpnRoutes,
  ...gatewayEnodebRoutes,
  ...gatewayPoolRoutes,
  ...enodebRoutes,
  ...apnRoutes,
];
