import { z } from 'zod';

/** Lines that one bulk call may hold. */
export const MAX_BULK_LINES = 20_000;

export const bulkReport = z
  .object({
    total: z.int().describe('Lines that hold a subscriber, good or bad'),
    created: z.int().describe('Subscribers that were made'),
    updated: z.int().describe('Subscribers that were there and were replaced'),
    failed: z.int().describe('Lines that were refused; the others took effect'),
    failures: z
      .array(
        z.object({
          line: z.int().describe('Number of the line in the body, from 1'),
          id: z.string().optional().describe('Id of the subscriber, where the line has one'),
          faults: z
            .array(z.object({ path: z.string(), message: z.string() }))
            .describe('What is wrong with it, with its place in the line'),
        }),
      )
      .describe('What is wrong, line by line; the first half megabyte of it'),
    unlisted: z.int().describe('Refused lines that no longer fitted into `failures`'),
    repeated: z.boolean().describe('This answer was given before, under the same Idempotency-Key; nothing was done now'),
  })
  .meta({ id: 'subscriber_bulk_report', description: 'What became of each line' });

export type BulkReport = z.infer<typeof bulkReport>;
