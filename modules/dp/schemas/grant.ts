import { z } from 'zod';

export const grant = z
  .object({
    bandwidth_mhz: z.int().describe('Width, in MHz'),
    frequency_mhz: z.int().min(3550).max(3700).describe('Middle, in MHz'),
    grant_expire_time: z.string().meta({ format: 'date-time' }).optional().describe('When the grant ends'),
    max_eirp: z.number().min(-137).max(37).describe('Most power that may be radiated, in dBm per MHz'),
    state: z.enum(['granted', 'authorized', 'unsync']).describe('How far the grant may be used'),
    transmit_expire_time: z.string().meta({ format: 'date-time' }).optional().describe('Until when it may transmit without asking again'),
  })
  .meta({ id: 'grant', description: 'Spectrum that a CBSD was granted' });
