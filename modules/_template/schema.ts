import { z } from 'zod';
import { uint32 } from '../../core/rest/fields.ts';

/** What people send us; field names are those of the wire. Its `id` becomes the name of the model in the OpenAPI document. */
export const monitorProfile = z
  .object({
    polling_interval: uint32()
      .min(1)
      .max(86_400)
      .meta({ description: 'Seconds between two looks at the devices behind a gateway', examples: [300] }),
  })
  .meta({ id: 'monitor_profile', description: 'How gateways of a network watch the devices behind them' });

export type MonitorProfile = z.infer<typeof monitorProfile>;
