import { z } from 'zod';
import { networkFeatures } from '../../orc8r/schemas/network-configs.ts';
import { networkDnsConfig } from '../../orc8r/schemas/network-dns-config.ts';
import { networkDescription, networkId, networkName } from '../../orc8r/schemas/network.ts';
import { networkSubscriberConfig } from '../../lte/schemas/network-subscriber-config.ts';
import { uncheckedCellularConfigs } from './unchecked-cellular-configs.ts';
import { federatedNetworkConfigs } from './federated-network-configs.ts';
import { networkFederationConfigs } from './federation-configs.ts';

const head = { id: networkId, name: networkName, description: networkDescription } as const;
const tail = { dns: networkDnsConfig, features: networkFeatures.optional() } as const;

export const fegNetwork = z
  .object({ ...head, federation: networkFederationConfigs, ...tail, subscriber_config: networkSubscriberConfig.optional() })
  .meta({ id: 'feg_network', description: 'A network of federation gateways, which connect other networks to partners' });

export const fegLteNetwork = z
  .object({ ...head, cellular: uncheckedCellularConfigs, federation: federatedNetworkConfigs, ...tail })
  .meta({ id: 'feg_lte_network', description: 'An LTE network that is served by a federation network' });

export type FegNetwork = z.infer<typeof fegNetwork>;
export type FegLteNetwork = z.infer<typeof fegLteNetwork>;
