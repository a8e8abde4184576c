import { networkById } from '../../../core/configurator/load.ts';
import { find } from '../../../core/configurator/model.ts';
import type { Mutation } from '../../../core/configurator/mutations.ts';
import { type Fault, notFound, OrcError, refuse } from '../../../core/errors.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { commitEntities, entityEtag } from '../../../core/rest/entity-part.ts';
import { rewrite } from '../../../core/rest/etag.ts';
import { pathParams } from '../../../core/rest/fields.ts';
import { answers, created, createdEmpty, done, noContent, ok } from '../../../core/rest/reply.ts';
import { sameIdFaults } from '../../../core/rest/same-id.ts';
import { type MutableSubscriber, mutableSubscriber, mutableSubscribers, subscriber } from '../schemas/subscriber.ts';
import { MSISDN, SUBSCRIBER } from '../services/entity-types.ts';
import { numbersOf } from '../services/msisdn.ts';
import { DEFAULT_PROFILE, profileKeys, putSubscribers, readSubscriber, subscriberKey } from '../services/subscriber/model.ts';
import { knownSubscribers, loadSubscriber } from '../services/subscriber/queries.ts';
import { knownNames, referenceFaults } from '../services/subscriber/references.ts';
import { statesOfSubscribers } from '../services/subscriber/state.ts';

const path = '/lte/{network_id}/subscribers';
const one = `${path}/{subscriber_id}`;
const params = pathParams('network_id', 'subscriber_id');
const tag = 'Subscribers';
const reads = { action: 'read', scope: 'network' } as const;
const writes = { action: 'write', scope: 'network' } as const;

/** A fault for each id of a body that stands before it already. */
function repeated(ids: readonly string[]): Fault[] {
  const first = new Map<string, number>();
  return ids.flatMap((id, index) => {
    const before = first.get(id);
    first.set(id, before ?? index);
    return before === undefined ? [] : [{ path: `body[${index}].id`, message: `"${id}" is body[${before}] already` }];
  });
}

/** Whether all that it names is held by edges: then the store itself refuses it when something is not there, and nothing has to be read before. */
const isPlain = ({ lte, active_policies_by_apn: byApn = {} }: MutableSubscriber): boolean =>
  lte.sub_profile === DEFAULT_PROFILE && Object.keys(byApn).length === 0;

const create = route({
  method: 'post',
  path,
  operationId: 'createSubscribers',
  tag,
  summary: 'Make new subscribers: all that are given or none',
  permission: writes,
  params: pathParams('network_id'),
  body: mutableSubscribers,
  validate: ({ body }) => repeated(body.map(({ id }) => id)),
  responses: createdEmpty,
  handle: async ({ params: { network_id: networkId }, body }, ctx) => {
    const ids = body.map(({ id }) => id);
    const target = body.length === 1 ? (ids[0] ?? '') : `${body.length} subscribers`;
    const change = { networkId, action: 'subscriber.create', target, mutations: putSubscribers(body, { isNew: () => true }) };
    if (body.length > 0 && body.every(isPlain) && (await ctx.commitUnread(change))) return created();
    return rewrite(ctx, async () => {
      const [network, known, names] = await ctx.read(
        networkById({ id: networkId }),
        knownSubscribers(networkId, ids),
        knownNames(networkId, body),
      );
      if (!network) throw notFound(`network "${networkId}"`);
      refuse(body.flatMap((item, index) => referenceFaults(item, `body[${index}]`, network, names)));
      const taken = ids.flatMap((id, index) =>
        known.keys.has(id) ? [{ path: `body[${index}].id`, message: `subscriber "${id}" already exists` }] : [],
      );
      if (taken.length > 0)
        throw new OrcError(
          'conflict',
          taken
            .map(({ message }) => message)
            .join('; ')
            .slice(0, 10_000),
          { faults: taken },
        );
      if (body.length === 0) return created();
      await ctx.commit(change);
      return created();
    });
  },
});

const get = route({
  method: 'get',
  path: one,
  operationId: 'getSubscriber',
  tag,
  summary: 'Read the subscriber',
  permission: reads,
  params,
  responses: answers(subscriber, 'The subscriber', 'ETag'),
  handle: async ({ params: { network_id: networkId, subscriber_id: id } }, ctx) => {
    const [graph] = await ctx.read(loadSubscriber(networkId, id));
    const entity = find(graph, SUBSCRIBER, id);
    if (!entity) throw notFound(`subscriber "${id}"`);
    const subjects = await ctx.fleet.states(networkId, statesOfSubscribers([id]));
    return ok(readSubscriber(entity, graph, subjects.get(id)), entityEtag(graph));
  },
});

const put = route({
  method: 'put',
  path: one,
  operationId: 'putSubscriber',
  tag,
  summary: 'Replace the subscriber',
  permission: writes,
  params,
  body: mutableSubscriber,
  validate: ({ params: { subscriber_id: id }, body }) => sameIdFaults(id, body.id),
  responses: done,
  handle: async ({ params: { network_id: networkId, subscriber_id: id }, body }, ctx) => {
    const update = { networkId, action: 'subscriber.update', target: id };
    if (isPlain(body)) {
      const mutations = putSubscribers([body]);
      if (await ctx.commitUnread({ ...update, mutations, expect: [subscriberKey(id)] })) return noContent();
    }
    return rewrite(ctx, async () => {
      const [network, graph, names] = await ctx.read(
        networkById({ id: networkId }),
        loadSubscriber(networkId, id),
        knownNames(networkId, [body]),
      );
      const entity = find(graph, SUBSCRIBER, id);
      if (!network || !entity) throw notFound(`subscriber "${id}"`);
      refuse(referenceFaults(body, 'body', network, names));
      const mutations = putSubscribers([body], { stale: profileKeys(entity) });
      await commitEntities(ctx, networkId, graph, { ...update, mutations, merges: true });
      return noContent();
    });
  },
});

const remove = route({
  method: 'delete',
  path: one,
  operationId: 'deleteSubscriber',
  tag,
  summary: 'Delete the subscriber, with its telephone numbers',
  description: 'Done also when there is none.',
  permission: writes,
  params,
  responses: done,
  handle: ({ params: { network_id: networkId, subscriber_id: id } }, ctx) =>
    rewrite(ctx, async () => {
      const [graph, numbers] = await ctx.read(loadSubscriber(networkId, id), numbersOf(networkId, id));
      if (!find(graph, SUBSCRIBER, id)) return noContent();
      // The subscriber first, so that its last revision still names its policy profiles.
      const profiles = [...graph.entities.values()].filter(({ type }) => type !== SUBSCRIBER);
      const gone = [subscriberKey(id), ...profiles, ...numbers.map((key) => ({ type: MSISDN, key }))];
      const mutations = [...Map.groupBy(gone, ({ type }) => type)].map(
        ([type, ids]): Mutation => ({ do: 'delete_entities', type, keys: ids.map(({ key }) => key) }),
      );
      await commitEntities(ctx, networkId, graph, { action: 'subscriber.delete', target: id, mutations, merges: true });
      return noContent();
    }),
});

/** SIMs of a network, one by one. Their list is in subscriber-list.ts, many at once in subscribers-bulk.ts. */
export const subscriberRoutes: readonly Route[] = [create, get, put, remove];
