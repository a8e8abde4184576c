import type { Route } from '../../../core/module/route.ts';
import { aboutRoutes } from './about.ts';
import { allowedCommandRoutes } from './allowed-commands.ts';
import { auditRoutes } from './audit.ts';
import { callTraceRoutes } from './call-traces.ts';
import { certificateRoutes } from './certificates.ts';
import { channelRoutes } from './channels.ts';
import { commandHistoryRoutes } from './command-history.ts';
import { commandRoutes } from './commands.ts';
import { convergenceRoutes } from './convergence.ts';
import { gatewayPartRoutes } from './gateway-parts.ts';
import { gatewayRoutes } from './gateways.ts';
import { loginRoute } from './login.ts';
import { networkPartRoutes } from './network-parts.ts';
import { networkRoutes } from './networks.ts';
import { revisionRoutes } from './revisions.ts';
import { stateIndexRoutes } from './state-index.ts';
import { tenantRoutes } from './tenants.ts';
import { tierPartRoutes } from './tier-parts.ts';
import { tierRoutes } from './tiers.ts';
import { userCertificateRoutes } from './user-certificates.ts';
import { userGrantRoutes } from './user-grants.ts';
import { userTokenRoutes } from './user-tokens.ts';
import { userRoutes } from './users.ts';

export const routes: Route[] = [
  ...aboutRoutes,
  ...networkRoutes,
  ...networkPartRoutes,
  ...convergenceRoutes,
  ...stateIndexRoutes,
  ...tierRoutes,
  ...tierPartRoutes,
  ...gatewayRoutes,
  ...gatewayPartRoutes,
  ...commandRoutes,
  ...commandHistoryRoutes,
  ...allowedCommandRoutes,
  ...callTraceRoutes,
  ...channelRoutes,
  ...tenantRoutes,
  ...revisionRoutes,
  ...auditRoutes,
  ...certificateRoutes,
  loginRoute,
  ...userRoutes,
  ...userTokenRoutes,
  ...userGrantRoutes,
  ...userCertificateRoutes,
];
