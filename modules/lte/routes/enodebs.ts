import { byPhysicalId, countEntities, loadPage, networkById } from '../../../core/configurator/load.ts';
import { notFound, OrcError } from '../../../core/errors.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { nextPageToken, pageOf, pagingQuery } from '../../../core/paging.ts';
import { pathParams } from '../../../core/rest/fields.ts';
import { answers, ok } from '../../../core/rest/reply.ts';
import { enodeb, paginatedEnodebs } from '../schemas/enodeb.ts';
import { enodebFaults, readEnodeb, storedEnodeb } from '../services/enodeb.ts';
import { ENODEB } from '../services/entity-types.ts';
import { entityRoutes } from '../../../core/rest/entity-collection.ts';

const tag = 'EnodeBs';
const path = '/lte/{network_id}/enodebs';

const list = route({
  method: 'get',
  path,
  operationId: 'listEnodebs',
  tag,
  summary: 'List the eNodeBs of a network, page by page',
  permission: { action: 'read', scope: 'network' },
  params: pathParams('network_id'),
  query: pagingQuery,
  responses: answers(paginatedEnodebs, 'A page of eNodeBs', 'ETag'),
  handle: async ({ params: { network_id: networkId }, query }, ctx) => {
    const page = pageOf(query);
    const [network, graph, total] = await ctx.read(
      networkById({ id: networkId }),
      loadPage(networkId, ENODEB, page),
      countEntities({ networkId, type: ENODEB }),
    );
    if (!network) throw notFound(`network "${networkId}"`);
    const entities = [...graph.entities.values()];
    const body = {
      page_token: nextPageToken(
        entities.map((entity) => entity.key),
        page,
      ),
      enodebs: Object.fromEntries(entities.map((entity) => [entity.key, readEnodeb(entity)])),
      total_count: total,
    };
    return ok(body, [network.version]);
  },
});

/** Base stations of a network. Their serial is their physical id, so one serves in one network only. */
export const enodebRoutes: readonly Route[] = [
  list,
  ...entityRoutes({
    path,
    param: 'enodeb_serial',
    name: 'Enodeb',
    tag,
    type: ENODEB,
    noun: 'eNodeB',
    schema: enodeb,
    key: (body) => body.serial,
    keyField: 'serial',
    read: readEnodeb,
    needs: (_networkId, body) => byPhysicalId({ physicalId: body.serial }),
    validate: enodebFaults,
    create: (body, owner) => {
      if (owner) throw new OrcError('conflict', `serial "${body.serial}" is already in use, here or in another network`);
      return [{ do: 'create_entity', id: { type: ENODEB, key: body.serial }, physicalId: body.serial, ...storedEnodeb(body) }];
    },
    replace: (key, body) => [{ do: 'update_entity', id: { type: ENODEB, key }, ...storedEnodeb(body) }],
    removesSilently: true,
  }),
];
