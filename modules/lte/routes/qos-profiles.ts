import type { Entity } from '../../../core/configurator/model.ts';
import type { Route } from '../../../core/module/route.ts';
import { entityMap, entityRoutes } from '../../../core/rest/entity-collection.ts';
import { type PolicyQosProfile, policyQosProfile } from '../schemas/policy-qos-profile.ts';
import { POLICY_QOS_PROFILE as type } from '../services/entity-types.ts';

const tag = 'Policies';
const path = '/lte/{network_id}/policy_qos_profiles';

const read = (entity: Entity): unknown => ({ id: entity.key, ...(entity.config as Omit<PolicyQosProfile, 'id'>) });
const stored = ({ id: key, ...config }: PolicyQosProfile) => ({ id: { type, key }, config });

/** Quality of service that policy rules refer to. */
export const qosProfileRoutes: readonly Route[] = [
  entityMap({ path, operationId: 'listPolicyQosProfiles', tag, type, nouns: 'QoS profiles', schema: policyQosProfile, read }),
  ...entityRoutes({
    path,
    param: 'profile_id',
    name: 'PolicyQosProfile',
    tag,
    type,
    noun: 'QoS profile',
    schema: policyQosProfile,
    key: (body) => body.id,
    keyField: 'id',
    read,
    create: (body) => [{ do: 'create_entity', ...stored(body) }],
    replace: (_key, body) => [{ do: 'update_entity', ...stored(body) }],
    removesSilently: true,
  }),
];
