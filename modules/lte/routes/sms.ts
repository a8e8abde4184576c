import { z } from 'zod';
import { loadEntities, loadPage, networkById } from '../../../core/configurator/load.ts';
import { find } from '../../../core/configurator/model.ts';
import { notFound } from '../../../core/errors.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { pagingQuery } from '../../../core/paging.ts';
import { mapPage, nextPage, pagedMapNote } from '../../../core/rest/entity-collection.ts';
import { commitEntities, entityEtag } from '../../../core/rest/entity-part.ts';
import { rewrite } from '../../../core/rest/etag.ts';
import { pathParams } from '../../../core/rest/fields.ts';
import { answers, created, createdWith, done, noContent, ok } from '../../../core/rest/reply.ts';
import { mutableSmsMessage, smsMessage } from '../schemas/sms.ts';
import { SMS_MESSAGE } from '../services/entity-types.ts';
import { createSms, readSms, timeOrderedId } from '../services/sms.ts';

const path = '/lte/{network_id}/sms';
const all = { path, params: pathParams('network_id'), tag: 'SMS' } as const;
const one = { path: `${path}/{sms_pk}`, params: pathParams('network_id', 'sms_pk'), tag: 'SMS' } as const;
const reads = { action: 'read', scope: 'network' } as const;
const writes = { action: 'write', scope: 'network' } as const;

/** Text messages to subscribers. */
export const smsRoutes: readonly Route[] = [
  route({
    ...all,
    method: 'get',
    operationId: 'listSms',
    summary: 'List the text messages of a network, the oldest first',
    description: pagedMapNote.replace('map', 'list'),
    permission: reads,
    query: pagingQuery,
    responses: answers(z.array(smsMessage), 'The messages', 'ETag', 'Next-Page-Token'),
    handle: async ({ params: { network_id: networkId }, query }, ctx) => {
      const page = mapPage(query);
      const [network, graph] = await ctx.read(networkById({ id: networkId }), loadPage(networkId, SMS_MESSAGE, page));
      if (!network) throw notFound(`network "${networkId}"`);
      const messages = [...graph.entities.values()];
      const keys = messages.map(({ key }) => key);
      return { ...ok(messages.map(readSms), [network.version]), headers: nextPage(keys, page.limit) };
    },
  }),
  route({
    ...all,
    method: 'post',
    operationId: 'createSms',
    summary: 'Send a text message to a subscriber',
    description: 'It waits until a gateway asks for it. The subscriber need not be known.',
    permission: writes,
    body: mutableSmsMessage,
    responses: createdWith(z.string().meta({ examples: ['sms_0001'] }), 'Id of the message'),
    handle: async ({ params: { network_id: networkId }, body }, ctx) => {
      const [network] = await ctx.read(networkById({ id: networkId }));
      if (!network) throw notFound(`network "${networkId}"`);
      const pk = timeOrderedId(ctx.now());
      await ctx.commit({ networkId, action: 'sms.create', target: pk, mutations: [createSms(pk, body, ctx.now())] });
      return created(pk);
    },
  }),
  route({
    ...one,
    method: 'get',
    operationId: 'getSms',
    summary: 'Read the text message and how far it got',
    permission: reads,
    responses: answers(smsMessage, 'The message', 'ETag'),
    handle: async ({ params: { network_id: networkId, sms_pk: key } }, ctx) => {
      const [graph] = await ctx.read(loadEntities(networkId, [{ type: SMS_MESSAGE, key }]));
      const message = find(graph, SMS_MESSAGE, key);
      if (!message) throw notFound(`message "${key}"`);
      return ok(readSms(message), entityEtag(graph));
    },
  }),
  route({
    ...one,
    method: 'delete',
    operationId: 'deleteSms',
    summary: 'Delete the text message',
    description: 'Done also when there is none.',
    permission: writes,
    responses: done,
    handle: ({ params: { network_id: networkId, sms_pk: key } }, ctx) =>
      rewrite(ctx, async () => {
        const [graph] = await ctx.read(loadEntities(networkId, [{ type: SMS_MESSAGE, key }]));
        if (!find(graph, SMS_MESSAGE, key)) return noContent();
        const mutations = [{ do: 'delete_entity', id: { type: SMS_MESSAGE, key } }] as const;
        await commitEntities(ctx, networkId, graph, { action: 'sms.delete', target: key, mutations, merges: false });
        return noContent();
      }),
  }),
];
