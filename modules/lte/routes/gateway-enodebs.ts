import { loadEntities } from '../../../core/configurator/load.ts';
import { children, entityKey, find } from '../../../core/configurator/model.ts';
import type { Mutation } from '../../../core/configurator/mutations.ts';
import type { Query } from '../../../core/db/statement.ts';
import { invalid, notFound, refuse } from '../../../core/errors.ts';
import type { RequestContext } from '../../../core/module/context.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { commitEntities, entityPart } from '../../../core/rest/entity-part.ts';
import { rewrite } from '../../../core/rest/etag.ts';
import { nonEmpty, pathParams } from '../../../core/rest/fields.ts';
import { done, noContent } from '../../../core/rest/reply.ts';
import { enodebSerials } from '../schemas/enodeb.ts';
import { CELLULAR_GATEWAY, ENODEB } from '../services/entity-types.ts';
import { setEnodebs } from '../services/gateway/cellular.ts';
import { knownReferences, unknownEnodebs } from '../services/gateway/references.ts';

const tag = 'LTE Gateways';
const path = '/lte/{network_id}/gateways/{gateway_id}/connected_enodeb_serials';
const params = pathParams('network_id', 'gateway_id');
const serial = nonEmpty().meta({ description: 'Serial number of an eNodeB', examples: ['120200002618AGP0003'] });

/** Joins or parts a gateway and one eNodeB. Errors: `not_found` (gateway), `invalid` (eNodeB). */
function change(action: 'add_children' | 'remove_children', ctx: RequestContext, networkId: string, key: string, enodeb: string) {
  return rewrite(ctx, async () => {
    const id = { type: CELLULAR_GATEWAY, key };
    const [graph, known] = await ctx.read(loadEntities(networkId, [id]), knownReferences(networkId, { serials: [enodeb] }));
    if (!find(graph, id.type, key)) throw notFound(`LTE gateway "${key}"`);
    if (!known.has(entityKey({ type: ENODEB, key: enodeb })))
      throw invalid([{ path: 'body', message: `eNodeB "${enodeb}" does not exist` }]);
    const mutations: Mutation[] = [{ do: action, id, type: ENODEB, keys: [enodeb] }];
    await commitEntities(ctx, networkId, graph, { action: 'gateway.update', target: key, mutations, merges: false });
    return noContent();
  });
}

const single = (method: 'post' | 'delete', operationId: string, summary: string, action: 'add_children' | 'remove_children'): Route =>
  route({
    method,
    path,
    operationId,
    tag,
    summary,
    permission: { action: 'write', scope: 'network' },
    guarded: true,
    params,
    body: serial,
    responses: done,
    handle: ({ params: { network_id: networkId, gateway_id: id }, body }, ctx) => change(action, ctx, networkId, id, body),
  });

/** Which eNodeBs are connected to a gateway. APN resources are never touched from here. */
export const gatewayEnodebRoutes: readonly Route[] = [
  ...entityPart({
    path,
    param: 'gateway_id',
    name: 'LteGatewayEnodebs',
    tag,
    what: 'serial numbers of the eNodeBs of an LTE gateway',
    noun: 'LTE gateway',
    type: CELLULAR_GATEWAY,
    schema: enodebSerials,
    read: (entity) => children(entity, ENODEB),
    needs: (serials, networkId): Query<Set<string>> => knownReferences(networkId, { serials }),
    write: (serials, entity, known) => {
      const faults = unknownEnodebs(serials, known, 'body');
      refuse(faults);
      return setEnodebs(entity.key, serials);
    },
    action: 'gateway.update',
  }),
  single('post', 'addLteGatewayEnodeb', 'Connect one more eNodeB to the LTE gateway', 'add_children'),
  single('delete', 'removeLteGatewayEnodeb', 'Disconnect an eNodeB from the LTE gateway', 'remove_children'),
];
