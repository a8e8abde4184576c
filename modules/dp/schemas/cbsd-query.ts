import { z } from 'zod';

const whole = (min: number) => z.coerce.number({ error: 'must be a whole number' }).int({ error: 'must be a whole number' }).min(min);

/** Query parameters of the list of CBSDs. */
export const cbsdQuery = z
  .object({
    // The contract says at least 1, but the first page of the original's own clients begins at 0.
    offset: whole(0).optional().describe('How many to pass over; only with limit'),
    limit: whole(1).max(4_294_967_295).optional().describe('How many to list; absent means all'),
    serial_number: z.string().optional().describe('List only the one with this serial number'),
  })
  .superRefine(({ offset, limit }, ctx) => {
    if (offset !== undefined && limit === undefined) ctx.addIssue({ code: 'custom', path: ['limit'], message: 'is required with offset' });
  });
