import { loadEntities, networkById } from '../../../core/configurator/load.ts';
import { find } from '../../../core/configurator/model.ts';
import { notFound } from '../../../core/errors.ts';
import type { RequestContext } from '../../../core/module/context.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { checkIfMatch, rewrite } from '../../../core/rest/etag.ts';
import { pathParams } from '../../../core/rest/fields.ts';
import { commitNetwork } from '../../../core/rest/network-part.ts';
import { answers, done, noContent, ok } from '../../../core/rest/reply.ts';
import { allowedCommands, commandRules } from '../schemas/allowed-commands.ts';
import {
  ALLOWED_COMMANDS,
  allowedCommandsId,
  gatewayRules,
  networkRules,
  putGatewayRules,
  toAllowedCommands,
} from '../services/allowed-commands.ts';
import { foundGateway } from '../services/gateway/checks.ts';
import { magmadId } from '../services/gateway/model.ts';

const tag = 'Commands';
const read = { action: 'read', scope: 'network' } as const;
const write = { action: 'write', scope: 'network' } as const;
const ofNetwork = { path: '/networks/{network_id}/allowed_commands', tag, params: pathParams('network_id') } as const;
const ofGateway = {
  path: '/networks/{network_id}/gateways/{gateway_id}/allowed_commands',
  tag,
  params: pathParams('network_id', 'gateway_id'),
} as const;
const RULES =
  'Modules allow some commands on every gateway; a network allows more or takes some away, and a gateway has the last word. ' +
  'A command that is allowed has to be known to the gateway too.';

async function networkOf(ctx: RequestContext, id: string) {
  const [network] = await ctx.read(networkById({ id }));
  if (!network) throw notFound(`network "${id}"`);
  return network;
}

async function gatewayOf(ctx: RequestContext, networkId: string, gatewayId: string) {
  const [network, graph] = await ctx.read(
    networkById({ id: networkId }),
    loadEntities(networkId, [magmadId(gatewayId), allowedCommandsId(gatewayId)]),
  );
  foundGateway(graph, gatewayId);
  if (!network) throw notFound(`network "${networkId}"`);
  const rules = find(graph, ALLOWED_COMMANDS, gatewayId);
  // Of the gateway itself nothing is shown.
  return { network, graph, etag: [rules?.version ?? 0, network.version] };
}

const getOfNetwork = route({
  ...ofNetwork,
  method: 'get',
  operationId: 'getNetworkAllowedCommands',
  summary: 'List the generic commands that may be given to gateways of a network',
  description: RULES,
  permission: read,
  responses: answers(allowedCommands, 'What the network says, and what comes of it', 'ETag'),
  handle: async ({ params: { network_id: id } }, ctx) => {
    const network = await networkOf(ctx, id);
    return ok(toAllowedCommands({ modules: ctx.platform.commands, network: networkRules(network) }), [network.version]);
  },
});

const putOfNetwork = route({
  ...ofNetwork,
  method: 'put',
  operationId: 'putNetworkAllowedCommands',
  summary: 'Allow generic commands on all gateways of a network, or take some away',
  description: `${RULES} A body of \`{}\` leaves what modules allow.`,
  permission: write,
  body: commandRules,
  responses: done,
  handle: ({ params: { network_id: id }, body }, ctx) =>
    rewrite(ctx, async () => {
      const network = await networkOf(ctx, id);
      const mutations = [{ do: 'update_network', configs: { [ALLOWED_COMMANDS]: body } }] as const;
      await commitNetwork(ctx, network, mutations, false, 'network.allow_commands');
      return noContent();
    }),
});

const getOfGateway = route({
  ...ofGateway,
  method: 'get',
  operationId: 'getGatewayAllowedCommands',
  summary: 'List the generic commands that may be given to a gateway',
  description: RULES,
  permission: read,
  responses: answers(allowedCommands, 'What is said of this gateway, and what comes of it', 'ETag'),
  handle: async ({ params: { network_id: networkId, gateway_id: gatewayId } }, ctx) => {
    const { network, graph, etag } = await gatewayOf(ctx, networkId, gatewayId);
    const levels = { modules: ctx.platform.commands, network: networkRules(network), gateway: gatewayRules(graph, gatewayId) };
    return ok(toAllowedCommands(levels), etag);
  },
});

const putOfGateway = route({
  ...ofGateway,
  method: 'put',
  operationId: 'putGatewayAllowedCommands',
  summary: 'Allow generic commands on a gateway, or take some away',
  description: `${RULES} A body of \`{}\` leaves what the network allows.`,
  permission: write,
  body: commandRules,
  responses: done,
  handle: ({ params: { network_id: networkId, gateway_id: gatewayId }, body }, ctx) =>
    rewrite(ctx, async () => {
      const { network, graph, etag } = await gatewayOf(ctx, networkId, gatewayId);
      checkIfMatch(ctx, etag);
      const rules = find(graph, ALLOWED_COMMANDS, gatewayId);
      const { version } = foundGateway(graph, gatewayId);
      await ctx.commit({
        networkId: network.id,
        action: 'gateway.allow_commands',
        target: gatewayId,
        mutations: putGatewayRules(graph, gatewayId, body),
        // Without rules the gateway is given some: it has to be there still.
        expect: [
          { ...allowedCommandsId(gatewayId), version: rules?.version ?? 0 },
          ...(rules ? [] : [{ ...magmadId(gatewayId), version }]),
        ],
      });
      return noContent();
    }),
});

export const allowedCommandRoutes: readonly Route[] = [getOfNetwork, putOfNetwork, getOfGateway, putOfGateway];
