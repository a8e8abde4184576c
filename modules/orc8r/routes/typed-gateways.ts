import { z } from 'zod';
import { loadEntities, loadPage, networkById } from '../../../core/configurator/load.ts';
import { type Entity, find, type Graph } from '../../../core/configurator/model.ts';
import { notFound } from '../../../core/errors.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { pagingQuery } from '../../../core/paging.ts';
import { mapPage, nextPage, pagedMapNote } from '../../../core/rest/entity-collection.ts';
import { commitEntities, entityEtag } from '../../../core/rest/entity-part.ts';
import { rewrite } from '../../../core/rest/etag.ts';
import { pathParams } from '../../../core/rest/fields.ts';
import { answers, created, createdEmpty, done, noContent, ok } from '../../../core/rest/reply.ts';
import {
  createGateway,
  createSubtype,
  deleteGateway,
  expectNoGateway,
  type GatewayInput,
  gatewayQueries,
  MAGMAD_GATEWAY,
  magmadId,
  ownGatewayFaults,
  readGateway,
  registrations,
  updateGateway,
} from '../services/gateway/index.ts';
import type { GatewayFamily } from './families.ts';

/** A kind of gateway that is a base gateway and one entity of the same key below it, which holds nothing but a config. */
export interface GatewayKind<B extends GatewayInput> extends GatewayFamily {
  /** `carrier Wi-Fi gateway` */
  readonly noun: string;
  /** Type of the entity below the base gateway. */
  readonly type: string;
  /** What is sent. */
  readonly schema: z.ZodType<B>;
  /** What is shown. */
  readonly shows: z.ZodType;
  /** What the kind stores of a body. */
  readonly config: (body: B) => unknown;
  /** What the kind shows beside what every gateway does. */
  readonly read: (config: unknown) => object;
}

/** Create, list, read, replace and delete gateways of one kind. */
export function typedGatewayRoutes<B extends GatewayInput>(kind: GatewayKind<B>): Route[] {
  const { name, tag, noun, type } = kind;
  const path = `${kind.base}/{network_id}/gateways`;
  const one = `${path}/{gateway_id}`;
  const inNetwork = pathParams('network_id');
  const params = pathParams('network_id', 'gateway_id');
  const reads = { action: 'read', scope: 'network' } as const;
  const writes = { action: 'write', scope: 'network' } as const;

  const whole = (networkId: string, id: string) => loadEntities(networkId, [magmadId(id)], { down: 1 });
  /** Error: `not_found`, also for a gateway of another kind. */
  const pair = (graph: Graph, id: string): { magmad: Entity; own: Entity } => {
    const magmad = find(graph, MAGMAD_GATEWAY, id);
    const own = find(graph, type, id);
    if (!magmad || !own) throw notFound(`${noun} "${id}"`);
    return { magmad, own };
  };

  return [
    route({
      method: 'get',
      path,
      operationId: `list${name}s`,
      tag,
      summary: `List all ${noun}s of a network by id`,
      description: pagedMapNote,
      permission: reads,
      params: inNetwork,
      query: pagingQuery,
      responses: answers(z.record(z.string(), kind.shows), 'The gateways by id', 'ETag', 'Next-Page-Token'),
      handle: async ({ params: { network_id: networkId }, query }, ctx) => {
        const page = mapPage(query);
        const [network, graph] = await ctx.read(networkById({ id: networkId }), loadPage(networkId, type, { ...page, up: 1 }));
        if (!network) throw notFound(`network "${networkId}"`);
        const own = [...graph.entities.values()].filter((entity) => entity.type === type);
        const keys = own.map((entity) => entity.key);
        const reports = await ctx.fleet.statuses(networkId, keys);
        const registration = registrations(ctx, kind.base, networkId);
        const shown = own.map(async ({ key, config }) => {
          const magmad = find(graph, MAGMAD_GATEWAY, key);
          return magmad ? [[key, { ...(await readGateway(magmad, reports.get(key), registration)), ...kind.read(config) }] as const] : [];
        });
        return { ...ok(Object.fromEntries((await Promise.all(shown)).flat()), [network.version]), headers: nextPage(keys, page.limit) };
      },
    }),
    route({
      method: 'post',
      path,
      operationId: `create${name}`,
      tag,
      summary: `Make a new ${noun}`,
      description: 'The gateway, its hardware and its place in a tier are stored together or not at all.',
      permission: writes,
      params: inNetwork,
      body: kind.schema,
      validate: ({ body }) => ownGatewayFaults(body),
      responses: createdEmpty,
      handle: ({ params: { network_id: networkId }, body }, ctx) =>
        rewrite(ctx, async () => {
          const [network, graph, owner] = await ctx.read(...gatewayQueries(networkId, body));
          const base = createGateway(networkId, body, { network, graph, owner });
          const mutations = [...base, ...createSubtype(type, body.id, kind.config(body))];
          await ctx.commit({ networkId, action: 'gateway.create', target: body.id, mutations, expect: expectNoGateway(body.id) });
          return created();
        }),
    }),
    route({
      method: 'get',
      path: one,
      operationId: `get${name}`,
      tag,
      summary: `Read the ${noun}`,
      permission: reads,
      params,
      responses: answers(kind.shows, 'The gateway', 'ETag'),
      handle: async ({ params: { network_id: networkId, gateway_id: id } }, ctx) => {
        const [[graph], report] = await Promise.all([ctx.read(whole(networkId, id)), ctx.fleet.status(networkId, id)]);
        const { magmad, own } = pair(graph, id);
        const registration = registrations(ctx, kind.base, networkId);
        return ok({ ...(await readGateway(magmad, report, registration)), ...kind.read(own.config) }, entityEtag(graph));
      },
    }),
    route({
      method: 'put',
      path: one,
      operationId: `put${name}`,
      tag,
      summary: `Replace the ${noun}`,
      description: 'A body without `device` leaves the hardware as it is.',
      permission: writes,
      params,
      body: kind.schema,
      validate: ({ params: { gateway_id: id }, body }) => ownGatewayFaults(body, id),
      responses: done,
      handle: ({ params: { network_id: networkId, gateway_id: id }, body }, ctx) =>
        rewrite(ctx, async () => {
          const [before, network, graph, owner] = await ctx.read(whole(networkId, id), ...gatewayQueries(networkId, body, id));
          pair(before, id);
          const base = updateGateway(networkId, id, body, { network, graph, owner });
          const mutations = [...base, { do: 'update_entity', id: { type, key: id }, config: kind.config(body) } as const];
          await commitEntities(ctx, networkId, before, { action: 'gateway.update', target: id, mutations, merges: true });
          return noContent();
        }),
    }),
    route({
      method: 'delete',
      path: one,
      operationId: `delete${name}`,
      tag,
      summary: `Delete the ${noun}`,
      description: 'Its hardware record goes with it, its certificates are revoked and its connection is cut.',
      permission: writes,
      params,
      responses: done,
      handle: ({ params: { network_id: networkId, gateway_id: id } }, ctx) =>
        rewrite(ctx, async () => {
          const [graph] = await ctx.read(whole(networkId, id));
          const mutations = deleteGateway(pair(graph, id).magmad, graph, ctx.platform.owned);
          await commitEntities(ctx, networkId, graph, { action: 'gateway.delete', target: id, mutations, merges: true });
          return noContent();
        }),
    }),
  ];
}
