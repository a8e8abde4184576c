import type { Network } from '../../../core/configurator/model.ts';
import type { Route } from '../../../core/module/route.ts';
import { removeNetworkConfig, sharedNetworkParts } from '../../orc8r/routes/network-parts.ts';
import { type LteNetwork, lteNetwork } from '../schemas/lte-network.ts';
import { CELLULAR_NETWORK, LTE_NETWORK } from '../services/entity-types.ts';
import { cellularOf, federationFaults, federationNetwork, lteNetworkConfigs, readLteNetwork } from '../services/network.ts';
import { networkCellularRoutes } from './network-cellular.ts';
import { subscriberConfigRoutes } from './subscriber-config.ts';
import { typedNetworkRoutes } from '../../../core/rest/typed-network.ts';

const family = { base: '/lte', name: 'LteNetwork', tag: 'LTE Networks' } as const;

/** LTE networks and all their parts. */
export const networkRoutes: readonly Route[] = [
  ...typedNetworkRoutes<LteNetwork, Network | undefined>({
    path: family.base,
    type: LTE_NETWORK,
    name: family.name,
    tag: family.tag,
    noun: 'LTE network',
    schema: lteNetwork,
    needs: (body) => federationNetwork(body.cellular.feg_network_id),
    check: (body, found, { network, principal }) => {
      const stored = network && cellularOf(network)?.feg_network_id;
      return federationFaults(body.cellular.feg_network_id, { found, stored, principal }, 'body.cellular.feg_network_id');
    },
    configs: lteNetworkConfigs,
    read: readLteNetwork,
  }),
  ...sharedNetworkParts(family),
  ...subscriberConfigRoutes(family),
  ...networkCellularRoutes,
  removeNetworkConfig(family, 'cellular', 'Cellular', CELLULAR_NETWORK),
];
