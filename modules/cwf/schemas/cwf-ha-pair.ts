import { z } from 'zod';
import { cidr, nonEmpty } from '../../../core/rest/fields.ts';
import { carrierWifiHaPairState } from './reported.ts';

export const cwfHaPairConfigs = z
  .object({
    transport_virtual_ip: cidr()
      .min(5)
      .max(49)
      .meta({ description: 'Address with prefix length that the active gateway of the two takes', examples: ['10.10.10.11/24'] }),
  })
  .meta({ id: 'cwf_ha_pair_configs', description: 'What the gateways of a pair share' });

const shape = {
  ha_pair_id: nonEmpty()
    .max(255)
    .meta({ description: 'Id that names the pair within its network', examples: ['pair1'] }),
  gateway_id_1: nonEmpty()
    .max(255)
    .meta({ description: 'Id of the first gateway of the pair, which must exist', examples: ['agw1'] }),
  gateway_id_2: nonEmpty()
    .max(255)
    .meta({ description: 'Id of the second gateway of the pair, another one, which must exist', examples: ['agw2'] }),
  config: cwfHaPairConfigs,
} as const;

export const mutableCwfHaPair = z
  .object(shape)
  .superRefine((pair, ctx) => {
    if (pair.gateway_id_1 === pair.gateway_id_2)
      ctx.addIssue({ code: 'custom', path: ['gateway_id_2'], message: 'must be another gateway than gateway_id_1' });
  })
  .meta({ id: 'mutable_cwf_ha_pair', description: 'A pair of gateways as it is written' });

export const cwfHaPair = z
  .object({ ...shape, state: carrierWifiHaPairState.optional() })
  .meta({ id: 'cwf_ha_pair', description: 'Two gateways of which one serves and the other stands by' });

/** What is kept of a pair beside its edges: which gateway is the first cannot be told from edges. */
export const storedHaPair = z.object({ ...cwfHaPairConfigs.shape, gateway_id_1: z.string(), gateway_id_2: z.string() });

export type CwfHaPairConfigs = z.infer<typeof cwfHaPairConfigs>;
export type MutableCwfHaPair = z.infer<typeof mutableCwfHaPair>;
export type StoredHaPair = z.infer<typeof storedHaPair>;
