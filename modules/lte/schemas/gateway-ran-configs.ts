import { z } from 'zod';
import { uint32 } from '../../../core/rest/fields.ts';

/** Physical cell id as the contract bounds it; zero counts as not given. */
export const pci = () => uint32().min(1).max(503);

export const gatewayRanConfigs = z
  .object({
    pci: pci().meta({ description: 'Physical cell id, 1 to 503, for managed eNodeBs without one of their own', examples: [260] }),
    transmit_enabled: z.boolean().describe('Let eNodeBs transmit that do not say otherwise'),
  })
  .meta({ id: 'gateway_ran_configs', description: 'Radio settings of one gateway' });

export type GatewayRanConfigs = z.infer<typeof gatewayRanConfigs>;
