import { z } from 'zod';

export const grant = z
  .object({
    bandwidth_mhz: z.int().meta({ description: 'Width of the granted channel, in MHz', examples: [20] }),
    frequency_mhz: z
      .int()
      .min(3550)
      .max(3700)
      .meta({ description: 'Centre frequency of the granted channel, in MHz', examples: [3600] }),
    grant_expire_time: z
      .string()
      .meta({ format: 'date-time' })
      .optional()
      .meta({ description: 'When the grant ends', examples: ['2026-01-31T12:00:00Z'] }),
    max_eirp: z
      .number()
      .min(-137)
      .max(37)
      .meta({ description: 'Most power that may be radiated (EIRP), in dBm per MHz', examples: [37] }),
    state: z.enum(['granted', 'authorized', 'unsync']).describe('How far the grant may be used'),
    transmit_expire_time: z
      .string()
      .meta({ format: 'date-time' })
      .optional()
      .meta({ description: 'Until when it may transmit without asking again', examples: ['2026-01-31T12:04:00Z'] }),
  })
  .meta({ id: 'grant', description: 'Spectrum that a CBSD was granted' });
