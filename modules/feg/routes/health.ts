import { countEntities, networkById } from '../../../core/configurator/load.ts';
import { invalid, notFound, OrcError } from '../../../core/errors.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { pathParams } from '../../../core/rest/fields.ts';
import { answers } from '../../../core/rest/reply.ts';
import { federationGatewayHealthStatus, federationNetworkClusterStatus } from '../schemas/health.ts';
import { FEDERATION_GATEWAY, FEG_NETWORK } from '../services/entity-types.ts';
import { fegPair, wholeGateway } from '../services/gateway.ts';

const reads = { action: 'read', scope: 'network' } as const;

/**
 * A gateway becomes active, and its health known, by the reports that it sends to the Health service. The platform takes no
 * such reports yet, so what is answered here is why there is nothing to show: from what is configured.
 */
export const healthRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/feg/{network_id}/cluster_status',
    operationId: 'getFegClusterStatus',
    tag: 'Federation Networks',
    summary: 'Read which gateway of a federation network serves at present',
    description: 'Not found as long as no gateway of the network has reported its health.',
    permission: reads,
    params: pathParams('network_id'),
    responses: answers(federationNetworkClusterStatus, 'The active gateway'),
    handle: async ({ params: { network_id: id } }, ctx) => {
      const [network, gateways] = await ctx.read(networkById({ id }), countEntities({ networkId: id, type: FEDERATION_GATEWAY }));
      if (!network) throw notFound(`network "${id}"`);
      if (network.type !== FEG_NETWORK) throw invalid(`network ${id} is not a ${FEG_NETWORK} network`);
      const why = gateways === 0 ? 'it has no gateways' : `none of its ${gateways} gateways has reported its health`;
      throw new OrcError('not_found', `no gateway of network "${id}" is active: ${why}`);
    },
  }),
  route({
    method: 'get',
    path: '/feg/{network_id}/gateways/{gateway_id}/health_status',
    operationId: 'getFegGatewayHealth',
    tag: 'Federation Gateways',
    summary: 'Read the health of a federation gateway',
    description: 'Not found as long as the gateway has not reported its health.',
    permission: reads,
    params: pathParams('network_id', 'gateway_id'),
    responses: answers(federationGatewayHealthStatus, 'The health of the gateway'),
    handle: async ({ params: { network_id: networkId, gateway_id: id } }, ctx) => {
      const [graph] = await ctx.read(wholeGateway(networkId, id));
      const { magmad } = fegPair(graph, id);
      const why = magmad.physicalId === null ? 'it has no hardware yet' : 'it has not reported any';
      throw new OrcError('not_found', `health of federation gateway "${id}" was not found: ${why}`);
    },
  }),
];
