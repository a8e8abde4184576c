import { z } from 'zod';

export const tierId = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[a-z][\da-z_]+$/, { error: 'must begin with a small letter and go on with small letters, digits or _' })
  .meta({ id: 'tier_id', description: 'Id of the tier: a small letter, then small letters, digits and `_`', examples: ['default'] });
