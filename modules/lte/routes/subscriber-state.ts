import { z } from 'zod';
import { networkById } from '../../../core/configurator/load.ts';
import { notFound } from '../../../core/errors.ts';
import type { RequestContext } from '../../../core/module/context.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { pathParams } from '../../../core/rest/fields.ts';
import { answers, ok } from '../../../core/rest/reply.ts';
import { subscriberState } from '../schemas/subscriber-state.ts';

const path = '/lte/{network_id}/subscriber_state';
const shared = { method: 'get', tag: 'Subscribers', permission: { action: 'read', scope: 'network' } } as const;

/** What is known of a subscriber nobody has reported on is nothing, and that is an answer (REST-BEHAVIOUR.md 9). */
async function nothingReported(ctx: RequestContext, id: string) {
  const [network] = await ctx.read(networkById({ id }));
  if (!network) throw notFound(`network "${id}"`);
  return ok({});
}

/** What gateways reported of subscribers, also of such as are no entities here. */
export const subscriberStateRoutes: readonly Route[] = [
  route({
    ...shared,
    path,
    operationId: 'listSubscriberStates',
    summary: 'List what gateways reported of subscribers, by id',
    params: pathParams('network_id'),
    responses: answers(z.record(z.string(), subscriberState), 'The states by id of the subscriber'),
    handle: ({ params: { network_id: id } }, ctx) => nothingReported(ctx, id),
  }),
  route({
    ...shared,
    path: `${path}/{subscriber_id}`,
    operationId: 'getSubscriberState',
    summary: 'Read what gateways reported of a subscriber',
    params: pathParams('network_id', 'subscriber_id'),
    responses: answers(subscriberState, 'The state; empty when there is none'),
    handle: ({ params: { network_id: id } }, ctx) => nothingReported(ctx, id),
  }),
];
