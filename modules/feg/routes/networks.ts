import { refuse } from '../../../core/errors.ts';
import type { Network } from '../../../core/configurator/model.ts';
import { typedNetworkRoutes } from '../../../core/rest/typed-network.ts';
import type { Route } from '../../../core/module/route.ts';
import { networkPart } from '../../../core/rest/network-part.ts';
import { subscriberConfigRoutes } from '../../lte/routes/subscriber-config.ts';
import { federationFaults, federationNetwork } from '../../lte/services/network.ts';
import { namedRuleFaults, namedRules } from '../../lte/services/subscriber-config.ts';
import { removeNetworkConfig } from '../../orc8r/routes/network-parts.ts';
import { federatedNetworkConfigs } from '../schemas/federated-network-configs.ts';
import { networkFederationConfigs } from '../schemas/federation-configs.ts';
import { type FegLteNetwork, type FegNetwork, fegLteNetwork, fegNetwork } from '../schemas/networks.ts';
import { FEDERATED, FEDERATION, FEG_LTE_NETWORK, FEG_NETWORK } from '../services/entity-types.ts';
import {
  nhRouteFaults,
  federatedOf,
  federationOf,
  fegLteNetworkConfigs,
  fegNetworkConfigs,
  readFegLteNetwork,
  readFegNetwork,
  storeNetworkConfig,
} from '../services/network.ts';

const feg = { base: '/feg', name: 'FegNetwork', tag: 'Federation Networks' } as const;
const fegLte = { base: '/feg_lte', name: 'FegLteNetwork', tag: 'Federated LTE Networks' } as const;

const fegNetworkRoutes: readonly Route[] = [
  ...typedNetworkRoutes<FegNetwork, Set<string>>({
    path: feg.base,
    type: FEG_NETWORK,
    name: feg.name,
    tag: feg.tag,
    noun: 'federation network',
    schema: fegNetwork,
    needs: (body) => namedRules(body.id, body.subscriber_config ?? {}),
    check: (body, found) =>
      namedRuleFaults(body.subscriber_config ?? {}, found, (list, index) => `body.subscriber_config.${list}[${index}]`),
    configs: fegNetworkConfigs,
    read: readFegNetwork,
  }),
  ...networkPart({
    path: `${feg.base}/{network_id}/federation`,
    name: `${feg.name}Federation`,
    tag: feg.tag,
    what: 'federation settings of a federation network',
    schema: networkFederationConfigs,
    validate: nhRouteFaults,
    read: federationOf,
    write: (federation) => storeNetworkConfig(FEDERATION, federation),
  }),
  removeNetworkConfig(feg, 'federation', 'Federation', FEDERATION),
  ...subscriberConfigRoutes(feg),
];

const fegLteNetworkRoutes: readonly Route[] = [
  ...typedNetworkRoutes<FegLteNetwork>({
    path: fegLte.base,
    type: FEG_LTE_NETWORK,
    name: fegLte.name,
    tag: fegLte.tag,
    noun: 'federated LTE network',
    schema: fegLteNetwork,
    configs: fegLteNetworkConfigs,
    read: readFegLteNetwork,
  }),
  ...networkPart({
    path: `${fegLte.base}/{network_id}/federation`,
    name: `${fegLte.name}Federation`,
    tag: fegLte.tag,
    what: 'federation settings of a federated LTE network',
    schema: federatedNetworkConfigs,
    read: federatedOf,
    needs: (federation) => federationNetwork(federation.feg_network_id),
    write: (federation, network: Network, found, principal) => {
      const stored = federatedOf(network)?.feg_network_id;
      refuse(federationFaults(federation.feg_network_id, { found, stored, principal }, 'body.feg_network_id'));
      return storeNetworkConfig(FEDERATED, federation);
    },
  }),
  removeNetworkConfig(fegLte, 'federation', 'Federation', FEDERATED),
  ...subscriberConfigRoutes(fegLte),
];

/** Federation networks, the LTE networks that they serve, and the parts of both. */
export const networkRoutes: readonly Route[] = [...fegNetworkRoutes, ...fegLteNetworkRoutes];
