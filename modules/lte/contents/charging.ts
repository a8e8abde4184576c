import { create, toBinary } from '@bufbuild/protobuf';
import { children } from '../../../core/configurator/model.ts';
import type { ContentSet } from '../../../core/module/content.ts';
import { ChargingRuleNameSetSchema, RatingGroup_LimitType, RatingGroupSchema } from '../../../proto/gen/lte/protos/policydb_pb.js';
import type { RatingGroup } from '../schemas/rating-group.ts';
import { BASE_NAME, POLICY, RATING_GROUP } from '../services/entity-types.ts';

/** The rules behind each base name. */
export const baseNames: ContentSet = {
  name: 'base_names',
  description: 'Groups of policy rules',
  stream: true,
  encoding: 1,
  root: BASE_NAME,
  reads: [],
  names: [POLICY],
  encode: ({ root }) => toBinary(ChargingRuleNameSetSchema, create(ChargingRuleNameSetSchema, { RuleNames: children(root, POLICY) })),
};

/** How traffic is charged, by the number of the rating group. */
export const ratingGroups: ContentSet = {
  name: 'rating_groups',
  description: 'How the traffic of rules is charged',
  stream: true,
  encoding: 1,
  root: RATING_GROUP,
  reads: [],
  encode: ({ root }) => {
    const { limit_type: limit } = root.config as Pick<RatingGroup, 'limit_type'>;
    return toBinary(RatingGroupSchema, create(RatingGroupSchema, { id: Number(root.key), limitType: RatingGroup_LimitType[limit] }));
  },
};
