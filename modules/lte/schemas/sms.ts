import { z } from 'zod';
import { nonEmpty, unset } from '../../../core/rest/fields.ts';
import { subscriberId } from './subscriber-id.ts';

const content = {
  imsi: subscriberId,
  source_msisdn: nonEmpty()
    .max(255)
    .meta({ description: 'Number of the sender, as the subscriber is to see it', examples: ['4915112345678'] }),
  message: nonEmpty()
    .max(2000)
    .meta({ description: 'Text of the message; a long one is sent in several parts', examples: ['Your data plan ends tomorrow.'] }),
};

export const mutableSmsMessage = z
  .object(content)
  .meta({ id: 'mutable_sms_message', description: 'A text message to be sent to a subscriber' });

export const smsMessage = z
  .object({
    pk: nonEmpty().meta({ description: 'Id that the platform gave the message', examples: ['sms_0001'] }),
    status: unset(z.enum(['Waiting', 'Delivered', 'Failed']).describe('How far the message got'), 'null'),
    ...content,
    time_created: unset(
      z.iso.datetime().meta({ description: 'When the message was given to the platform', examples: ['2026-01-31T12:00:00Z'] }),
      'null',
    ),
    time_last_attempted: z.iso
      .datetime()
      .optional()
      .meta({ description: 'When a gateway last tried to deliver it; missing before the first try', examples: ['2026-01-31T12:00:05Z'] }),
    attempt_count: z
      .int()
      .min(0)
      .meta({ description: 'How often delivery was tried', examples: [1] }),
    error_status: z
      .string()
      .optional()
      .meta({ description: 'Why delivery failed the last time', examples: ['Subscriber absent'] }),
  })
  .meta({ id: 'sms_message', description: 'A text message to a subscriber' });

export type MutableSmsMessage = z.infer<typeof mutableSmsMessage>;

/** A message as it is stored: with the references of the attempt that is under way, which no one outside has a use for. */
export const storedSms = smsMessage.omit({ pk: true }).extend({
  status: z.enum(['Waiting', 'Delivered', 'Failed']),
  time_created: z.iso.datetime(),
  under_way: z
    .object({ references: z.array(z.int().min(0).max(255)).max(255), confirmed: z.array(z.int().min(0).max(255)).max(255) })
    .optional(),
});
export type StoredSms = z.infer<typeof storedSms>;
