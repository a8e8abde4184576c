import type { Entity } from '../../../core/configurator/model.ts';
import { invalid } from '../../../core/errors.ts';
import type { Route } from '../../../core/module/route.ts';
import { entityMap, entityRoutes } from '../../../core/rest/entity-collection.ts';
import { uint32 } from '../../../core/rest/fields.ts';
import { mutableRatingGroup, type RatingGroup, ratingGroup, ratingGroupId } from '../schemas/rating-group.ts';
import { RATING_GROUP as type } from '../services/entity-types.ts';

const tag = 'Rating Groups';
const path = '/networks/{network_id}/rating_groups';

const read = (entity: Entity): unknown => ({ id: Number(entity.key), ...(entity.config as Pick<RatingGroup, 'limit_type'>) });

/** How traffic is charged; the key of a group is its number in decimal. */
export const ratingGroupRoutes: readonly Route[] = [
  entityMap({ path, operationId: 'listRatingGroups', tag, type, nouns: 'rating groups', schema: ratingGroup, read }),
  ...entityRoutes({
    path,
    param: 'rating_group_id',
    name: 'RatingGroup',
    tag,
    type,
    noun: 'rating group',
    schema: ratingGroup,
    changes: mutableRatingGroup,
    key: (body) => String(body.id),
    checkKey: (key) => {
      if (!/^(0|[1-9]\d*)$/.test(key) || !uint32().safeParse(Number(key)).success)
        throw invalid([{ path: 'path.rating_group_id', message: 'must be a whole number up to 4294967295' }]);
    },
    read,
    create: ({ id, limit_type }) => [{ do: 'create_entity', id: { type, key: String(id) }, config: { limit_type } }],
    replace: (key, { limit_type }) => [{ do: 'update_entity', id: { type, key }, config: { limit_type } }],
    removesSilently: true,
    answersCreate: { schema: ratingGroupId, description: 'Number of the new rating group', body: Number },
  }),
];
