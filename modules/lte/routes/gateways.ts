import { z } from 'zod';
import { loadEntities, loadPage, networkById } from '../../../core/configurator/load.ts';
import { find } from '../../../core/configurator/model.ts';
import { notFound } from '../../../core/errors.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { pagingQuery } from '../../../core/paging.ts';
import { commitEntities, entityEtag } from '../../../core/rest/entity-part.ts';
import { rewrite } from '../../../core/rest/etag.ts';
import { pathParams } from '../../../core/rest/fields.ts';
import { answers, created, createdEmpty, done, noContent, ok } from '../../../core/rest/reply.ts';
import {
  deleteGateway,
  expectNoGateway,
  MAGMAD_GATEWAY,
  magmadId,
  ownGatewayFaults,
  registrations,
} from '../../orc8r/services/gateway/index.ts';
import { lteGateway, mutableLteGateway } from '../schemas/lte-gateway.ts';
import { CELLULAR_GATEWAY } from '../services/entity-types.ts';
import { ltePair, readLteGateway, shownEntities } from '../services/gateway/read.ts';
import { createLteGateway, lteGatewayQueries, updateLteGateway } from '../services/gateway/write.ts';
import { mapPage, nextPage, pagedMapNote } from '../../../core/rest/entity-collection.ts';

const tag = 'LTE Gateways';
const path = '/lte/{network_id}/gateways';
const one = `${path}/{gateway_id}`;
const inNetwork = pathParams('network_id');
const params = pathParams('network_id', 'gateway_id');
const reads = { action: 'read', scope: 'network' } as const;
const writes = { action: 'write', scope: 'network' } as const;

/** The gateway, its cellular side, and what that one has: two steps down. */
const whole = (networkId: string, id: string) => loadEntities(networkId, [magmadId(id)], { down: 2 });

const list = route({
  method: 'get',
  path,
  operationId: 'listLteGateways',
  tag,
  summary: 'List all LTE gateways of a network by id',
  description: pagedMapNote,
  permission: reads,
  params: inNetwork,
  query: pagingQuery,
  responses: answers(z.record(z.string(), lteGateway), 'The gateways by id', 'ETag', 'Next-Page-Token'),
  handle: async ({ params: { network_id: networkId }, query }, ctx) => {
    const page = mapPage(query);
    const [network, graph] = await ctx.read(
      networkById({ id: networkId }),
      loadPage(networkId, CELLULAR_GATEWAY, { ...page, down: 1, up: 1 }),
    );
    if (!network) throw notFound(`network "${networkId}"`);
    const gateways = [...graph.entities.values()].filter((entity) => entity.type === CELLULAR_GATEWAY);
    const keys = gateways.map((entity) => entity.key);
    const reports = await ctx.fleet.statuses(networkId, keys);
    const shown = gateways.flatMap((cellular) => {
      const magmad = find(graph, MAGMAD_GATEWAY, cellular.key);
      return magmad ? [{ magmad, cellular }] : [];
    });
    const registration = registrations(ctx, '/lte', networkId);
    const entries = shown.map(
      async (pair) => [pair.magmad.key, await readLteGateway(pair, graph, reports.get(pair.magmad.key), registration, ctx.now())] as const,
    );
    return { ...ok(Object.fromEntries(await Promise.all(entries)), [network.version]), headers: nextPage(keys, page.limit) };
  },
});

const create = route({
  method: 'post',
  path,
  operationId: 'createLteGateway',
  tag,
  summary: 'Make a new LTE gateway',
  description: 'The gateway, its hardware, its place in a tier and its APN resources are stored together or not at all.',
  permission: writes,
  params: inNetwork,
  body: mutableLteGateway,
  validate: ({ body }) => ownGatewayFaults(body),
  responses: createdEmpty,
  handle: ({ params: { network_id: networkId }, body }, ctx) =>
    rewrite(ctx, async () => {
      const [network, graph, owner, known, pools] = await ctx.read(...lteGatewayQueries(networkId, body));
      const mutations = createLteGateway(networkId, body, { network, graph, owner, known, pools });
      await ctx.commit({ networkId, action: 'gateway.create', target: body.id, mutations, expect: expectNoGateway(body.id) });
      return created();
    }),
});

const get = route({
  method: 'get',
  path: one,
  operationId: 'getLteGateway',
  tag,
  summary: 'Read the LTE gateway',
  permission: reads,
  params,
  responses: answers(lteGateway, 'The gateway', 'ETag'),
  handle: async ({ params: { network_id: networkId, gateway_id: id } }, ctx) => {
    const [[graph], report] = await Promise.all([ctx.read(whole(networkId, id)), ctx.fleet.status(networkId, id)]);
    const shown = await readLteGateway(ltePair(graph, id), graph, report, registrations(ctx, '/lte', networkId), ctx.now());
    return ok(shown, entityEtag(shownEntities(graph)));
  },
});

const put = route({
  method: 'put',
  path: one,
  operationId: 'putLteGateway',
  tag,
  summary: 'Replace the LTE gateway',
  description: 'A body without `device` leaves the hardware as it is. APN resources that the body no longer names are deleted.',
  permission: writes,
  params,
  body: mutableLteGateway,
  validate: ({ params: { gateway_id: id }, body }) => ownGatewayFaults(body, id),
  responses: done,
  handle: ({ params: { network_id: networkId, gateway_id: id }, body }, ctx) =>
    rewrite(ctx, async () => {
      const [before, network, graph, owner, known, pools] = await ctx.read(whole(networkId, id), ...lteGatewayQueries(networkId, body, id));
      const mutations = updateLteGateway(networkId, ltePair(before, id), body, { network, graph, owner, known, pools });
      await commitEntities(ctx, networkId, shownEntities(before), { action: 'gateway.update', target: id, mutations, merges: true });
      return noContent();
    }),
});

const remove = route({
  method: 'delete',
  path: one,
  operationId: 'deleteLteGateway',
  tag,
  summary: 'Delete the LTE gateway',
  description: 'Its APN resources and hardware record go with it, its certificates are revoked and its connection is cut. eNodeBs stay.',
  permission: writes,
  params,
  responses: done,
  handle: ({ params: { network_id: networkId, gateway_id: id } }, ctx) =>
    rewrite(ctx, async () => {
      const [graph] = await ctx.read(whole(networkId, id));
      const mutations = deleteGateway(ltePair(graph, id).magmad, graph, ctx.platform.owned);
      await commitEntities(ctx, networkId, shownEntities(graph), { action: 'gateway.delete', target: id, mutations, merges: true });
      return noContent();
    }),
});

export const gatewayRoutes: readonly Route[] = [list, create, get, put, remove];
