import type { Route } from '../../../core/module/route.ts';
import { aboutRoutes } from './about.ts';
import { commandRoutes } from './commands.ts';
import { convergenceRoutes } from './convergence.ts';
import { gatewayPartRoutes } from './gateway-parts.ts';
import { gatewayRoutes } from './gateways.ts';
import { networkPartRoutes } from './network-parts.ts';
import { networkRoutes } from './networks.ts';
import { tierPartRoutes } from './tier-parts.ts';
import { tierRoutes } from './tiers.ts';

export const routes: Route[] = [
  ...aboutRoutes,
  ...networkRoutes,
  ...networkPartRoutes,
  ...convergenceRoutes,
  ...tierRoutes,
  ...tierPartRoutes,
  ...gatewayRoutes,
  ...gatewayPartRoutes,
  ...commandRoutes,
];
