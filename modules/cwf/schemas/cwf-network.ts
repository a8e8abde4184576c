import { z } from 'zod';
import { federatedNetworkConfigs } from '../../feg/schemas/federated-network-configs.ts';
import { networkSubscriberConfig } from '../../lte/schemas/network-subscriber-config.ts';
import { networkFeatures } from '../../orc8r/schemas/network-configs.ts';
import { networkDnsConfig } from '../../orc8r/schemas/network-dns-config.ts';
import { networkDescription, networkId, networkName } from '../../orc8r/schemas/network.ts';
import { networkCarrierWifiConfigs } from './network-carrier-wifi-configs.ts';

export const cwfNetwork = z
  .object({
    id: networkId,
    name: networkName,
    description: networkDescription,
    carrier_wifi: networkCarrierWifiConfigs,
    federation: federatedNetworkConfigs,
    dns: networkDnsConfig,
    features: networkFeatures.optional(),
    subscriber_config: networkSubscriberConfig.optional(),
  })
  .meta({ id: 'cwf_network', description: 'A carrier Wi-Fi network' });

export type CwfNetwork = z.infer<typeof cwfNetwork>;
