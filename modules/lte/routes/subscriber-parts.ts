import { networkById } from '../../../core/configurator/load.ts';
import { find } from '../../../core/configurator/model.ts';
import type { Network } from '../../../core/configurator/model.ts';
import { notFound, refuse } from '../../../core/errors.ts';
import type { RequestContext } from '../../../core/module/context.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { commitEntities } from '../../../core/rest/entity-part.ts';
import { rewrite } from '../../../core/rest/etag.ts';
import { pathParams } from '../../../core/rest/fields.ts';
import { done, noContent } from '../../../core/rest/reply.ts';
import { type LteSubscription, type SubscriberConfig, subProfile } from '../schemas/subscriber.ts';
import { SUBSCRIBER } from '../services/entity-types.ts';
import { subscriberKey } from '../services/subscriber/model.ts';
import { loadSubscriber } from '../services/subscriber/queries.ts';
import { profileFaults } from '../services/subscriber/references.ts';

const one = '/lte/{network_id}/subscribers/{subscriber_id}';
const params = pathParams('network_id', 'subscriber_id');
const shared = { tag: 'Subscribers', permission: { action: 'write', scope: 'network' }, params } as const;

interface Change {
  readonly networkId: string;
  readonly id: string;
  readonly action: string;
  /** May throw. */
  readonly lte: (current: LteSubscription, network: Network) => LteSubscription;
}

/** Changes a part of what is stored of a subscriber. Error: `not_found`. */
function changeLte(ctx: RequestContext, { networkId, id, action, lte }: Change): Promise<void> {
  return rewrite(ctx, async () => {
    const [network, graph] = await ctx.read(networkById({ id: networkId }), loadSubscriber(networkId, id));
    const entity = find(graph, SUBSCRIBER, id);
    if (!network || !entity) throw notFound(`subscriber "${id}"`);
    const stored = entity.config as SubscriberConfig;
    const config: SubscriberConfig = { ...stored, lte: lte(stored.lte, network) };
    const mutations = [{ do: 'update_entity', id: subscriberKey(id), config }] as const;
    await commitEntities(ctx, networkId, graph, { action, target: id, mutations, merges: true });
  });
}

const setState = (verb: 'activate' | 'deactivate', state: LteSubscription['state'], summary: string): Route =>
  route({
    ...shared,
    method: 'post',
    path: `${one}/${verb}`,
    operationId: `${verb}Subscriber`,
    summary,
    guarded: true,
    responses: { 200: { description: 'Done' } },
    handle: async ({ params: { network_id: networkId, subscriber_id: id } }, ctx) => {
      await changeLte(ctx, { networkId, id, action: `subscriber.${verb}`, lte: (current) => ({ ...current, state }) });
      return { status: 200 };
    },
  });

/** Single settings of a subscriber. */
export const subscriberPartRoutes: readonly Route[] = [
  setState('activate', 'ACTIVE', 'Serve the subscriber'),
  setState('deactivate', 'INACTIVE', 'No longer serve the subscriber'),
  route({
    ...shared,
    method: 'put',
    path: `${one}/lte/sub_profile`,
    operationId: 'putSubscriberSubProfile',
    summary: 'Give the subscriber another rate profile',
    body: subProfile,
    responses: done,
    handle: async ({ params: { network_id: networkId, subscriber_id: id }, body }, ctx) => {
      const lte = (current: LteSubscription, network: Network): LteSubscription => {
        const faults = profileFaults(body, 'body', network);
        refuse(faults);
        return { ...current, sub_profile: body };
      };
      await changeLte(ctx, { networkId, id, action: 'subscriber.update', lte });
      return noContent();
    },
  }),
];
