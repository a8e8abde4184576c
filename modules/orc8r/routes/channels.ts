import { z } from 'zod';
import { INTERNAL_NETWORK as networkId } from '../../../core/configurator/internal-network.ts';
import { entityKeys } from '../../../core/configurator/keys.ts';
import { loadEntities, networkById } from '../../../core/configurator/load.ts';
import { find } from '../../../core/configurator/model.ts';
import { conflict, notFound } from '../../../core/errors.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { commitEntities, entityEtag } from '../../../core/rest/entity-part.ts';
import { checkIfMatch, rewrite } from '../../../core/rest/etag.ts';
import { pathParams } from '../../../core/rest/fields.ts';
import { answers, created, createdEmpty, done, noContent, ok } from '../../../core/rest/reply.ts';
import { sameIdFaults } from '../../../core/rest/same-id.ts';
import { channelId, releaseChannel } from '../schemas/release-channel.ts';
import { channelEntityId, createChannel, expectNew, RELEASE_CHANNEL, toChannel, updateChannel } from '../services/release-channel.ts';

const tag = 'Upgrades';
const params = pathParams('channel_id');
const reads = { action: 'read', scope: 'all' } as const;
const writes = { action: 'write', scope: 'all' } as const;
const load = (id: string) => loadEntities(networkId, [channelEntityId(id)]);

const list = route({
  method: 'get',
  path: '/channels',
  operationId: 'listChannels',
  tag,
  summary: 'List the ids of all release channels',
  permission: reads,
  responses: answers(z.array(channelId), 'Ids, sorted'),
  handle: async (_input, ctx) => {
    const [keys] = await ctx.read(entityKeys({ networkId, type: RELEASE_CHANNEL, after: '', limit: -1 }));
    return ok(keys);
  },
});

const create = route({
  method: 'post',
  path: '/channels',
  operationId: 'createChannel',
  tag,
  summary: 'Create a release channel',
  permission: writes,
  body: releaseChannel,
  responses: createdEmpty,
  handle: ({ body }, ctx) =>
    rewrite(ctx, async () => {
      const { id } = body;
      const [internal, graph] = await ctx.read(networkById({ id: networkId }), load(id));
      if (find(graph, RELEASE_CHANNEL, id)) throw conflict(`channel "${id}"`);
      const mutations = createChannel(body, internal);
      await ctx.commit({ networkId, action: 'channel.create', target: id, mutations, expect: expectNew(id, internal) });
      return created();
    }),
});

const get = route({
  method: 'get',
  path: '/channels/{channel_id}',
  operationId: 'getChannel',
  tag,
  summary: 'Read a release channel',
  permission: reads,
  params,
  responses: answers(releaseChannel, 'The channel', 'ETag'),
  handle: async ({ params: { channel_id: id } }, ctx) => {
    const [graph] = await ctx.read(load(id));
    const found = find(graph, RELEASE_CHANNEL, id);
    if (!found) throw notFound(`channel "${id}"`);
    return ok(toChannel(found), entityEtag(graph));
  },
});

const put = route({
  method: 'put',
  path: '/channels/{channel_id}',
  operationId: 'putChannel',
  tag,
  summary: 'Replace a release channel',
  permission: writes,
  params,
  body: releaseChannel,
  validate: ({ params: { channel_id: id }, body }) => sameIdFaults(id, body.id),
  responses: done,
  handle: ({ params: { channel_id: id }, body }, ctx) =>
    rewrite(ctx, async () => {
      const [graph] = await ctx.read(load(id));
      if (!find(graph, RELEASE_CHANNEL, id)) throw notFound(`channel "${id}"`);
      await commitEntities(ctx, networkId, graph, { action: 'channel.update', target: id, mutations: updateChannel(body), merges: false });
      return noContent();
    }),
});

const remove = route({
  method: 'delete',
  path: '/channels/{channel_id}',
  operationId: 'deleteChannel',
  tag,
  summary: 'Delete a release channel',
  description: 'A channel that does not exist counts as deleted.',
  permission: writes,
  params,
  responses: done,
  handle: ({ params: { channel_id: id } }, ctx) =>
    rewrite(ctx, async () => {
      const [graph] = await ctx.read(load(id));
      if (find(graph, RELEASE_CHANNEL, id)) {
        const mutations = [{ do: 'delete_entity', id: channelEntityId(id) }] as const;
        await commitEntities(ctx, networkId, graph, { action: 'channel.delete', target: id, mutations, merges: false });
      } else checkIfMatch(ctx, []);
      return noContent();
    }),
});

/** Release channels: they belong to the whole platform, so they live in its internal network. */
export const channelRoutes: readonly Route[] = [list, create, get, put, remove];
