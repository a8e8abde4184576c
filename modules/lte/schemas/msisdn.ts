import { z } from 'zod';
import { nonEmpty } from '../../../core/rest/fields.ts';
import { subscriberId } from './subscriber-id.ts';

export const msisdn = nonEmpty()
  .max(255)
  .meta({ id: 'msisdn', description: 'Telephone number (MSISDN) of the subscriber', examples: ['4915112345678'] });

export const msisdnAssignment = z
  .object({ id: subscriberId, msisdn })
  .meta({ id: 'msisdn_assignment', description: 'A telephone number and whose it is' });

export type MsisdnAssignment = z.infer<typeof msisdnAssignment>;
