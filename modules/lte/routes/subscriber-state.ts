import { z } from 'zod';
import { networkById } from '../../../core/configurator/load.ts';
import { notFound } from '../../../core/errors.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { pagingQuery } from '../../../core/paging.ts';
import { mapPage, nextPage, pagedMapNote } from '../../../core/rest/entity-collection.ts';
import { pathParams } from '../../../core/rest/fields.ts';
import { answers, ok } from '../../../core/rest/reply.ts';
import { subscriberState } from '../schemas/subscriber-state.ts';
import { readSubscriberState, statesOfAll, statesOfSubscribers } from '../services/subscriber/state.ts';

const path = '/lte/{network_id}/subscriber_state';
const shared = { method: 'get', tag: 'Subscribers', permission: { action: 'read', scope: 'network' } } as const;

/** What gateways reported of subscribers, also of such as are no entities here. */
export const subscriberStateRoutes: readonly Route[] = [
  route({
    ...shared,
    path,
    operationId: 'listSubscriberStates',
    summary: 'List what gateways reported of subscribers, by id',
    description: pagedMapNote,
    params: pathParams('network_id'),
    query: pagingQuery,
    responses: answers(z.record(z.string(), subscriberState), 'The states by id of the subscriber', 'Next-Page-Token'),
    handle: async ({ params: { network_id: networkId }, query }, ctx) => {
      const [network] = await ctx.read(networkById({ id: networkId }));
      if (!network) throw notFound(`network "${networkId}"`);
      const { after, limit } = mapPage(query);
      const subjects = await ctx.fleet.states(networkId, statesOfAll({ after, ...(limit < 0 ? {} : { limit }) }));
      const body = Object.fromEntries([...subjects].map(([id, subject]) => [id, readSubscriberState(subject)]));
      return { ...ok(body), headers: nextPage([...subjects.keys()], limit) };
    },
  }),
  route({
    ...shared,
    path: `${path}/{subscriber_id}`,
    operationId: 'getSubscriberState',
    summary: 'Read what gateways reported of a subscriber',
    params: pathParams('network_id', 'subscriber_id'),
    responses: answers(subscriberState, 'The state; empty when there is none'),
    // What is known of a subscriber nobody has reported on is nothing, and that is an answer (REST-BEHAVIOUR.md 9).
    handle: async ({ params: { network_id: networkId, subscriber_id: id } }, ctx) => {
      const [network] = await ctx.read(networkById({ id: networkId }));
      if (!network) throw notFound(`network "${networkId}"`);
      const subject = (await ctx.fleet.states(networkId, statesOfSubscribers([id]))).get(id);
      return ok(subject ? readSubscriberState(subject) : {});
    },
  }),
];
