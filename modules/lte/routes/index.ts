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
import { policyRoutes } from './policies.ts';
import { qosProfileRoutes } from './qos-profiles.ts';
import { ratingGroupRoutes } from './rating-groups.ts';
import { enodebStateRoutes } from './enodeb-state.ts';
import { msisdnRoutes } from './msisdns.ts';
import { networkProbeRoutes } from './network-probes.ts';
import { smsRoutes } from './sms.ts';
import { subscriberListRoutes } from './subscriber-list.ts';
import { subscriberPartRoutes } from './subscriber-parts.ts';
import { subscriberStateRoutes } from './subscriber-state.ts';
import { subscriberRoutes } from './subscribers.ts';
import { subscriberBulkRoutes } from './subscribers-bulk.ts';

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
  ...policyRoutes,
  ...qosProfileRoutes,
  ...ratingGroupRoutes,
  ...enodebStateRoutes,
  ...msisdnRoutes,
  ...networkProbeRoutes,
  ...smsRoutes,
  ...subscriberListRoutes,
  ...subscriberPartRoutes,
  ...subscriberStateRoutes,
  ...subscriberRoutes,
  ...subscriberBulkRoutes,
];
