import { z } from 'zod';
import { loadPage, networkById } from '../../../core/configurator/load.ts';
import { find } from '../../../core/configurator/model.ts';
import { notFound } from '../../../core/errors.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { pagingQuery } from '../../../core/paging.ts';
import { mapPage, nextPage, pagedMapNote } from '../../../core/rest/entity-collection.ts';
import { commitEntities, entityEtag } from '../../../core/rest/entity-part.ts';
import { rewrite } from '../../../core/rest/etag.ts';
import { pathParams } from '../../../core/rest/fields.ts';
import { answers, created, createdEmpty, done, noContent, ok } from '../../../core/rest/reply.ts';
import {
  deleteGateway,
  expectNoGateway,
  gatewayQueries,
  MAGMAD_GATEWAY,
  ownGatewayFaults,
  registrations,
} from '../../orc8r/services/gateway/index.ts';
import { federationGateway, mutableFederationGateway } from '../schemas/federation-gateway.ts';
import { FEDERATION_GATEWAY } from '../services/entity-types.ts';
import { createFederationGateway, fegPair, readFederationGateway, updateFederationGateway, wholeGateway } from '../services/gateway.ts';

const tag = 'Federation Gateways';
const path = '/feg/{network_id}/gateways';
const one = `${path}/{gateway_id}`;
const inNetwork = pathParams('network_id');
const params = pathParams('network_id', 'gateway_id');
const reads = { action: 'read', scope: 'network' } as const;
const writes = { action: 'write', scope: 'network' } as const;

const list = route({
  method: 'get',
  path,
  operationId: 'listFegGateways',
  tag,
  summary: 'List all federation gateways of a network by id',
  description: pagedMapNote,
  permission: reads,
  params: inNetwork,
  query: pagingQuery,
  responses: answers(z.record(z.string(), federationGateway), 'The gateways by id', 'ETag', 'Next-Page-Token'),
  handle: async ({ params: { network_id: networkId }, query }, ctx) => {
    const page = mapPage(query);
    const [network, graph] = await ctx.read(networkById({ id: networkId }), loadPage(networkId, FEDERATION_GATEWAY, { ...page, up: 1 }));
    if (!network) throw notFound(`network "${networkId}"`);
    const gateways = [...graph.entities.values()].filter((entity) => entity.type === FEDERATION_GATEWAY);
    const keys = gateways.map((entity) => entity.key);
    const reports = await ctx.fleet.statuses(networkId, keys);
    const shown = gateways.flatMap((federation) => {
      const magmad = find(graph, MAGMAD_GATEWAY, federation.key);
      return magmad ? [{ magmad, federation }] : [];
    });
    const registration = registrations(ctx, '/feg', networkId);
    const entries = shown.map(
      async (pair) => [pair.magmad.key, await readFederationGateway(pair, reports.get(pair.magmad.key), registration)] as const,
    );
    return { ...ok(Object.fromEntries(await Promise.all(entries)), [network.version]), headers: nextPage(keys, page.limit) };
  },
});

const create = route({
  method: 'post',
  path,
  operationId: 'createFegGateway',
  tag,
  summary: 'Make a new federation gateway',
  description: 'Without federation settings of its own a gateway goes by those of its network.',
  permission: writes,
  params: inNetwork,
  body: mutableFederationGateway,
  validate: ({ body }) => ownGatewayFaults(body),
  responses: createdEmpty,
  handle: ({ params: { network_id: networkId }, body }, ctx) =>
    rewrite(ctx, async () => {
      const [network, graph, owner] = await ctx.read(...gatewayQueries(networkId, body));
      const mutations = createFederationGateway(networkId, body, { network, graph, owner });
      await ctx.commit({ networkId, action: 'gateway.create', target: body.id, mutations, expect: expectNoGateway(body.id) });
      return created();
    }),
});

const get = route({
  method: 'get',
  path: one,
  operationId: 'getFegGateway',
  tag,
  summary: 'Read the federation gateway',
  permission: reads,
  params,
  responses: answers(federationGateway, 'The gateway', 'ETag'),
  handle: async ({ params: { network_id: networkId, gateway_id: id } }, ctx) => {
    const [[graph], report] = await Promise.all([ctx.read(wholeGateway(networkId, id)), ctx.fleet.status(networkId, id)]);
    return ok(await readFederationGateway(fegPair(graph, id), report, registrations(ctx, '/feg', networkId)), entityEtag(graph));
  },
});

const put = route({
  method: 'put',
  path: one,
  operationId: 'putFegGateway',
  tag,
  summary: 'Replace the federation gateway',
  description: 'A body without `device` leaves the hardware as it is; one without `federation` makes the gateway go by its network.',
  permission: writes,
  params,
  body: mutableFederationGateway,
  validate: ({ params: { gateway_id: id }, body }) => ownGatewayFaults(body, id),
  responses: done,
  handle: ({ params: { network_id: networkId, gateway_id: id }, body }, ctx) =>
    rewrite(ctx, async () => {
      const [before, network, graph, owner] = await ctx.read(wholeGateway(networkId, id), ...gatewayQueries(networkId, body, id));
      const mutations = updateFederationGateway(networkId, fegPair(before, id), body, { network, graph, owner });
      await commitEntities(ctx, networkId, before, { action: 'gateway.update', target: id, mutations, merges: true });
      return noContent();
    }),
});

const remove = route({
  method: 'delete',
  path: one,
  operationId: 'deleteFegGateway',
  tag,
  summary: 'Delete the federation gateway',
  description: 'Its hardware record goes with it, its certificates are revoked and its connection is cut.',
  permission: writes,
  params,
  responses: done,
  handle: ({ params: { network_id: networkId, gateway_id: id } }, ctx) =>
    rewrite(ctx, async () => {
      const [graph] = await ctx.read(wholeGateway(networkId, id));
      const mutations = deleteGateway(fegPair(graph, id).magmad, graph, ctx.platform.owned);
      await commitEntities(ctx, networkId, graph, { action: 'gateway.delete', target: id, mutations, merges: true });
      return noContent();
    }),
});

export const gatewayRoutes: readonly Route[] = [list, create, get, put, remove];
