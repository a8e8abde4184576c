import { z } from 'zod';
import { nonEmpty } from '../../../core/rest/fields.ts';
import { networkFeatures, networkSentryConfig, stateConfig } from './network-configs.ts';
import { networkDnsConfig } from './network-dns-config.ts';

export const networkId = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[\da-z_-]+$/, { error: 'may hold small letters, digits, _ and - only' })
  .meta({
    id: 'network_id',
    description: 'Id of the network: small letters, digits, `_` and `-`; it stands in every path',
    examples: ['city'],
  });
export const networkName = nonEmpty().meta({ id: 'network_name', description: 'Name of the network for people', examples: ['City'] });
export const networkDescription = nonEmpty().meta({
  id: 'network_description',
  description: 'What the network is for, or where it is',
  examples: ['Downtown'],
});
export const networkType = z.string().meta({
  id: 'network_type',
  description:
    'Kind of network: `lte`, `feg`, `feg_lte`, `carrier_wifi_network`, or another one; it decides which module looks after the network',
  examples: ['lte'],
});

export const network = z
  .object({
    id: networkId,
    name: networkName,
    description: networkDescription,
    type: networkType.optional(),
    dns: networkDnsConfig,
    features: networkFeatures.optional(),
    sentry_config: networkSentryConfig.optional(),
    state_config: stateConfig.optional(),
  })
  .meta({ id: 'network', description: 'A network of any type, with the settings that all types share' });

export type NetworkModel = z.infer<typeof network>;
