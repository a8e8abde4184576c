import { z } from 'zod';
import { nullWhenUnset, uint32 } from '../../../core/rest/fields.ts';

export const networkFeatures = z
  .object({
    features: z.record(z.string(), z.string()).optional().describe('Values of feature switches by name'),
  })
  .meta({ id: 'network_features', description: 'Feature switches of a network' });

const optionalUrl = (): z.ZodURL => z.url({ error: 'must be a URL' });

export const networkSentryConfig = z
  .object({
    url_python: optionalUrl().optional().describe('Where services written in Python report crashes (a Sentry DSN)'),
    url_native: optionalUrl().optional().describe('Where native services report crashes (a Sentry DSN)'),
    upload_mme_log: z.boolean().optional().describe('Whether the MME sends its log along with a crash'),
    number_of_lines_in_log: uint32().optional().describe('How many lines of the log go along with a crash'),
    sample_rate: z.number().min(0).max(1).optional().describe('Share of crashes that are reported, 0 to 1'),
    exclusion_patterns: nullWhenUnset(z.array(z.string())).describe('Regular expressions; a crash whose text matches one is not reported'),
  })
  .meta({ id: 'network_sentry_config', description: 'Where gateways of a network report crashes' });

export const stateConfig = z
  .object({
    sync_interval: z.number().min(3).max(4_294_967_295).optional().describe('Seconds between two reports of state by a gateway'),
  })
  .meta({ id: 'state_config', description: 'How gateways of a network report their state' });

export type NetworkFeatures = z.infer<typeof networkFeatures>;
export type NetworkSentryConfig = z.infer<typeof networkSentryConfig>;
export type StateConfig = z.infer<typeof stateConfig>;
