import type { z } from 'zod';
import type { Mutation } from '../configurator/mutations.ts';
import { NETWORK } from '../configurator/mutations.ts';
import { networkById } from '../configurator/load.ts';
import type { Network } from '../configurator/model.ts';
import type { Query } from '../db/statement.ts';
import { type Fault, notFound } from '../errors.ts';
import type { Principal } from '../identity/principal.ts';
import type { RequestContext } from '../module/context.ts';
import { type Route, route } from '../module/route.ts';
import { checkIfMatch, rewrite } from './etag.ts';
import { pathParams } from './fields.ts';
import { answers, done, noContent, ok } from './reply.ts';

export interface NetworkPart<S extends z.ZodType, E = undefined> {
  /** With `{network_id}`: `/lte/{network_id}/cellular/epc`. */
  readonly path: string;
  /** Operation ids are `get<name>` and `put<name>`. */
  readonly name: string;
  readonly tag: string;
  /** What it is, as it stands in sentences: `DNS settings of a network`. */
  readonly what: string;
  readonly schema: S;
  /** What is wrong with the value by itself, beyond what its schema says. */
  readonly validate?: (value: z.output<S>) => readonly Fault[];
  /** Undefined answers 404. */
  readonly read: (network: Network) => z.output<S> | null | undefined;
  /** One more thing to know before writing, read in the same round trip. */
  readonly needs?: (value: z.output<S>, networkId: string) => Query<E>;
  /** May throw. */
  readonly write: (value: z.output<S>, network: Network, extra: E, principal: Principal) => readonly Mutation[];
  /** Set when `write` builds on what was there: then a commit in between makes it read again. */
  readonly merges?: boolean;
}

/** GET and PUT of a part of a network. */
export function networkPart<S extends z.ZodType, E = undefined>(part: NetworkPart<S, E>): Route[] {
  const params = pathParams('network_id');
  return [
    route({
      method: 'get',
      path: part.path,
      operationId: `get${part.name}`,
      tag: part.tag,
      summary: `Read the ${part.what}`,
      permission: { action: 'read', scope: 'network' },
      params,
      responses: answers(part.schema, `The ${part.what}`, 'ETag'),
      handle: async ({ params: { network_id: id } }, ctx) => {
        const [network] = await ctx.read(networkById({ id }));
        const value = network && part.read(network);
        if (!network || value === undefined) throw notFound(network ? `${part.what} (network "${id}")` : `network "${id}"`);
        return ok(value, [network.version]);
      },
    }),
    route({
      method: 'put',
      path: part.path,
      operationId: `put${part.name}`,
      tag: part.tag,
      summary: `Replace the ${part.what}`,
      permission: { action: 'write', scope: 'network' },
      params,
      body: part.schema,
      validate: ({ body }) => part.validate?.(body as z.output<S>) ?? [],
      responses: done,
      handle: ({ params: { network_id: id }, body }, ctx) =>
        rewrite(ctx, async () => {
          const value = body as z.output<S>;
          const [network, extra] = await ctx.read(networkById({ id }), ...(part.needs ? [part.needs(value, id)] : []));
          if (!network) throw notFound(`network "${id}"`);
          const mutations = part.write(value, network, extra as E, await ctx.principal());
          await commitNetwork(ctx, network, mutations, part.merges);
          return noContent();
        }),
    }),
  ];
}

/**
 * Commits changes of a network that was just read, holding the caller to If-Match.
 * `merges`: the mutations build on what was read, so it must not have moved.
 */
export async function commitNetwork(
  ctx: RequestContext,
  network: Network,
  mutations: readonly Mutation[],
  merges = false,
  action = 'network.update',
): Promise<void> {
  checkIfMatch(ctx, [network.version]);
  const expect = merges || ctx.ifMatch !== undefined ? [{ ...NETWORK, version: network.version }] : [];
  await ctx.commit({ networkId: network.id, action, target: network.id, mutations, expect });
}
