import { z } from 'zod';
import { nullWhenUnset, uint32 } from '../../../core/rest/fields.ts';

export const networkFeatures = z
  .object({
    features: z
      .record(z.string(), z.string())
      .optional()
      .meta({
        description: 'Values of feature switches, by name of the switch; the platform only keeps them for its clients',
        examples: [{ placeholder_feature: 'true' }],
      }),
  })
  .meta({ id: 'network_features', description: 'Feature switches of a network' });

const optionalUrl = (): z.ZodURL => z.url({ error: 'must be a URL' });

export const networkSentryConfig = z
  .object({
    url_python: optionalUrl()
      .optional()
      .meta({
        description: 'Where services written in Python report crashes (a Sentry DSN)',
        examples: ['https://public@sentry.example.com/1'],
      }),
    url_native: optionalUrl()
      .optional()
      .meta({ description: 'Where native services report crashes (a Sentry DSN)', examples: ['https://public@sentry.example.com/2'] }),
    upload_mme_log: z.boolean().optional().describe('Whether the MME sends its log along with a crash'),
    number_of_lines_in_log: uint32()
      .optional()
      .meta({ description: 'Lines from the end of the MME log that go along with a crash', examples: [1000] }),
    sample_rate: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .meta({ description: 'Share of crashes that are reported, 0 to 1', examples: [0.5] }),
    exclusion_patterns: nullWhenUnset(z.array(z.string())).meta({
      description: 'Regular expressions; a crash whose text matches one is not reported',
      examples: [['timeout']],
    }),
  })
  .meta({ id: 'network_sentry_config', description: 'Where gateways of a network report crashes' });

export const stateConfig = z
  .object({
    sync_interval: z
      .number()
      .min(3)
      .max(4_294_967_295)
      .optional()
      .meta({ description: 'Seconds between two reports of state by a gateway, at least 3', examples: [60] }),
  })
  .meta({ id: 'state_config', description: 'How gateways of a network report their state' });

export type NetworkFeatures = z.infer<typeof networkFeatures>;
export type NetworkSentryConfig = z.infer<typeof networkSentryConfig>;
export type StateConfig = z.infer<typeof stateConfig>;
