import { z } from 'zod';

export const subscriberId = z
  .string()
  .regex(/^IMSI\d{10,15}$/, { error: 'must be IMSI and 10 to 15 digits' })
  .meta({
    id: 'subscriber_id',
    description: 'IMSI of the SIM with its prefix: `IMSI` and 10 to 15 digits',
    examples: ['IMSI001010000000001'],
  });
