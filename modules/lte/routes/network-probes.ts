import { z } from 'zod';
import { loadPage, networkById } from '../../../core/configurator/load.ts';
import type { Entity } from '../../../core/configurator/model.ts';
import { notFound } from '../../../core/errors.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { pagingQuery } from '../../../core/paging.ts';
import { complete } from '../../../core/rest/complete.ts';
import { entityRoutes, mapPage, nextPage, pagedMapNote } from '../../../core/rest/entity-collection.ts';
import { pathParams } from '../../../core/rest/fields.ts';
import { answers, ok } from '../../../core/rest/reply.ts';
import { networkProbeDestination, networkProbeTask } from '../schemas/network-probe.ts';
import { PROBE_DESTINATION, PROBE_TASK } from '../services/entity-types.ts';
import { readDestination, readTask, startedTask, storedTask } from '../services/network-probe.ts';

const tag = 'Network Probes';
const tasks = '/lte/{network_id}/network_probe/tasks';
const destinations = '/lte/{network_id}/network_probe/destinations';

interface ProbeMap {
  readonly path: string;
  readonly operationId: string;
  readonly type: string;
  readonly nouns: string;
  readonly schema: z.ZodType;
  readonly read: (entity: Entity) => unknown;
}

/** A map by id. The contract's document says a single one, which a map of none or more is not; so ours says both. */
const list = ({ path, operationId, type, nouns, schema, read }: ProbeMap): Route =>
  route({
    method: 'get',
    path,
    operationId,
    tag,
    summary: `List all ${nouns} of a network by id`,
    description: pagedMapNote,
    permission: { action: 'read', scope: 'network' },
    params: pathParams('network_id'),
    query: pagingQuery,
    responses: answers(z.union([z.record(z.string(), schema), schema]), `The ${nouns} by id`, 'ETag', 'Next-Page-Token'),
    handle: async ({ params: { network_id: networkId }, query }, ctx) => {
      const page = mapPage(query);
      const [network, graph] = await ctx.read(networkById({ id: networkId }), loadPage(networkId, type, page));
      if (!network) throw notFound(`network "${networkId}"`);
      const entities = [...graph.entities.values()];
      const body = Object.fromEntries(entities.map((entity) => [entity.key, complete(schema, read(entity))]));
      const keys = entities.map(({ key }) => key);
      return { ...ok(body, [network.version]), headers: nextPage(keys, page.limit) };
    },
  });

/** Interceptions, and where what they bring is delivered. */
export const networkProbeRoutes: readonly Route[] = [
  list({ path: tasks, operationId: 'listProbeTasks', type: PROBE_TASK, nouns: 'probe tasks', schema: networkProbeTask, read: readTask }),
  ...entityRoutes({
    path: tasks,
    param: 'task_id',
    name: 'ProbeTask',
    tag,
    type: PROBE_TASK,
    noun: 'probe task',
    schema: networkProbeTask,
    key: (body) => body.task_id,
    keyField: 'task_id',
    read: readTask,
    create: (body, _extra, now) => [
      { do: 'create_entity', id: { type: PROBE_TASK, key: body.task_id }, config: startedTask(body.task_details, now) },
    ],
    replace: (key, body) => [{ do: 'update_entity', id: { type: PROBE_TASK, key }, config: storedTask(body.task_details) }],
    removesSilently: true,
  }),
  list({
    path: destinations,
    operationId: 'listProbeDestinations',
    type: PROBE_DESTINATION,
    nouns: 'probe destinations',
    schema: networkProbeDestination,
    read: readDestination,
  }),
  ...entityRoutes({
    path: destinations,
    param: 'destination_id',
    name: 'ProbeDestination',
    tag,
    type: PROBE_DESTINATION,
    noun: 'probe destination',
    schema: networkProbeDestination,
    key: (body) => body.destination_id,
    keyField: 'destination_id',
    read: readDestination,
    create: (body) => [
      { do: 'create_entity', id: { type: PROBE_DESTINATION, key: body.destination_id }, config: body.destination_details },
    ],
    replace: (key, body) => [{ do: 'update_entity', id: { type: PROBE_DESTINATION, key }, config: body.destination_details }],
    removesSilently: true,
  }),
];
