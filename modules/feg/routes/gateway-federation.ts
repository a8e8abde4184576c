import type { Mutation } from '../../../core/configurator/mutations.ts';
import { find } from '../../../core/configurator/model.ts';
import { loadEntities } from '../../../core/configurator/load.ts';
import { conflict, notFound } from '../../../core/errors.ts';
import type { RequestContext } from '../../../core/module/context.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { commitEntities, entityPart } from '../../../core/rest/entity-part.ts';
import { rewrite } from '../../../core/rest/etag.ts';
import { pathParams } from '../../../core/rest/fields.ts';
import { created, createdEmpty, done, noContent } from '../../../core/rest/reply.ts';
import { type FederationConfigs, gatewayFederationConfigs } from '../schemas/federation-configs.ts';
import { FEDERATION_GATEWAY } from '../services/entity-types.ts';
import { federationId, ownFederation, setFederation } from '../services/gateway.ts';

const path = '/feg/{network_id}/gateways/{gateway_id}/federation';
const tag = 'Federation Gateways';
const shared = { path, tag, permission: { action: 'write', scope: 'network' }, params: pathParams('network_id', 'gateway_id') } as const;

/** Commits what `next` makes of the settings that are there; no mutations, no commit. Error: `not_found` for the gateway. */
const change = (
  ctx: RequestContext,
  { network_id: networkId, gateway_id: id }: { readonly network_id: string; readonly gateway_id: string },
  next: (current: FederationConfigs | undefined) => readonly Mutation[],
): Promise<void> =>
  rewrite(ctx, async () => {
    const [graph] = await ctx.read(loadEntities(networkId, [federationId(id)]));
    const gateway = find(graph, FEDERATION_GATEWAY, id);
    if (!gateway) throw notFound(`federation gateway "${id}"`);
    const mutations = next(ownFederation(gateway));
    await commitEntities(ctx, networkId, graph, { action: 'gateway.update', target: id, mutations, merges: true });
  });

/** The federation settings that a gateway has of its own, which count in place of its network's. */
export const gatewayFederationRoutes: readonly Route[] = [
  ...entityPart({
    path,
    param: 'gateway_id',
    name: 'FegGatewayFederation',
    tag,
    what: 'own federation settings of a gateway',
    noun: 'federation gateway',
    type: FEDERATION_GATEWAY,
    action: 'gateway.update',
    schema: gatewayFederationConfigs,
    read: ownFederation,
    write: (settings, { key }) => setFederation(key, settings),
  }),
  route({
    ...shared,
    method: 'post',
    operationId: 'createFegGatewayFederation',
    summary: 'Give a gateway federation settings of its own',
    description: 'For a gateway that has none yet; PUT replaces those it has.',
    guarded: true,
    body: gatewayFederationConfigs,
    responses: createdEmpty,
    handle: async ({ params, body }, ctx) => {
      await change(ctx, params, (current) => {
        if (current) throw conflict(`federation settings of gateway "${params.gateway_id}"`);
        return setFederation(params.gateway_id, body);
      });
      return created();
    },
  }),
  route({
    ...shared,
    method: 'delete',
    operationId: 'deleteFegGatewayFederation',
    summary: 'Let a gateway go by the federation settings of its network',
    description: 'Done also when it had none of its own.',
    responses: done,
    handle: async ({ params }, ctx) => {
      await change(ctx, params, (current) => (current ? setFederation(params.gateway_id, null) : []));
      return noContent();
    },
  }),
];
