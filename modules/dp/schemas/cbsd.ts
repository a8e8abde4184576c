import { z } from 'zod';
import { int64, nonEmpty, nullWhenUnset } from '../../../core/rest/fields.ts';
import { grant } from './grant.ts';
import { installationParam, mutableInstallationParam } from './installation-param.ts';

const registration = () => z.enum(['unregistered', 'registered']);

export const capabilities = z
  .object({
    max_ibw_mhz: z
      .int()
      .min(5)
      .max(150)
      .multipleOf(5)
      .meta({ description: 'Widest span of frequencies that the radio can use at once, 5 to 150 MHz in steps of 5', examples: [150] }),
    min_power: z.number().meta({ description: 'Least power of one antenna, in dBm', examples: [0] }),
    max_power: z.number().meta({ description: 'Greatest power of one antenna, in dBm', examples: [24] }),
    number_of_antennas: z
      .int()
      .min(1)
      .meta({ description: 'Antennas that transmit', examples: [2] }),
  })
  .meta({ id: 'capabilities', description: 'What a CBSD can do' });

export const frequencyPreferences = z
  .object({
    bandwidth_mhz: z.literal([5, 10, 15, 20]).describe('Wanted channel width, in MHz'),
    frequencies_mhz: z.array(z.int().min(3555).max(3695).multipleOf(5)).meta({
      description: 'Wanted centre frequencies of channels in MHz, 3555 to 3695 in steps of 5, the best first',
      examples: [[3600]],
    }),
  })
  .meta({ id: 'frequency_preferences', description: 'Which spectrum a CBSD would like' });

const shape = {
  capabilities,
  carrier_aggregation_enabled: z.boolean().describe('Join several channels; needs grant redundancy'),
  cbsd_category: z.enum(['a', 'b']).describe('Class of the device: `a` for low power, `b` for high power outdoors').meta({ default: 'b' }),
  desired_state: registration().describe('Whether it is to be registered with the spectrum access system'),
  fcc_id: nonEmpty()
    .max(255)
    .meta({ description: 'FCC certification id of the model', examples: ['2AG32PBS31010'] }),
  frequency_preferences: frequencyPreferences,
  grant_redundancy: z.boolean().describe('Ask for more grants than are in use'),
  serial_number: nonEmpty()
    .max(255)
    .meta({ description: 'Serial number of the radio; in use once among all networks', examples: ['120200002618AGP0001'] }),
  single_step_enabled: z.boolean().describe('Register by the device alone, without an installer'),
  user_id: nonEmpty()
    .max(255)
    .meta({ description: 'User id that the spectrum access system knows its owner by', examples: ['example-telecom'] }),
} as const;

export const mutableCbsd = z
  .object({ ...shape, installation_param: mutableInstallationParam.optional() })
  .superRefine((cbsd, ctx) => {
    if (cbsd.carrier_aggregation_enabled && !cbsd.grant_redundancy) {
      ctx.addIssue({ code: 'custom', path: ['grant_redundancy'], message: 'must be true when carrier_aggregation_enabled is' });
    }
  })
  .meta({ id: 'mutable_cbsd', description: 'A CBSD as it is written' });

export const cbsd = z
  .object({
    ...shape,
    installation_param: installationParam,
    id: int64().meta({ description: 'Number that this platform gave the CBSD; it is never used again', examples: [1] }),
    cbsd_id: z
      .string()
      .optional()
      .meta({ description: 'Id that the spectrum access system gave it', examples: ['2AG32PBS31010/120200002618AGP0001'] }),
    is_active: z.boolean().describe('Whether it was heard of lately'),
    state: registration().describe('Whether it is registered with the spectrum access system'),
    grants: nullWhenUnset(z.array(grant)).describe('Spectrum that it was granted'),
  })
  .meta({ id: 'cbsd', description: 'A base station in shared spectrum (CBRS), with what was granted to it' });

export const paginatedCbsds = z
  .object({
    cbsds: z.array(cbsd).describe('CBSDs of this page, by their number'),
    total_count: int64().meta({ description: 'CBSDs in the network, whatever part this is', examples: [1] }),
  })
  .meta({ id: 'paginated_cbsds', description: 'A page of CBSDs' });

/** What is kept of a CBSD: what was written, and what was asked of it since. */
export const storedCbsd = z.object({
  ...mutableCbsd.shape,
  requested: z.object({ deregister: z.boolean().optional(), relinquish: z.boolean().optional() }).optional(),
});

export type MutableCbsd = z.infer<typeof mutableCbsd>;
export type StoredCbsd = z.infer<typeof storedCbsd>;
