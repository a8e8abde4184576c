import { countEntities, loadEntities, loadPage, networkById } from '../../../core/configurator/load.ts';
import { notFound } from '../../../core/errors.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { nextPageToken, pageOf, pagingQuery } from '../../../core/paging.ts';
import { checkIfMatch, rewrite } from '../../../core/rest/etag.ts';
import { pathParams } from '../../../core/rest/fields.ts';
import { answers, created, createdEmpty, done, noContent, ok } from '../../../core/rest/reply.ts';
import { magmadGateway, paginatedGateways } from '../schemas/gateway.ts';
import { foundGateway, gatewayQueries, ownGatewayFaults } from '../services/gateway/checks.ts';
import { gatewayEtag, MAGMAD_GATEWAY, magmadId } from '../services/gateway/model.ts';
import { readGateway } from '../services/gateway/read.ts';
import { registrations } from '../services/gateway/registration.ts';
import { createGateway, deleteGateway, expectNoGateway, updateGateway } from '../services/gateway/write.ts';

const tag = 'Gateways';
const inNetwork = pathParams('network_id');
const one = pathParams('network_id', 'gateway_id');
const reads = { action: 'read', scope: 'network' } as const;
const writes = { action: 'write', scope: 'network' } as const;

const list = route({
  method: 'get',
  path: '/networks/{network_id}/gateways',
  operationId: 'listGateways',
  tag,
  summary: 'List gateways of all kinds, page by page',
  description: 'Each gateway without hardware comes with a fresh registration token, for who may write it.',
  permission: reads,
  params: inNetwork,
  query: pagingQuery,
  responses: answers(paginatedGateways, 'A page of gateways'),
  handle: async ({ params: { network_id: networkId }, query }, ctx) => {
    const page = pageOf(query);
    const [network, graph, total] = await ctx.read(
      networkById({ id: networkId }),
      loadPage(networkId, MAGMAD_GATEWAY, page),
      countEntities({ networkId, type: MAGMAD_GATEWAY }),
    );
    if (!network) throw notFound(`network "${networkId}"`);
    const entities = [...graph.entities.values()];
    const keys = entities.map(({ key }) => key);
    const reports = await ctx.fleet.statuses(networkId, keys);
    const registration = registrations(ctx, '/networks', networkId);
    const gateways = await Promise.all(
      entities.map(async (gateway) => [gateway.key, await readGateway(gateway, reports.get(gateway.key), registration)] as const),
    );
    return ok({ page_token: nextPageToken(keys, page), gateways: Object.fromEntries(gateways), total_count: total });
  },
});

const create = route({
  method: 'post',
  path: '/networks/{network_id}/gateways',
  operationId: 'createGateway',
  tag,
  summary: 'Create a gateway without a kind',
  description: 'Without a device it is created open: who may write it reads with it a registration token, with which hardware can join.',
  permission: writes,
  params: inNetwork,
  body: magmadGateway,
  validate: ({ body }) => ownGatewayFaults(body),
  responses: createdEmpty,
  handle: ({ params: { network_id: networkId }, body }, ctx) =>
    rewrite(ctx, async () => {
      const [network, graph, owner] = await ctx.read(...gatewayQueries(networkId, body));
      const mutations = createGateway(networkId, body, { network, graph, owner });
      await ctx.commit({ networkId, action: 'gateway.create', target: body.id, mutations, expect: expectNoGateway(body.id) });
      return created();
    }),
});

const get = route({
  method: 'get',
  path: '/networks/{network_id}/gateways/{gateway_id}',
  operationId: 'getGateway',
  tag,
  summary: 'Read what a gateway of any kind has in common with others',
  permission: reads,
  params: one,
  responses: answers(magmadGateway, 'The gateway', 'ETag'),
  handle: async ({ params: { network_id: networkId, gateway_id: id } }, ctx) => {
    const [[graph], report] = await Promise.all([ctx.read(loadEntities(networkId, [magmadId(id)])), ctx.fleet.status(networkId, id)]);
    const gateway = foundGateway(graph, id);
    return ok(await readGateway(gateway, report, registrations(ctx, '/networks', networkId)), gatewayEtag(gateway));
  },
});

const put = route({
  method: 'put',
  path: '/networks/{network_id}/gateways/{gateway_id}',
  operationId: 'putGateway',
  tag,
  summary: 'Replace what a gateway of any kind has in common with others',
  description: 'A body without a device leaves the hardware as it is.',
  permission: writes,
  params: one,
  body: magmadGateway,
  validate: ({ params: { gateway_id: id }, body }) => ownGatewayFaults(body, id),
  responses: done,
  handle: ({ params: { network_id: networkId, gateway_id: id }, body }, ctx) =>
    rewrite(ctx, async () => {
      const [network, graph, owner] = await ctx.read(...gatewayQueries(networkId, body, id));
      const mutations = updateGateway(networkId, id, body, { network, graph, owner });
      const gateway = foundGateway(graph, id);
      checkIfMatch(ctx, gatewayEtag(gateway));
      const expect = [{ ...magmadId(id), version: gateway.version }];
      await ctx.commit({ networkId, action: 'gateway.update', target: id, mutations, expect });
      return noContent();
    }),
});

const remove = route({
  method: 'delete',
  path: '/networks/{network_id}/gateways/{gateway_id}',
  operationId: 'deleteGateway',
  tag,
  summary: 'Delete a gateway of any kind',
  description: 'What belongs to it alone goes with it, its connection is cut and its certificates are revoked.',
  permission: writes,
  params: one,
  responses: done,
  handle: ({ params: { network_id: networkId, gateway_id: id } }, ctx) =>
    rewrite(ctx, async () => {
      const [graph] = await ctx.read(loadEntities(networkId, [magmadId(id)], { down: 2, withConfig: false }));
      const gateway = foundGateway(graph, id);
      checkIfMatch(ctx, gatewayEtag(gateway));
      const expect = [{ ...magmadId(id), version: gateway.version }];
      await ctx.commit({
        networkId,
        action: 'gateway.delete',
        target: id,
        mutations: deleteGateway(gateway, graph, ctx.platform.owned),
        expect,
      });
      return noContent();
    }),
});

export const gatewayRoutes: readonly Route[] = [list, create, get, put, remove];
