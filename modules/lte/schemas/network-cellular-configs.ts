import { z } from 'zod';
import { networkEpcConfigs } from './network-epc-configs.ts';
import { networkNgcConfigs } from './network-ngc-configs.ts';
import { networkRanConfigs } from './network-ran-configs.ts';

export const fegNetworkId = z.string().meta({
  id: 'feg_network_id',
  description: 'Id of the federation network that serves this network; empty or absent for none',
  examples: ['partners'],
});

export const networkCellularConfigs = z
  .object({
    ran: networkRanConfigs,
    epc: networkEpcConfigs,
    feg_network_id: fegNetworkId.optional(),
    ngc: networkNgcConfigs.optional(),
  })
  .meta({ id: 'network_cellular_configs', description: 'Radio and core settings of an LTE network' });

export type NetworkCellularConfigs = z.infer<typeof networkCellularConfigs>;
