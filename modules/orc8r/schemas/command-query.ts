import { z } from 'zod';
import { invalid } from '../../../core/errors.ts';
import { wholeNumber } from '../../../core/rest/fields.ts';

/** Longest and usual time that a command may wait, seconds. */
const MOST = 7 * 24 * 3600;
const USUAL = 24 * 3600;

/** How a command is given. */
export const commandQuery = z.object({
  queue: z.enum(['true', 'false'], { error: 'must be true or false' }).optional().meta({
    description:
      'With `true` the command waits when the gateway is not connected, and is given to it once when it is; otherwise it fails at once',
    default: 'false',
  }),
  expires_in: wholeNumber()
    .min(1)
    .max(MOST)
    .optional()
    .meta({ description: `Seconds for which it may wait, with \`queue\`; up to ${MOST}`, default: USUAL }),
});

/** How long a command may wait, seconds; undefined: not at all. Error: `invalid`. */
export function queueSeconds({ queue, expires_in: seconds }: z.output<typeof commandQuery>): number | undefined {
  if (queue === 'true') return seconds ?? USUAL;
  if (seconds === undefined) return undefined;
  throw invalid([{ path: 'query.expires_in', message: 'says how long a command may wait, which takes queue=true' }]);
}
