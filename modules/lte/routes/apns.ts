import type { Route } from '../../../core/module/route.ts';
import { apn } from '../schemas/apn.ts';
import { dependentsOfApn, readApn, removeDependents } from '../services/apn.ts';
import { APN } from '../services/entity-types.ts';
import { entityMap, entityRoutes } from '../../../core/rest/entity-collection.ts';

const tag = 'APNs';
const path = '/lte/{network_id}/apns';

/** Access points of a network. */
export const apnRoutes: readonly Route[] = [
  entityMap({ path, operationId: 'listApns', tag, type: APN, nouns: 'APNs', schema: apn, edges: [], read: readApn }),
  ...entityRoutes({
    path,
    param: 'apn_name',
    name: 'Apn',
    tag,
    type: APN,
    noun: 'APN',
    schema: apn,
    key: (body) => body.apn_name,
    keyField: 'apn_name',
    read: readApn,
    create: (body) => [{ do: 'create_entity', id: { type: APN, key: body.apn_name }, config: body.apn_configuration }],
    replace: (key, body) => [{ do: 'update_entity', id: { type: APN, key }, config: body.apn_configuration }],
    // A hundred thousand subscribers may refer to it: none of them matters to who reads or writes it.
    edges: [],
    removeNeeds: dependentsOfApn,
    remove: (_entity, dependents) => removeDependents(dependents),
  }),
];
