import { z } from 'zod';
import { networkById } from '../../../core/configurator/load.ts';
import { shownKey, storedKey } from '../../../core/configurator/mutations.ts';
import { restore as restoration } from '../../../core/configurator/restore.ts';
import { restorables, revisionsOf } from '../../../core/configurator/revisions.ts';
import { surroundings } from '../../../core/configurator/surroundings.ts';
import { invalid, notFound } from '../../../core/errors.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { checkIfMatch, rewrite } from '../../../core/rest/etag.ts';
import { keepZero, pathParams } from '../../../core/rest/fields.ts';
import { answers, ok } from '../../../core/rest/reply.ts';
import { seekOf, seekQuery, seekToken } from '../../../core/rest/seek.ts';
import { restored, revisionPage } from '../schemas/history.ts';
import { toRevision } from '../services/revision.ts';

const tag = 'History';
const which = {
  type: z
    .string()
    .min(1)
    .max(255)
    .optional()
    .meta({ description: 'Only entities of this type; `network` for the network itself', examples: ['cellular_gateway'] }),
  key: z
    .string()
    .min(1)
    .max(255)
    .optional()
    .meta({ description: 'Only the entity with this key; goes with `type`. The key of the network itself is its id', examples: ['agw1'] }),
};

/** An empty filter of a list is none; here it would bring back everything else that the commit changed. */
const exactly = { type: keepZero(which.type), key: keepZero(which.key) };

/** Which entities are asked for, as they are stored. Error: `invalid`. */
function asked(networkId: string, { type, key }: { readonly type?: string | undefined; readonly key?: string | undefined }) {
  if (key === undefined) return { type: type ?? null, key: null };
  if (type === undefined) throw invalid([{ path: 'query.type', message: 'is required with a key' }]);
  return { type, key: storedKey({ type, key }, networkId) };
}

const list = route({
  method: 'get',
  path: '/networks/{network_id}/revisions',
  operationId: 'listRevisions',
  tag,
  summary: 'See who changed what in a network, with the state before and after',
  permission: { action: 'read', scope: 'network' },
  params: pathParams('network_id'),
  query: seekQuery.extend(which),
  responses: answers(revisionPage, 'Changes, newest first'),
  handle: async ({ params: { network_id: networkId }, query }, ctx) => {
    const { before, limit } = seekOf(query, 2);
    const filter = asked(networkId, query);
    const [network, revisions] = await ctx.read(networkById({ id: networkId }), revisionsOf(networkId, filter, { before, limit }));
    // What a deleted network leaves behind can still be read.
    if (!network && revisions.length === 0) throw notFound(`network "${networkId}"`);
    const last = revisions.at(-1);
    const page_token = seekToken(last && [last.version, last.id], revisions.length, limit);
    return ok({ revisions: revisions.map((revision) => toRevision(revision, networkId)), page_token });
  },
});

const restore = route({
  method: 'post',
  path: '/networks/{network_id}/revisions/{version}:restore',
  operationId: 'restoreRevision',
  tag,
  summary: 'Bring back what a change left behind',
  description:
    'Everything that the commit of this version changed, or with `type` and `key` one entity of it, becomes again what it was right after that commit: made again, changed back or taken away. ' +
    'Edges to children come back with an entity, edges from its parents (the tier of a gateway) do not, nor do device records, certificates and state. ' +
    'What a write would change along changes along: the tier that a gateway leaves, pools and the gateways that list them, APN resources of a gateway. ' +
    'What a write would refuse is refused: names of something that is gone by now.',
  permission: { action: 'write', scope: 'network' },
  guarded: true,
  params: pathParams('network_id', 'version'),
  query: z.object(exactly),
  responses: answers(restored, 'What was brought back'),
  handle: ({ params: { network_id: networkId, version: text }, query }, ctx) =>
    rewrite(ctx, async () => {
      const version = Number(text);
      if (!/^\d{1,15}$/.test(text)) throw invalid([{ path: 'path.version', message: 'must be a whole number' }]);
      const filter = asked(networkId, query);
      const place = { networkId, version, ...filter };
      const { restoring } = ctx.platform;
      const [network, targets, graphNow, networks, past] = await ctx.read(
        networkById({ id: networkId }),
        restorables(place),
        ...surroundings(place, restoring),
      );
      if (!network) throw notFound(`network "${networkId}"`);
      if (targets.length === 0) throw notFound(`change of version ${version} in network "${networkId}"`);
      checkIfMatch(ctx, [network.version]);
      const principal = await ctx.principal();
      const change = restoration({ network, targets, graphNow, networks, past, principal }, restoring);
      const committed = await ctx.commit({ networkId, action: 'revision.restore', target: `version ${version}`, ...change });
      return ok({
        version: committed.version,
        restored: targets.map((target) => ({ type: target.type, key: shownKey(target, networkId) })),
      });
    }),
});

export const revisionRoutes: readonly Route[] = [list, restore];
