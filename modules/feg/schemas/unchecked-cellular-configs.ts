import { z } from 'zod';
import { fegNetworkId } from '../../lte/schemas/network-cellular-configs.ts';
import { networkEpcConfigs } from '../../lte/schemas/network-epc-configs.ts';
import { networkMobility } from '../../lte/schemas/network-mobility.ts';
import { networkNgcConfigs } from '../../lte/schemas/network-ngc-configs.ts';
import { networkRanConfigs } from '../../lte/schemas/network-ran-configs.ts';

const ipBlocks = () => z.array(z.string().min(5).max(49));

const mobility = z.object({
  ...networkMobility.shape,
  nat: z
    .object({ ip_blocks: ipBlocks().optional().describe('Blocks that addresses of subscribers are taken from') })
    .optional()
    .describe('Address blocks for mode NAT'),
  static: z
    .object({ ip_blocks_by_tac: z.record(z.string(), ipBlocks()).optional().describe('Blocks by tracking area code') })
    .optional()
    .describe('Address blocks for mode STATIC'),
});

const { sub_profiles: profiles } = networkEpcConfigs.shape;

const epc = z
  .object({
    ...networkEpcConfigs.shape,
    sub_profiles: z.record(z.string(), profiles.unwrap().valueType).optional().describe('Rate limits that subscribers refer to by name'),
    mobility: mobility.optional().describe('How subscribers come by their IP addresses'),
  })
  .meta({ id: 'unchecked_network_epc_configs', description: 'Packet core settings that all gateways of a federated LTE network share' });

/**
 * Radio and core settings as a whole federated LTE network brings them: each value in its bounds, but not checked against the
 * others, so neither EARFCN against band nor address blocks against mode. The same settings on `/lte/{network_id}/cellular` are.
 * Source: REST-BEHAVIOUR.md 5, last rule.
 */
export const uncheckedCellularConfigs = z
  .object({
    ran: z
      .object(networkRanConfigs.shape)
      .meta({ description: 'Radio settings that all cells share', examples: networkRanConfigs.meta()?.examples }),
    epc,
    feg_network_id: fegNetworkId.optional(),
    ngc: networkNgcConfigs.optional(),
  })
  .meta({
    id: 'unchecked_network_cellular_configs',
    description: 'Radio and core settings of an LTE network, as a whole federated network brings them: not checked against each other',
  });

export type UncheckedCellularConfigs = z.infer<typeof uncheckedCellularConfigs>;
