import { loadEntities } from '../../../core/configurator/load.ts';
import { find } from '../../../core/configurator/model.ts';
import { notFound } from '../../../core/errors.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { pathParams } from '../../../core/rest/fields.ts';
import { answers, ok } from '../../../core/rest/reply.ts';
import { enodebState } from '../schemas/enodeb-state.ts';
import { readEnodebState } from '../services/enodeb-state.ts';
import { ENODEB } from '../services/entity-types.ts';
import { SINGLE_ENODEB } from '../states/types.ts';

/** What gateways reported of an eNodeB. */
export const enodebStateRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/lte/{network_id}/enodebs/{enodeb_serial}/state',
    operationId: 'getEnodebState',
    tag: 'EnodeBs',
    summary: 'Read what a gateway last reported of the eNodeB',
    permission: { action: 'read', scope: 'network' },
    params: pathParams('network_id', 'enodeb_serial'),
    responses: answers(enodebState, 'The state'),
    handle: async ({ params: { network_id: networkId, enodeb_serial: key } }, ctx) => {
      const [graph] = await ctx.read(loadEntities(networkId, [{ type: ENODEB, key }], { withConfig: false }));
      const subjects = await ctx.fleet.states(networkId, { types: [SINGLE_ENODEB], subjects: [key] });
      const [newest] = subjects.get(key)?.states ?? [];
      if (newest) return ok(readEnodebState(newest));
      throw notFound(find(graph, ENODEB, key) ? `a reported state of eNodeB "${key}"` : `eNodeB "${key}"`);
    },
  }),
];
