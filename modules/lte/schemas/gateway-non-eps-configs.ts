import { z } from 'zod';
import { keepZero, nullWhenUnset, uint32 } from '../../../core/rest/fields.ts';
import { mcc, mnc } from './plmn-config.ts';

/** What has to be said about the circuit-switched network as soon as falling back to it is switched on. */
const neededForFallback = ['arfcn_2g', 'csfb_mcc', 'csfb_mnc', 'csfb_rat', 'lac'] as const;

export const gatewayNonEpsConfigs = z
  .object({
    csfb_mcc: mcc()
      .optional()
      .meta({ description: 'Mobile country code of the circuit-switched network', examples: ['001'] }),
    csfb_mnc: mnc()
      .optional()
      .meta({ description: 'Mobile network code of the circuit-switched network', examples: ['01'] }),
    lac: keepZero(uint32())
      .optional()
      .meta({ description: 'Location area code (LAC) of the circuit-switched network', examples: [1] }),
    csfb_rat: keepZero(z.literal([0, 1]))
      .optional()
      .describe('Radio to fall back to: 0 for 2G, 1 for 3G'),
    arfcn_2g: nullWhenUnset(z.array(uint32())).meta({ description: '2G channel numbers (ARFCN) to fall back to', examples: [[1]] }),
    non_eps_service_control: z
      .literal([0, 1, 2, 3])
      .describe(
        'Services beside data: 0 none, 1 voice by circuit-switched fallback and SMS, 2 SMS only, 3 SMS only, by way of the Orchestrator',
      ),
  })
  .superRefine((config, ctx) => {
    if (config.non_eps_service_control === 0) return;
    for (const name of neededForFallback) {
      const given = config[name];
      if (given !== undefined && given !== null) continue;
      ctx.addIssue({ code: 'custom', path: [name], message: 'is required unless non_eps_service_control is 0' });
    }
  })
  .meta({ id: 'gateway_non_eps_configs', description: 'Voice and SMS by way of a circuit-switched network' });

export type GatewayNonEpsConfigs = z.infer<typeof gatewayNonEpsConfigs>;
