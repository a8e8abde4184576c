import type { Route } from '../../../core/module/route.ts';
import { gatewayStatusRoute } from '../../orc8r/routes/gateway-parts.ts';
import { gatewayFederationRoutes } from './gateway-federation.ts';
import { gatewayRoutes } from './gateways.ts';
import { healthRoutes } from './health.ts';
import { networkRoutes } from './networks.ts';

/** Every REST operation of the federation module. */
export const routes: readonly Route[] = [
  ...networkRoutes,
  ...gatewayRoutes,
  ...gatewayFederationRoutes,
  gatewayStatusRoute({ base: '/feg', name: 'FegGateway', tag: 'Federation Gateways' }),
  ...healthRoutes,
];
