import { z } from 'zod';
import { nonEmpty, unset } from '../../../core/rest/fields.ts';
import { subscriberId } from './subscriber-id.ts';

const content = {
  imsi: subscriberId,
  source_msisdn: nonEmpty().max(255).describe('Number that it comes from'),
  message: nonEmpty().max(2000).describe('The text'),
};

export const mutableSmsMessage = z
  .object(content)
  .meta({ id: 'mutable_sms_message', description: 'A text message to be sent to a subscriber' });

export const smsMessage = z
  .object({
    pk: nonEmpty().describe('Id of the message'),
    status: unset(z.enum(['Waiting', 'Delivered', 'Failed']).describe('How far it got'), 'null'),
    ...content,
    time_created: unset(z.iso.datetime().describe('When it was given to the network'), 'null'),
    time_last_attempted: z.iso.datetime().optional().describe('When a gateway last tried to deliver it'),
    attempt_count: z.int().min(0).describe('How often that was tried'),
    error_status: z.string().optional().describe('Why it failed'),
  })
  .meta({ id: 'sms_message', description: 'A text message to a subscriber' });

export type MutableSmsMessage = z.infer<typeof mutableSmsMessage>;
