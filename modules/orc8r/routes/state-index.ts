import { networkById } from '../../../core/configurator/load.ts';
import { notFound } from '../../../core/errors.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { pathParams } from '../../../core/rest/fields.ts';
import { answers, ok } from '../../../core/rest/reply.ts';
import { stateIndexReport } from '../schemas/state-index.ts';
import { toStateIndexReport } from '../services/state-index.ts';

export const stateIndexRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/networks/{network_id}/state_index',
    operationId: 'getStateIndex',
    tag: 'Networks',
    summary: 'See how far the indexes of reported states are, and which states cannot be read',
    description: 'An indexer of a new version has its entries made again in the background; look-ups answer from what is there meanwhile.',
    permission: { action: 'read', scope: 'network' },
    params: pathParams('network_id'),
    responses: answers(stateIndexReport, 'Indexers, numbers of states, and those that cannot be read'),
    handle: async ({ params: { network_id: id } }, ctx) => {
      const [[network], report] = await Promise.all([ctx.read(networkById({ id })), ctx.fleet.stateIndex(id)]);
      if (!network) throw notFound(`network "${id}"`);
      return ok(toStateIndexReport(id, report));
    },
  }),
];
