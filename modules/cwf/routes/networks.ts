import { refuse } from '../../../core/errors.ts';
import type { Network } from '../../../core/configurator/model.ts';
import type { Route } from '../../../core/module/route.ts';
import { networkPart } from '../../../core/rest/network-part.ts';
import { typedNetworkRoutes } from '../../../core/rest/typed-network.ts';
import { federatedNetworkConfigs } from '../../feg/schemas/federated-network-configs.ts';
import { FEDERATED } from '../../feg/services/entity-types.ts';
import { federatedOf } from '../../feg/services/network.ts';
import { subscriberConfigRoutes } from '../../lte/routes/subscriber-config.ts';
import { federationFaults, federationNetwork } from '../../lte/services/network.ts';
import { namedRuleFaults, namedRules } from '../../lte/services/subscriber-config.ts';
import { removeNetworkConfig, sharedNetworkParts } from '../../orc8r/routes/network-parts.ts';
import { type CwfNetwork, cwfNetwork } from '../schemas/cwf-network.ts';
import { liUes, networkCarrierWifiConfigs } from '../schemas/network-carrier-wifi-configs.ts';
import { CARRIER_WIFI, CWF_NETWORK } from '../services/entity-types.ts';
import { carrierWifiOf, cwfNetworkConfigs, readCwfNetwork, storeCarrierWifi, withLiUes } from '../services/network.ts';

const family = { base: '/cwf', name: 'CwfNetwork', tag: 'Carrier Wifi Networks' } as const;
const path = (part: string) => `${family.base}/{network_id}/${part}`;

/** Carrier Wi-Fi networks and all their parts. */
export const networkRoutes: readonly Route[] = [
  ...typedNetworkRoutes<CwfNetwork, Set<string>>({
    path: family.base,
    type: CWF_NETWORK,
    name: family.name,
    tag: family.tag,
    noun: 'carrier Wi-Fi network',
    schema: cwfNetwork,
    needs: (body) => namedRules(body.id, body.subscriber_config ?? {}),
    check: (body, found) =>
      namedRuleFaults(body.subscriber_config ?? {}, found, (list, index) => `body.subscriber_config.${list}[${index}]`),
    configs: cwfNetworkConfigs,
    read: readCwfNetwork,
  }),
  ...sharedNetworkParts(family),
  ...subscriberConfigRoutes(family),
  ...networkPart({
    path: path('carrier_wifi'),
    name: `${family.name}CarrierWifi`,
    tag: family.tag,
    what: 'carrier Wi-Fi settings of a network',
    schema: networkCarrierWifiConfigs,
    read: carrierWifiOf,
    write: storeCarrierWifi,
  }),
  removeNetworkConfig(family, 'carrier_wifi', 'CarrierWifi', CARRIER_WIFI),
  ...networkPart({
    path: path('li_ues'),
    name: `${family.name}LiUes`,
    tag: family.tag,
    what: 'lawful interceptions of a network',
    schema: liUes,
    // Never set, though the settings around it are: null, where a missing whole would be 404.
    read: (network) => carrierWifiOf(network) && (carrierWifiOf(network)?.li_ues ?? null),
    write: (ues, network) => storeCarrierWifi(withLiUes(network, ues)),
    merges: true,
  }),
  ...networkPart({
    path: path('federation'),
    name: `${family.name}Federation`,
    tag: family.tag,
    what: 'federation settings of a carrier Wi-Fi network',
    schema: federatedNetworkConfigs,
    read: federatedOf,
    needs: (federation) => federationNetwork(federation.feg_network_id),
    // Here alone, not with a whole network: the two networks name each other, and one has to be made first.
    write: (federation, network, found: Network | undefined, principal) => {
      const stored = federatedOf(network)?.feg_network_id;
      refuse(federationFaults(federation.feg_network_id, { found, stored, principal }, 'body.feg_network_id'));
      return [{ do: 'update_network', configs: { [FEDERATED]: federation } }];
    },
  }),
  removeNetworkConfig(family, 'federation', 'Federation', FEDERATED),
];
