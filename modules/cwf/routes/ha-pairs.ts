import { loadEntities, networkById } from '../../../core/configurator/load.ts';
import { find } from '../../../core/configurator/model.ts';
import { notFound, OrcError } from '../../../core/errors.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { entityMap, entityRoutes } from '../../../core/rest/entity-collection.ts';
import { pathParams } from '../../../core/rest/fields.ts';
import { answers, ok } from '../../../core/rest/reply.ts';
import { cwfHaPair, mutableCwfHaPair } from '../schemas/cwf-ha-pair.ts';
import { carrierWifiHaPairStatus } from '../schemas/reported.ts';
import { HA_PAIR } from '../services/entity-types.ts';
import { createHaPair, missingGateways, pairedGateways, readHaPair, replaceHaPair } from '../services/ha-pair.ts';
import { type HaPairIds, haPairState, haPairStatus, statesOf, subjectsOfPair } from '../services/reported.ts';
import { checkCwfNetwork } from '../services/network.ts';

const tag = 'Carrier Wifi Networks';
const path = '/cwf/{network_id}/ha_pairs';

/** PUT answers 200 with nothing here, where other collections answer 201 or 204 (REST-BEHAVIOUR.md 12). */
const putAnswers200 = (given: Route): Route =>
  given.method !== 'put'
    ? given
    : {
        ...given,
        responses: { 200: { description: 'Done' } },
        handle: async (input, ctx) => {
          await given.handle(input, ctx);
          return { status: 200 };
        },
      };

/** Adds to what a route answers what the gateways of its pairs last reported. */
const withState =
  (pairsOf: (body: unknown) => HaPairIds[], bodyOf: (shown: HaPairIds[]) => unknown) =>
  (given: Route): Route => ({
    ...given,
    handle: async (input, ctx) => {
      const reply = await given.handle(input, ctx);
      const pairs = pairsOf(reply.body);
      const subjects = await ctx.fleet.states(input.params['network_id'] ?? '', statesOf(pairs.flatMap(subjectsOfPair)));
      return { ...reply, body: bodyOf(pairs.map((pair) => ({ ...pair, state: haPairState(subjects, pair) }))) };
    },
  });

const listShowsState = withState(
  (body) => Object.values(body as Record<string, HaPairIds>),
  (shown) => Object.fromEntries(shown.map((pair) => [pair.ha_pair_id, pair])),
);
const pairShowsState = withState(
  (body) => [body as HaPairIds],
  ([shown]) => shown,
);

const status = route({
  method: 'get',
  path: `${path}/{ha_pair_id}/status`,
  operationId: 'getHaPairStatus',
  tag,
  summary: 'Read which gateway of the pair serves at present',
  description: 'Not found as long as neither gateway has reported it.',
  permission: { action: 'read', scope: 'network' },
  params: pathParams('network_id', 'ha_pair_id'),
  responses: answers(carrierWifiHaPairStatus, 'The active gateway'),
  handle: async ({ params: { network_id: networkId, ha_pair_id: key } }, ctx) => {
    const [network, graph] = await ctx.read(networkById({ id: networkId }), loadEntities(networkId, [{ type: HA_PAIR, key }]));
    if (!network) throw notFound(`network "${networkId}"`);
    checkCwfNetwork(network);
    if (!find(graph, HA_PAIR, key)) throw notFound(`HA pair "${key}"`);
    const reported = haPairStatus(await ctx.fleet.states(networkId, statesOf([key])), key);
    if (reported) return ok(reported);
    throw new OrcError('not_found', `status of HA pair "${key}" was not found: neither of its gateways has reported it`);
  },
});

/** Pairs of gateways of which one serves and the other stands by. */
export const haPairRoutes: readonly Route[] = [
  listShowsState(
    entityMap({ path, operationId: 'listHaPairs', tag, type: HA_PAIR, nouns: 'HA pairs', schema: cwfHaPair, read: readHaPair }),
  ),
  ...entityRoutes({
    path,
    param: 'ha_pair_id',
    name: 'HaPair',
    tag,
    type: HA_PAIR,
    noun: 'HA pair',
    schema: mutableCwfHaPair,
    shows: cwfHaPair,
    key: (body) => body.ha_pair_id,
    keyField: 'ha_pair_id',
    read: readHaPair,
    needs: pairedGateways,
    check: missingGateways,
    create: (body) => createHaPair(body),
    replace: (_key, body) => replaceHaPair(body),
    removesSilently: true,
    echoesKey: mutableCwfHaPair.shape.ha_pair_id,
  })
    .map(putAnswers200)
    .map((made) => (made.method === 'get' ? pairShowsState(made) : made)),
  status,
];
