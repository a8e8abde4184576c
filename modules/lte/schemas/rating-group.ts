import { z } from 'zod';
import { uint32 } from '../../../core/rest/fields.ts';

export const ratingGroupId = uint32()
  .min(1)
  .meta({ id: 'rating_group_id', description: 'Number of the rating group', examples: [1] });

const limitType = () =>
  z.enum(['FINITE', 'INFINITE_UNMETERED', 'INFINITE_METERED']).describe('Whether credit runs out, and whether traffic is counted');

export const mutableRatingGroup = z
  .object({ limit_type: limitType() })
  .meta({ id: 'mutable_rating_group', description: 'What can be changed of a rating group' });

export const ratingGroup = z
  .object({ id: ratingGroupId, limit_type: limitType() })
  .meta({ id: 'rating_group', description: 'How the traffic of rules with this number is charged' });

export type RatingGroup = z.infer<typeof ratingGroup>;
