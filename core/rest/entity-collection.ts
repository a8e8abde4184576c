import { z } from 'zod';
import type { Expected } from '../configurator/commit.ts';
import { loadEntities, loadPage, networkById } from '../configurator/load.ts';
import { loadScoped, loadScopedPage } from '../configurator/scoped.ts';
import { type Entity, find, type Graph } from '../configurator/model.ts';
import type { Mutation } from '../configurator/mutations.ts';
import type { Query } from '../db/statement.ts';
import { conflict, type Fault, notFound, refuse } from '../errors.ts';
import type { RequestContext } from '../module/context.ts';
import { type Route, route } from '../module/route.ts';
import { encodePageToken, pageOf, pagingQuery } from '../paging.ts';
import { commitEntities, entityEtag } from './entity-part.ts';
import { rewrite } from './etag.ts';
import { pathParams } from './fields.ts';
import { newIdFaults } from './new-id.ts';
import { answers, created, createdEmpty, createdWith, done, noContent, ok } from './reply.ts';
import { sameIdFaults } from './same-id.ts';

export interface EntityCollection<P extends string, S extends z.ZodType, E = undefined, R = undefined> {
  /** `/lte/{network_id}/apns` */
  readonly path: string;
  /** The path parameter that holds the key: `apn_name`. */
  readonly param: P;
  /** Operation ids are `create<name>`, `get<name>`, ... */
  readonly name: string;
  readonly tag: string;
  readonly type: string;
  /** `APN`, for "APN X was not found". */
  readonly noun: string;
  /** What is sent. */
  readonly schema: S;
  /** What is shown; `schema` when left out. */
  readonly shows?: z.ZodType;
  readonly key: (body: z.output<S>) => string;
  /** The property of the body that holds the key; it must agree with the URL. Undefined: it is not compared. */
  readonly keyField?: string;
  readonly read: (entity: Entity) => unknown;
  /** Called with the body, or without one before a DELETE. */
  readonly needs?: (networkId: string, body: z.output<S>) => Query<E>;
  /** What is wrong with the body by itself, beyond what its schema says. */
  readonly validate?: (body: z.output<S>) => readonly Fault[];
  /** What is wrong with the body in the light of what is stored. */
  readonly check?: (body: z.output<S>, extra: E) => readonly Fault[];
  /** `now`: unix milliseconds. */
  readonly create: (body: z.output<S>, extra: E, now: number) => readonly Mutation[];
  readonly replace: (key: string, body: z.output<S>, entity: Entity, extra: E) => readonly Mutation[];
  /** Only edges to and from these types count: for entities that multitudes refer to. Left out: all edges. */
  readonly edges?: readonly string[];
  /** What `remove` has to know beside the entity. */
  readonly removeNeeds?: (networkId: string, key: string) => Query<R>;
  /** Mutations beside the deletion of the entity itself. May throw. */
  readonly remove?: (entity: Entity, extra: R) => readonly Mutation[];
  /** What `remove` builds on besides, which must not have moved. */
  readonly removeExpects?: (entity: Entity, extra: R) => readonly Expected[];
  /** A DELETE of what is not there counts as done. */
  readonly removesSilently?: boolean;
  /** POST and PUT answer 201 with the key, of this form, where others answer 201 and 204 with nothing. */
  readonly echoesKey?: z.ZodType;
  /** What POST answers with its 201, where that is not nothing; without `body` it is documented only. */
  readonly answersCreate?: { readonly schema: z.ZodType; readonly description: string; readonly body?: (key: string) => unknown };
  /** What a POST takes, when that is more than `schema`, as which it is documented; its output has to be that of `schema`. */
  readonly creates?: z.ZodType;
  /** What a PUT takes, when that is less than `schema`; `replace` then finds only this in its body. */
  readonly changes?: z.ZodType;
  /** Holds the key in the URL to its form. Error: `invalid`. */
  readonly checkKey?: (key: string) => void;
  /** Set when `replace` builds on what was there: then a commit in between makes it read again. */
  readonly merges?: boolean;
}

