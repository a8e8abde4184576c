import { z } from 'zod';
import { networkById, networkIds } from '../configurator/load.ts';
import type { Network } from '../configurator/model.ts';
import type { Configs } from '../configurator/mutations.ts';
import type { Query } from '../db/statement.ts';
import { conflict, type Fault, invalid, notFound, refuse } from '../errors.ts';
import { demandNotDenied, permittedNetworks } from '../identity/access.ts';
import type { Principal } from '../identity/principal.ts';
import type { RequestContext } from '../module/context.ts';
import { type Route, route } from '../module/route.ts';
import { rewrite } from './etag.ts';
import { pathParams } from './fields.ts';
import { commitNetwork } from './network-part.ts';
import { newIdFaults } from './new-id.ts';
import { answers, created, createdEmpty, done, noContent, ok } from './reply.ts';
import { sameIdFaults } from './same-id.ts';

interface NetworkBody {
  readonly id: string;
  readonly name: string;
  readonly description: string;
}

export interface TypedNetwork<B extends NetworkBody, E = undefined> {
  /** `/lte` */
  readonly path: string;
  /** The type stored with networks made here. */
  readonly type: string;
  /** Operation ids are `list<name>s`, `create<name>`, ... */
  readonly name: string;
  readonly tag: string;
  /** `LTE network` */
  readonly noun: string;
  readonly schema: z.ZodType<B>;
  /** One more thing to know before writing, read in the same round trip. */
  readonly needs?: (body: B) => Query<E>;
  /** What is wrong with the body in the light of what is stored: `network`, undefined for a new one. */
  readonly check?: (body: B, extra: E, seen: { readonly network: Network | undefined; readonly principal: Principal }) => readonly Fault[];
  /** What is stored, by config key; null takes a config away. */
  readonly configs: (body: B) => Configs;
  readonly read: (network: Network) => unknown;
}

/** Create, list, read, replace and delete networks of one type. */
export function typedNetworkRoutes<B extends NetworkBody, E = undefined>(family: TypedNetwork<B, E>): Route[] {
  const { path, name, tag, noun } = family;
  const one = `${path}/{network_id}`;
  const params = pathParams('network_id');
  const needs = (body: B): Query<E>[] => (family.needs ? [family.needs(body)] : []);

  const load = async <const Q extends readonly Query<unknown>[]>(ctx: RequestContext, id: string, ...more: Q) => {
    const [network, ...rest] = await ctx.read(networkById({ id }), ...more);
    return { network: ofType(network as Network | undefined, id), rest };
  };
  const ofType = (network: Network | undefined, id: string): Network => {
    if (!network) throw notFound(`network "${id}"`);
    if (network.type !== family.type) throw invalid(`network ${id} is not a ${family.type} network`);
    return network;
  };

  return [
    route({
      method: 'get',
      path,
      operationId: `list${name}s`,
      tag,
      summary: `List the ids of all ${noun}s that the caller may read`,
      permission: { action: 'read', scope: 'networks' },
      responses: answers(z.array(z.string()).meta({ examples: [['city']] }), 'Ids, sorted'),
      handle: async (_, ctx) => {
        const [ids] = await ctx.read(networkIds({ type: family.type }));
        return ok(permittedNetworks(await ctx.principal(), ids));
      },
    }),
    route({
      method: 'post',
      path,
      operationId: `create${name}`,
      tag,
      summary: `Make a new ${noun}`,
      permission: { action: 'write', scope: 'networks' },
      body: family.schema,
      validate: ({ body }) => newIdFaults(body.id, 'body.id'),
      responses: createdEmpty,
      handle: async ({ body }, ctx) => {
        const [taken, extra] = await ctx.read(networkById({ id: body.id }), ...needs(body));
        demandNotDenied(await ctx.principal(), 'write', body.id);
        refuse(family.check?.(body, extra as E, { network: undefined, principal: await ctx.principal() }) ?? []);
        if (taken) throw conflict(`network "${body.id}"`);
        const { id, name: title, description } = body;
        await ctx.commit({
          networkId: id,
          action: 'network.create',
          target: id,
          mutations: [{ do: 'create_network', type: family.type, name: title, description, configs: family.configs(body) }],
        });
        return created();
      },
    }),
    route({
      method: 'get',
      path: one,
      operationId: `get${name}`,
      tag,
      summary: `Read the ${noun}`,
      permission: { action: 'read', scope: 'network' },
      params,
      responses: answers(family.schema, `The ${noun}`, 'ETag'),
      handle: async ({ params: { network_id: id } }, ctx) => {
        const { network } = await load(ctx, id);
        return ok(family.read(network), [network.version]);
      },
    }),
    route({
      method: 'put',
      path: one,
      operationId: `put${name}`,
      tag,
      summary: `Replace the ${noun}`,
      permission: { action: 'write', scope: 'network' },
      params,
      body: family.schema,
      validate: ({ params: { network_id: id }, body }) => sameIdFaults(id, body.id),
      responses: done,
      handle: ({ params: { network_id: id }, body }, ctx) =>
        rewrite(ctx, async () => {
          const { network, rest } = await load(ctx, id, ...needs(body));
          refuse(family.check?.(body, rest[0] as E, { network, principal: await ctx.principal() }) ?? []);
          await commitNetwork(ctx, network, [
            { do: 'update_network', name: body.name, description: body.description, configs: family.configs(body) },
          ]);
          return noContent();
        }),
    }),
    route({
      method: 'delete',
      path: one,
      operationId: `delete${name}`,
      tag,
      summary: `Delete the ${noun} with everything in it`,
      permission: { action: 'write', scope: 'network' },
      params,
      responses: done,
      handle: ({ params: { network_id: id } }, ctx) =>
        rewrite(ctx, async () => {
          const { network } = await load(ctx, id);
          await commitNetwork(ctx, network, [{ do: 'delete_network' }], false, 'network.delete');
          return noContent();
        }),
    }),
  ];
}
