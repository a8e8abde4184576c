import { z } from 'zod';

/** Lines that one bulk call may hold. */
export const MAX_BULK_LINES = 20_000;

export const bulkReport = z
  .object({
    total: z.int().meta({ description: 'Lines that hold a subscriber, good or bad', examples: [2] }),
    created: z.int().meta({ description: 'Subscribers that were made', examples: [1] }),
    updated: z.int().meta({ description: 'Subscribers that were there and were replaced', examples: [0] }),
    failed: z.int().meta({ description: 'Lines that were refused; the others took effect', examples: [1] }),
    failures: z
      .array(
        z.object({
          line: z.int().meta({ description: 'Number of the line in the body, from 1', examples: [2] }),
          id: z
            .string()
            .optional()
            .meta({ description: 'Id of the subscriber, where the line has one', examples: ['IMSI001010000000002'] }),
          faults: z
            .array(
              z.object({
                path: z.string().meta({ description: 'Place in the line: a property, or a column of the CSV', examples: ['lte.auth_key'] }),
                message: z.string().meta({ description: 'What is wrong at this place', examples: ['must hold exactly 16 bytes'] }),
              }),
            )
            .describe('What is wrong with it, with its place in the line'),
        }),
      )
      .describe('What is wrong, line by line; the first half megabyte of it'),
    unlisted: z.int().meta({ description: 'Refused lines that no longer fitted into `failures`', examples: [0] }),
    repeated: z.boolean().describe('This answer was given before, under the same Idempotency-Key; nothing was done now'),
  })
  .meta({ id: 'subscriber_bulk_report', description: 'What became of each line' });

export type BulkReport = z.infer<typeof bulkReport>;
