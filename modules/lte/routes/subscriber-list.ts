import { z } from 'zod';
import { countEntities, networkById } from '../../../core/configurator/load.ts';
import { find, type Graph } from '../../../core/configurator/model.ts';
import type { Query } from '../../../core/db/statement.ts';
import { type Fault, notFound, refuse } from '../../../core/errors.ts';
import type { RequestContext } from '../../../core/module/context.ts';
import { type Reply, type Route, route } from '../../../core/module/route.ts';
import { nextPageToken, pageOf, pagingQuery } from '../../../core/paging.ts';
import { complete } from '../../../core/rest/complete.ts';
import { pathParams } from '../../../core/rest/fields.ts';
import { answers, ok } from '../../../core/rest/reply.ts';
import { paginatedSubscriberIds, paginatedSubscribers, subProfile, subscriber, subscriberActivity } from '../schemas/subscriber.ts';
import { SUBSCRIBER } from '../services/entity-types.ts';
import { readSubscriber } from '../services/subscriber/model.ts';
import { listedIn, type ListedSubscriber, loadSubscribers, subscriberByNumber, subscriberPage } from '../services/subscriber/queries.ts';
import { addressOwners, ownersOfAddress, statesOfSubscribers } from '../services/subscriber/state.ts';

const listQuery = pagingQuery.extend({
  verbose: z
    .string()
    .max(16)
    .optional()
    .meta({ description: '`false` asks for ids only; anything else, or nothing, for whole subscribers', examples: ['false'] }),
  msisdn: z
    .string()
    .max(255)
    .optional()
    .meta({ description: 'The one with this telephone number; the answer has no pages then', examples: ['4915112345678'] }),
  ip: z
    .string()
    .max(64)
    .optional()
    .meta({ description: 'Those that have this address now; the answer has no pages then', examples: ['192.168.128.12'] }),
  state: subscriberActivity.optional().describe('Those in this state'),
  profile: subProfile.optional().describe('Those with this rate profile'),
  name_prefix: z
    .string()
    .min(1)
    .max(255)
    .optional()
    .meta({ description: 'Those whose name begins so; they come in the order of their names', examples: ['Meter'] }),
});

/** What a list by pages is filtered by; a look-up of one number or address knows none of it. */
const FILTERS = ['state', 'profile', 'name_prefix'] as const;

function filtersBeside(query: ListQuery): Fault[] {
  const by = query.msisdn ? 'msisdn' : query.ip ? 'ip' : undefined;
  const given = FILTERS.filter((name) => query[name] !== undefined);
  return by ? given.map((name) => ({ path: `query.${name}`, message: `does not go with ${by}, which names what it finds by itself` })) : [];
}

type ListQuery = z.output<typeof listQuery>;

/** As Go reads a truth value; what it cannot read counts as true (REST-BEHAVIOUR.md 9). */
const isVerbose = (text: string | undefined): boolean => !/^(0|f|F|false|False|FALSE)$/.test(text ?? '');

/** Whole subscribers with their state. A schema with several forms says nothing about how one of them is written: that is settled here. */
async function readAll(ctx: RequestContext, networkId: string, graph: Graph, keys: readonly string[]): Promise<Record<string, unknown>> {
  const reported = await ctx.fleet.states(networkId, statesOfSubscribers(keys));
  return Object.fromEntries(
    keys.flatMap((key) => {
      const entity = find(graph, SUBSCRIBER, key);
      return entity ? [[key, complete(subscriber, readSubscriber(entity, graph, reported.get(key)))]] : [];
    }),
  );
}

const list = route({
  method: 'get',
  path: '/lte/{network_id}/subscribers',
  operationId: 'listSubscribers',
  tag: 'Subscribers',
  summary: 'List the subscribers of a network, page by page',
  description:
    'Whole subscribers by id, or with `verbose=false` their ids. `state`, `profile` and `name_prefix` may be joined. ' +
    'With `msisdn` or `ip` the answer is the bare map, or the bare list of ids, and those three are refused.',
  permission: { action: 'read', scope: 'network' },
  params: pathParams('network_id'),
  query: listQuery,
  responses: answers(
    z.union([paginatedSubscribers, paginatedSubscriberIds, z.record(z.string(), subscriber), z.array(z.string())]),
    'A page of subscribers, or those with the number or address',
    'ETag',
  ),
  handle: async ({ params: { network_id: networkId }, query }, ctx) => {
    refuse(filtersBeside(query));
    if (query.msisdn) return withNumber(ctx, networkId, query.msisdn, isVerbose(query.verbose));
    if (query.ip) return withAddress(ctx, networkId, query.ip, isVerbose(query.verbose));
    return page(ctx, networkId, query);
  },
});

async function page(ctx: RequestContext, networkId: string, query: ListQuery): Promise<Reply> {
  const { limit, after } = pageOf(query);
  const byName = query.name_prefix !== undefined;
  const filter = { state: query.state, profile: query.profile, namePrefix: query.name_prefix };
  const { keys, whole } = subscriberPage(networkId, filter, { after: byName ? nameAndKey(after) : { key: after, name: '' }, limit });
  const verbose = isVerbose(query.verbose);
  const shown: Query<Graph | ListedSubscriber[]> = verbose ? whole() : keys;
  const [network, total, found] = await ctx.read(networkById({ id: networkId }), countEntities({ networkId, type: SUBSCRIBER }), shown);
  if (!network) throw notFound(`network "${networkId}"`);
  const graph = 'entities' in found ? found : undefined;
  const listed = 'entities' in found ? listedIn(found) : found;
  const ids = listed.map(({ key }) => key);
  const positions = byName ? listed.map(({ name, key }) => `${name}\0${key}`) : ids;
  const body = {
    total_count: total,
    next_page_token: nextPageToken(positions, { limit, after }),
    subscribers: graph ? await readAll(ctx, networkId, graph, ids) : ids,
  };
  return ok(body, [network.version, verbose ? 'verbose' : 'ids']);
}

/** The token of a list by name holds both. */
function nameAndKey(after: string): { name: string; key: string } {
  const end = after.lastIndexOf('\0');
  return { name: after.slice(0, Math.max(0, end)), key: after.slice(end + 1) };
}

/** Error: `not_found` when the number is not assigned, or nobody has that IMSI. */
async function withNumber(ctx: RequestContext, networkId: string, msisdn: string, verbose: boolean): Promise<Reply> {
  const [graph] = await ctx.read(subscriberByNumber(networkId, msisdn));
  const ids = [...graph.entities.values()].filter(({ type }) => type === SUBSCRIBER).map(({ key }) => key);
  if (ids.length === 0) throw notFound(`a subscriber with the number "${msisdn}"`);
  return ok(verbose ? await readAll(ctx, networkId, graph, ids) : ids);
}

/** Who has an address is known from reported state only, so it is asked for between two reads. */
async function withAddress(ctx: RequestContext, networkId: string, ip: string, verbose: boolean): Promise<Reply> {
  const [network] = await ctx.read(networkById({ id: networkId }));
  if (!network) throw notFound(`network "${networkId}"`);
  const owners = addressOwners((await ctx.fleet.states(networkId, ownersOfAddress(ip))).get(ip));
  if (owners.length === 0) return ok(verbose ? {} : []);
  const [graph] = await ctx.read(loadSubscribers(networkId, owners));
  const ids = owners.filter((id) => find(graph, SUBSCRIBER, id)).sort();
  return ok(verbose ? await readAll(ctx, networkId, graph, ids) : ids);
}

export const subscriberListRoutes: readonly Route[] = [list];
