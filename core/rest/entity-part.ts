import type { z } from 'zod';
import type { Expected } from '../configurator/commit.ts';
import type { Mutation } from '../configurator/mutations.ts';
import { loadEntities } from '../configurator/load.ts';
import { type Entity, entityKey, type Graph } from '../configurator/model.ts';
import type { Query } from '../db/statement.ts';
import { type Fault, notFound } from '../errors.ts';
import type { RequestContext } from '../module/context.ts';
import { type Route, route } from '../module/route.ts';
import { checkIfMatch, type EtagParts, rewrite } from './etag.ts';
import { pathParams } from './fields.ts';
import { answers, done, noContent, ok } from './reply.ts';

export interface EntityPart<P extends string, S extends z.ZodType, E = undefined> {
  /** With `{network_id}` and `{<param>}`: `/networks/{network_id}/tiers/{tier_id}/name`. */
  readonly path: string;
  /** The path parameter that holds the entity's key: `tier_id`. */
  readonly param: P;
  /** Operation ids are `get<name>` and `put<name>`. */
  readonly name: string;
  readonly tag: string;
  /** `name of a tier`. */
  readonly what: string;
  /** `tier`, for "tier X was not found". */
  readonly noun: string;
  readonly type: string;
  /** How far below and above the entity `read` and `write` look. */
  readonly down?: number;
  readonly up?: number;
  readonly schema: S;
  /** What is wrong with the value by itself, beyond what its schema says. */
  readonly validate?: (value: z.output<S>) => Promise<readonly Fault[]>;
  /** Undefined answers 404. */
  readonly read: (entity: Entity, graph: Graph) => z.output<S> | null | undefined;
  readonly needs?: (value: z.output<S>, networkId: string, key: string) => Query<E>;
  /** May throw. */
  readonly write: (value: z.output<S>, entity: Entity, extra: E, graph: Graph) => readonly Mutation[] | Promise<readonly Mutation[]>;
  /** Set when `write` builds on what was there: then a commit in between makes it read again. */
  readonly merges?: boolean;
  /** Audit verb; default `<noun>.update`. */
  readonly action?: string;
}

/** GET and PUT of a part of an entity. */
export function entityPart<P extends string, S extends z.ZodType, E = undefined>(part: EntityPart<P, S, E>): Route[] {
  const params = pathParams('network_id', part.param);
  const { down = 0, up = 0, type } = part;
  const ids = (given: unknown): { networkId: string; key: string } => {
    const values = given as Record<string, string>;
    return { networkId: values['network_id'] ?? '', key: values[part.param] ?? '' };
  };
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
      handle: async ({ params: given }, ctx) => {
        const { networkId, key } = ids(given);
        const [graph] = await ctx.read(loadEntities(networkId, [{ type, key }], { down, up }));
        const entity = graph.entities.get(entityKey({ type, key }));
        if (!entity) throw notFound(`${part.noun} "${key}"`);
        const value = part.read(entity, graph);
        if (value === undefined) throw notFound(`${part.what} ("${key}")`);
        return ok(value, entityEtag(graph));
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
      validate: async ({ body }) => (await part.validate?.(body as z.output<S>)) ?? [],
      responses: done,
      handle: ({ params: given, body }, ctx) =>
        rewrite(ctx, async () => {
          const { networkId, key } = ids(given);
          const value = body as z.output<S>;
          const [graph, extra] = await ctx.read(
            loadEntities(networkId, [{ type, key }], { down, up }),
            ...(part.needs ? [part.needs(value, networkId, key)] : []),
          );
          const entity = graph.entities.get(entityKey({ type, key }));
          if (!entity) throw notFound(`${part.noun} "${key}"`);
          const mutations = await part.write(value, entity, extra as E, graph);
          await commitEntities(ctx, networkId, graph, {
            action: part.action ?? `${part.noun}.update`,
            target: key,
            mutations,
            merges: part.merges === true,
          });
          return noContent();
        }),
    }),
  ];
}

/** The tag of a representation made from these entities: their versions, and the names of their edges. */
export function entityEtag(graph: Graph, ...more: EtagParts): EtagParts {
  const entities = [...graph.entities.values()];
  const parts = entities.map((entity) => entity.version);
  // Edges are told by name because the far end's removal leaves this end's version alone.
  const edges = entities.flatMap((entity) => [...entity.parents, ...entity.children].map(entityKey));
  return [...parts, ...edges, ...more];
}

export interface EntityCommit {
  readonly action: string;
  readonly target: string;
  readonly mutations: readonly Mutation[];
  /** The mutations build on what was read, so it must not have moved. */
  readonly merges: boolean;
  /** What else must not have moved. */
  readonly expect?: readonly Expected[];
}

/** Commits changes to entities that were just read, holding the caller to If-Match. Nothing to do commits nothing. */
export async function commitEntities(ctx: RequestContext, networkId: string, graph: Graph, change: EntityCommit): Promise<void> {
  checkIfMatch(ctx, entityEtag(graph));
  if (change.mutations.length === 0) return;
  const strict = change.merges || ctx.ifMatch !== undefined;
  const guarded = strict ? [...graph.entities.values()] : [];
  const expect = [...guarded.map(({ type, key, version }) => ({ type, key, version })), ...(change.expect ?? [])];
  await ctx.commit({ networkId, action: change.action, target: change.target, mutations: change.mutations, expect });
}
