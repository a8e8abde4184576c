import { z } from 'zod';

export const subscriberId = z
  .string()
  .regex(/^IMSI\d{10,15}$/, { error: 'must be IMSI and 10 to 15 digits' })
  .meta({ id: 'subscriber_id', description: 'IMSI of a SIM, with its prefix: IMSI001010000000001' });
