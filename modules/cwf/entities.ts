import type { EntityType, NetworkType } from '../../core/module/facets.ts';
import { federatedNetworkConfigs } from '../feg/schemas/federated-network-configs.ts';
import { FEDERATED } from '../feg/services/entity-types.ts';
import { networkSubscriberConfig } from '../lte/schemas/network-subscriber-config.ts';
import { SUBSCRIBER_CONFIG } from '../lte/services/entity-types.ts';
import { sharedNetworkConfigs } from '../orc8r/entities.ts';
import { storedHaPair } from './schemas/cwf-ha-pair.ts';
import { gatewayCwfConfigs } from './schemas/gateway-cwf-configs.ts';
import { networkCarrierWifiConfigs } from './schemas/network-carrier-wifi-configs.ts';
import { CARRIER_WIFI, CWF_GATEWAY, CWF_NETWORK, HA_PAIR } from './services/entity-types.ts';

export const networkTypes: Readonly<Record<string, NetworkType>> = {
  [CWF_NETWORK]: {
    configs: {
      ...sharedNetworkConfigs,
      [CARRIER_WIFI]: networkCarrierWifiConfigs,
      [FEDERATED]: federatedNetworkConfigs,
      [SUBSCRIBER_CONFIG]: networkSubscriberConfig,
    },
  },
};

export const entityTypes: Readonly<Record<string, EntityType>> = {
  [CWF_GATEWAY]: { description: 'Carrier Wi-Fi part of a gateway, below a magmad_gateway of the same key', config: gatewayCwfConfigs },
  [HA_PAIR]: { description: 'Two gateways of which one serves and the other stands by', config: storedHaPair, children: [CWF_GATEWAY] },
};