/** Create, read, replace and delete entities of one type. Lists come beside it, since their shapes differ. */
export function entityRoutes<P extends string, S extends z.ZodType, E = undefined, R = undefined>(
  kind: EntityCollection<P, S, E, R>,
): Route[] {
  const { path, param, name, tag, noun, type } = kind;
  const one = `${path}/{${param}}`;
  const params = pathParams('network_id', param);
  const audited = noun.toLowerCase().replaceAll(' ', '_');
  const ids = (given: unknown): { networkId: string; key: string } => {
    const values = given as Record<string, string>;
    return { networkId: values['network_id'] ?? '', key: values[param] ?? '' };
  };
  const query = (networkId: string, key: string) =>
    kind.edges ? loadScoped(networkId, [{ type, key }], { edges: kind.edges }) : loadEntities(networkId, [{ type, key }]);
  const load = async <X>(ctx: RequestContext, given: unknown, ...more: Query<X>[]) => {
    const { networkId, key } = ids(given);
    kind.checkKey?.(key);
    const [graph, ...extra] = await ctx.read(query(networkId, key), ...more);
    return { networkId, key, graph: graph as Graph, entity: find(graph as Graph, type, key), extra: extra[0] as X };
  };
  const written = (key: string) => (kind.echoesKey ? created(key) : undefined);
  const first = kind.answersCreate;
  const firstAnswer = first && createdWith(first.schema, first.description, first.body === undefined);
  const keyAnswer = kind.echoesKey && createdWith(kind.echoesKey, `Id of the ${noun}`);

  return [
    route({
      method: 'post',
      path,
      operationId: `create${name}`,
      tag,
      summary: `Make a new ${noun}`,
      permission: { action: 'write', scope: 'network' },
      params: pathParams('network_id'),
      body: kind.schema,
      ...(kind.creates && { takes: kind.creates }),
      validate: ({ body: given }) => {
        const body = given as z.output<S>;
        return [...newIdFaults(kind.key(body), `body.${kind.keyField ?? 'id'}`), ...(kind.validate?.(body) ?? [])];
      },
      responses: firstAnswer ?? keyAnswer ?? createdEmpty,
      handle: ({ params: { network_id: networkId }, body: given }, ctx) =>
        rewrite(ctx, async () => {
          const body = given as z.output<S>;
          const key = kind.key(body);
          const needs = kind.needs ? [kind.needs(networkId, body)] : [];
          const [network, graph, extra] = await ctx.read(networkById({ id: networkId }), query(networkId, key), ...needs);
          if (!network) throw notFound(`network "${networkId}"`);
          refuse(kind.check?.(body, extra as E) ?? []);
          if (find(graph, type, key)) throw conflict(`${noun} "${key}"`);
          await ctx.commit({ networkId, action: `${audited}.create`, target: key, mutations: kind.create(body, extra as E, ctx.now()) });
          return kind.answersCreate ? created(kind.answersCreate.body?.(key)) : (written(key) ?? created());
        }),
    }),
    route({
      method: 'get',
      path: one,
      operationId: `get${name}`,
      tag,
      summary: `Read the ${noun}`,
      permission: { action: 'read', scope: 'network' },
      params,
      responses: answers(kind.shows ?? kind.schema, `The ${noun}`, 'ETag'),
      handle: async ({ params: given }, ctx) => {
        const { key, graph, entity } = await load(ctx, given);
        if (!entity) throw notFound(`${noun} "${key}"`);
        return ok(kind.read(entity), entityEtag(graph));
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
      body: kind.changes ?? kind.schema,
      validate: ({ params: given, body: sent }) => {
        const body = sent as z.output<S>;
        const renamed = kind.keyField ? sameIdFaults(ids(given).key, kind.key(body), `body.${kind.keyField}`) : [];
        return [...renamed, ...(kind.validate?.(body) ?? [])];
      },
      responses: keyAnswer ?? done,
      handle: ({ params: given, body: sent }, ctx) =>
        rewrite(ctx, async () => {
          const body = sent as z.output<S>;
          const needs = kind.needs ? [kind.needs(ids(given).networkId, body)] : [];
          const { networkId, key, graph, entity, extra } = await load(ctx, given, ...needs);
          if (!entity) throw notFound(`${noun} "${key}"`);
          refuse(kind.check?.(body, extra) ?? []);
          const mutations = kind.replace(key, body, entity, extra);
          await commitEntities(ctx, networkId, graph, {
            action: `${audited}.update`,
            target: key,
            mutations,
            merges: kind.merges === true,
          });
          return written(key) ?? noContent();
        }),
    }),
    route({
      method: 'delete',
      path: one,
      operationId: `delete${name}`,
      tag,
      summary: `Delete the ${noun}`,
      permission: { action: 'write', scope: 'network' },
      params,
      responses: done,
      handle: ({ params: given }, ctx) =>
        rewrite(ctx, async () => {
          const needs = kind.removeNeeds ? [kind.removeNeeds(ids(given).networkId, ids(given).key)] : [];
          const { networkId, key, graph, entity, extra } = await load<R>(ctx, given, ...needs);
          if (!entity) {
            if (kind.removesSilently) return noContent();
            throw notFound(`${noun} "${key}"`);
          }
          const mutations: Mutation[] = [...(kind.remove?.(entity, extra) ?? []), { do: 'delete_entity', id: { type, key } }];
          await commitEntities(ctx, networkId, graph, {
            action: `${audited}.delete`,
            target: key,
            mutations,
            merges: kind.remove !== undefined,
            expect: kind.removeExpects?.(entity, extra) ?? [],
          });
          return noContent();
        }),
    }),
  ];
}

export interface EntityMap {
  readonly path: string;
  /** Operation id. */
  readonly operationId: string;
  readonly tag: string;
  readonly type: string;
  /** `APNs` */
  readonly nouns: string;
  readonly schema: z.ZodType;
  /** As in EntityCollection. */
  readonly edges?: readonly string[];
  readonly read: (entity: Entity) => unknown;
}

/** A list as a map keyed by id: whole, as the contract has it, or page by page for those who ask. */
export function entityMap(kind: EntityMap): Route {
  return route({
    method: 'get',
    path: kind.path,
    operationId: kind.operationId,
    tag: kind.tag,
    summary: `List all ${kind.nouns} of a network by id`,
    description: pagedMapNote,
    permission: { action: 'read', scope: 'network' },
    params: pathParams('network_id'),
    query: pagingQuery,
    responses: answers(z.record(z.string(), kind.schema), `The ${kind.nouns} by id`, 'ETag', 'Next-Page-Token'),
    handle: async ({ params: { network_id: networkId }, query }, ctx) => {
      const page = mapPage(query);
      const entitiesOf = kind.edges
        ? loadScopedPage(networkId, kind.type, { ...page, edges: kind.edges })
        : loadPage(networkId, kind.type, page);
      const [network, graph] = await ctx.read(networkById({ id: networkId }), entitiesOf);
      if (!network) throw notFound(`network "${networkId}"`);
      const entities = [...graph.entities.values()];
      const body = Object.fromEntries(entities.map((entity) => [entity.key, kind.read(entity)]));
      return {
        ...ok(body, [network.version]),
        headers: nextPage(
          entities.map((entity) => entity.key),
          page.limit,
        ),
      };
    },
  });
}

export const pagedMapNote =
  'Without `page_size` the map is complete. With it, the header `next-page-token` of the answer holds the `page_token` of the next page, and is missing on the last.';

/** No page size asks for everything: these maps know no pages in the contract. */
export const mapPage = (query: z.output<typeof pagingQuery>): { readonly limit: number; readonly after: string } =>
  query.page_size ? pageOf(query) : { limit: -1, after: pageOf(query).after };

/** The header that leads on from a full page. */
export function nextPage(keys: readonly string[], limit: number): Record<string, string> {
  const last = keys.at(-1);
  return last === undefined || keys.length !== limit ? {} : { 'next-page-token': encodePageToken(last) };
}
