import { z } from 'zod';
import { wholeNumber } from '../../../core/rest/fields.ts';

const whole = (min: number) => wholeNumber().min(min);

/** Query parameters of the list of CBSDs. */
export const cbsdQuery = z
  .object({
    // The contract says at least 1, but the first page of the original's own clients begins at 0.
    offset: whole(0)
      .optional()
      .meta({ description: 'CBSDs to pass over, counted from the first; only with `limit`', examples: [0] }),
    limit: whole(1)
      .max(4_294_967_295)
      .optional()
      .meta({ description: 'Most CBSDs to list; all when left out', examples: [50] }),
    serial_number: z
      .string()
      .optional()
      .meta({ description: 'Serial number of the only CBSD to list; all when left out', examples: ['120200002618AGP0001'] }),
  })
  .superRefine(({ offset, limit }, ctx) => {
    if (offset !== undefined && limit === undefined) ctx.addIssue({ code: 'custom', path: ['limit'], message: 'is required with offset' });
  });
