import { loadEntities, networkById } from '../../core/configurator/load.ts';
import { find } from '../../core/configurator/model.ts';
import { notFound } from '../../core/errors.ts';
import { type Route, route } from '../../core/module/route.ts';
import { checkIfMatch, rewrite } from '../../core/rest/etag.ts';
import { pathParams } from '../../core/rest/fields.ts';
import { answers, done, noContent, ok } from '../../core/rest/reply.ts';
import { PROFILE } from './entities.ts';
import { type MonitorProfile, monitorProfile } from './schema.ts';

const path = '/networks/{network_id}/monitor_profile';
const tag = 'Monitor';
const params = pathParams('network_id');

const get = route({
  ...{ method: 'get', path, tag, params },
  operationId: 'getMonitorProfile',
  summary: 'Read how gateways watch their devices',
  permission: { action: 'read', scope: 'network' },
  responses: answers(monitorProfile, 'The profile', 'ETag'),
  handle: async ({ params: { network_id: networkId } }, ctx) => {
    const [graph] = await ctx.read(loadEntities(networkId, [PROFILE]));
    const entity = find(graph, PROFILE.type, PROFILE.key);
    if (!entity) throw notFound(`the monitor profile of network "${networkId}"`);
    return ok(entity.config as MonitorProfile, [entity.version]);
  },
});

const put = route({
  ...{ method: 'put', path, tag, params },
  operationId: 'putMonitorProfile',
  summary: 'Say how gateways watch their devices',
  permission: { action: 'write', scope: 'network' },
  body: monitorProfile,
  responses: done,
  // One read and one commit, whatever the size of the network. `rewrite` repeats both when somebody commits in between.
  handle: ({ params: { network_id: networkId }, body }, ctx) =>
    rewrite(ctx, async () => {
      const [network, graph] = await ctx.read(networkById({ id: networkId }), loadEntities(networkId, [PROFILE]));
      if (!network) throw notFound(`network "${networkId}"`);
      const version = find(graph, PROFILE.type, PROFILE.key)?.version ?? 0;
      checkIfMatch(ctx, [version]);
      await ctx.commit({
        networkId,
        action: 'monitor_profile.update',
        target: PROFILE.key,
        mutations: [{ do: version === 0 ? 'create_entity' : 'update_entity', id: PROFILE, config: body }],
        expect: [{ ...PROFILE, version }],
      });
      return noContent();
    }),
});

export const routes: readonly Route[] = [get, put];
