import { z } from 'zod';

export const tailLogsRequest = z
  .object({
    service: z
      .string()
      .max(255)
      .optional()
      .meta({
        description: 'Name of a service on the gateway; without one a Magma gateway follows the log of the whole machine',
        examples: ['mme'],
      }),
  })
  .meta({ id: 'tail_logs_request', description: 'Which log to follow' });

export const logText = z.string().meta({
  description: 'A line of UTF-8 for each line of the log',
  examples: ['Nov 26 03:15:00 agw1 mme[812]: S1AP connected\n'],
});
