import { z } from 'zod';
import { loadEntities, networkById } from '../../../core/configurator/load.ts';
import { find } from '../../../core/configurator/model.ts';
import { conflict, notFound } from '../../../core/errors.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { pagingQuery } from '../../../core/paging.ts';
import { mapPage, nextPage, pagedMapNote } from '../../../core/rest/entity-collection.ts';
import { commitEntities, entityEtag } from '../../../core/rest/entity-part.ts';
import { rewrite } from '../../../core/rest/etag.ts';
import { pathParams } from '../../../core/rest/fields.ts';
import { newIdFaults } from '../../../core/rest/new-id.ts';
import { answers, created, createdEmpty, done, noContent, ok } from '../../../core/rest/reply.ts';
import { msisdnAssignment } from '../schemas/msisdn.ts';
import { subscriberId } from '../schemas/subscriber-id.ts';
import { MSISDN } from '../services/entity-types.ts';
import { assignedNumbers, assignNumber } from '../services/msisdn.ts';

const path = '/lte/{network_id}/msisdns';
const one = { path: `${path}/{msisdn}`, params: pathParams('network_id', 'msisdn'), tag: 'Subscribers' } as const;
const all = { path, params: pathParams('network_id'), tag: 'Subscribers' } as const;
const reads = { action: 'read', scope: 'network' } as const;
const writes = { action: 'write', scope: 'network' } as const;

/** The registry of telephone numbers. */
export const msisdnRoutes: readonly Route[] = [
  route({
    ...all,
    method: 'get',
    operationId: 'listMsisdns',
    summary: 'List the telephone numbers of a network with their subscribers',
    description: pagedMapNote,
    permission: reads,
    query: pagingQuery,
    responses: answers(z.record(z.string(), subscriberId), 'Ids of subscribers by number', 'ETag', 'Next-Page-Token'),
    handle: async ({ params: { network_id: networkId }, query }, ctx) => {
      const page = mapPage(query);
      const [network, numbers] = await ctx.read(networkById({ id: networkId }), assignedNumbers(networkId, page));
      if (!network) throw notFound(`network "${networkId}"`);
      const body = Object.fromEntries(numbers.map(({ msisdn, id }) => [msisdn, id]));
      const keys = numbers.map(({ msisdn }) => msisdn);
      return { ...ok(body, [network.version]), headers: nextPage(keys, page.limit) };
    },
  }),
  route({
    ...all,
    method: 'post',
    operationId: 'createMsisdn',
    summary: 'Assign a telephone number to a subscriber',
    description: 'The subscriber may be made later.',
    permission: writes,
    body: msisdnAssignment,
    validate: ({ body }) => newIdFaults(body.msisdn, 'body.msisdn'),
    responses: createdEmpty,
    handle: ({ params: { network_id: networkId }, body }, ctx) =>
      rewrite(ctx, async () => {
        const key = body.msisdn;
        const [network, graph] = await ctx.read(networkById({ id: networkId }), loadEntities(networkId, [{ type: MSISDN, key }]));
        if (!network) throw notFound(`network "${networkId}"`);
        if (find(graph, MSISDN, key)) throw conflict(`number "${key}"`);
        await ctx.commit({ networkId, action: 'msisdn.create', target: key, mutations: [assignNumber(body)] });
        return created();
      }),
  }),
  route({
    ...one,
    method: 'get',
    operationId: 'getMsisdn',
    summary: 'Read whose a telephone number is',
    permission: reads,
    responses: answers(subscriberId, 'Id of the subscriber', 'ETag'),
    handle: async ({ params: { network_id: networkId, msisdn: key } }, ctx) => {
      const [graph] = await ctx.read(loadEntities(networkId, [{ type: MSISDN, key }]));
      const number = find(graph, MSISDN, key);
      if (!number) throw notFound(`number "${key}"`);
      return ok(number.name, entityEtag(graph));
    },
  }),
  route({
    ...one,
    method: 'delete',
    operationId: 'deleteMsisdn',
    summary: 'Take a telephone number off the registry',
    description: 'Done also when it is not there.',
    permission: writes,
    responses: done,
    handle: ({ params: { network_id: networkId, msisdn: key } }, ctx) =>
      rewrite(ctx, async () => {
        const [graph] = await ctx.read(loadEntities(networkId, [{ type: MSISDN, key }]));
        if (!find(graph, MSISDN, key)) return noContent();
        const mutations = [{ do: 'delete_entity', id: { type: MSISDN, key } }] as const;
        await commitEntities(ctx, networkId, graph, { action: 'msisdn.delete', target: key, mutations, merges: false });
        return noContent();
      }),
  }),
];
