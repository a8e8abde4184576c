import { z } from 'zod';
import { networkDnsConfig } from '../../orc8r/schemas/network-dns-config.ts';
import { networkFeatures } from '../../orc8r/schemas/network-configs.ts';
import { networkDescription, networkId, networkName } from '../../orc8r/schemas/network.ts';
import { networkCellularConfigs } from './network-cellular-configs.ts';
import { networkSubscriberConfig } from './network-subscriber-config.ts';

export const lteNetwork = z
  .object({
    id: networkId,
    name: networkName,
    description: networkDescription,
    cellular: networkCellularConfigs,
    dns: networkDnsConfig,
    features: networkFeatures.optional(),
    subscriber_config: networkSubscriberConfig.optional().describe('Shown here; written through its own resource'),
  })
  .meta({ id: 'lte_network', description: 'An LTE network' });

export type LteNetwork = z.infer<typeof lteNetwork>;
