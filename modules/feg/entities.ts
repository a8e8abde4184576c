import type { EntityType, NetworkType } from '../../core/module/facets.ts';
import { networkSubscriberConfig } from '../lte/schemas/network-subscriber-config.ts';
import { CELLULAR_NETWORK, SUBSCRIBER_CONFIG } from '../lte/services/entity-types.ts';
import { sharedNetworkConfigs } from '../orc8r/entities.ts';
import { federatedNetworkConfigs } from './schemas/federated-network-configs.ts';
import { gatewayFederationConfigs, networkFederationConfigs } from './schemas/federation-configs.ts';
import { uncheckedCellularConfigs } from './schemas/unchecked-cellular-configs.ts';
import { FEDERATED, FEDERATION, FEDERATION_GATEWAY, FEG_LTE_NETWORK, FEG_NETWORK } from './services/entity-types.ts';

const shared = { ...sharedNetworkConfigs, [SUBSCRIBER_CONFIG]: networkSubscriberConfig } as const;

export const networkTypes: Readonly<Record<string, NetworkType>> = {
  [FEG_NETWORK]: { configs: { ...shared, [FEDERATION]: networkFederationConfigs } },
  [FEG_LTE_NETWORK]: { configs: { ...shared, [CELLULAR_NETWORK]: uncheckedCellularConfigs, [FEDERATED]: federatedNetworkConfigs } },
};

export const entityTypes: Readonly<Record<string, EntityType>> = {
  [FEDERATION_GATEWAY]: {
    description: 'Federation part of a gateway, below a magmad_gateway of the same key; without config the network decides',
    config: gatewayFederationConfigs,
  },
};
