import { byPhysicalId, networkById } from '../../../core/configurator/load.ts';
import type { Mutation } from '../../../core/configurator/mutations.ts';
import type { Query } from '../../../core/db/statement.ts';
import { invalid, notFound, OrcError } from '../../../core/errors.ts';
import type { RequestContext } from '../../../core/module/context.ts';
import type { Reply } from '../../../core/module/route.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { checkIfMatch, rewrite } from '../../../core/rest/etag.ts';
import { pathParams } from '../../../core/rest/fields.ts';
import { answers, created, createdEmpty, done, noContent, ok } from '../../../core/rest/reply.ts';
import { cbsd, mutableCbsd, paginatedCbsds } from '../schemas/cbsd.ts';
import { cbsdQuery } from '../schemas/cbsd-query.ts';
import { CBSD, cbsdById, cbsdPage, type CbsdRow, countCbsds } from '../services/cbsd-queries.ts';
import {
  type CbsdRequest,
  cbsdPhysicalId,
  bandwidthFaults,
  createCbsd,
  deleteCbsd,
  readCbsd,
  replaceCbsd,
  requestOf,
} from '../services/cbsd.ts';

const tag = 'cbsds';
const path = '/dp/{network_id}/cbsds';
const one = `${path}/{cbsd_id}`;
const inNetwork = pathParams('network_id');
const params = pathParams('network_id', 'cbsd_id');
const reads = { action: 'read', scope: 'network' } as const;
const writes = { action: 'write', scope: 'network' } as const;

/** The number in a URL; undefined for what is none. */
const numberOf = (text: string): number | undefined => (/^\d{1,15}$/.test(text) ? Number(text) : undefined);

/** Error: `conflict` when a serial number belongs to another CBSD than `key`. */
function checkSerialFree(serial: string, owner: { key: string } | undefined, key?: string): void {
  if (owner && owner.key !== key)
    throw new OrcError('conflict', `a CBSD with serial number "${serial}" already exists, here or in another network`);
}

interface Change<E> {
  readonly action: string;
  readonly networkId: string;
  readonly id: string;
  readonly needs?: Query<E>;
  /** Nothing to do commits nothing. */
  readonly mutations: (row: CbsdRow, extra: E) => readonly Mutation[];
}

/** Reads one CBSD, changes it, answers 204. Error: `not_found`, also for an id that is no number. */
function change<E = undefined>(ctx: RequestContext, { action, networkId, id, needs, mutations: make }: Change<E>): Promise<Reply> {
  return rewrite(ctx, async () => {
    const [row, extra] = await ctx.read(cbsdById({ networkId, id: numberOf(id) ?? 0 }), ...(needs ? [needs] : []));
    if (!row) throw notFound(`CBSD ${id}`);
    checkIfMatch(ctx, [row.version]);
    const mutations = make(row, extra as E);
    const expect = [{ type: CBSD, key: row.key, version: row.version }];
    if (mutations.length > 0)
      await ctx.commit({ networkId, action: `cbsd.${action}`, target: row.config.serial_number, mutations, expect });
    return noContent();
  });
}

const list = route({
  method: 'get',
  path,
  operationId: 'listCbsds',
  tag,
  summary: 'List the CBSDs of a network in order of their number',
  permission: reads,
  params: inNetwork,
  query: cbsdQuery,
  responses: answers(paginatedCbsds, 'Some CBSDs, and how many there are', 'ETag'),
  handle: async ({ params: { network_id: networkId }, query }, ctx) => {
    const filter = { networkId, physicalId: query.serial_number ? cbsdPhysicalId(query.serial_number) : undefined };
    const [network, rows, total] = await ctx.read(
      networkById({ id: networkId }),
      cbsdPage(filter, query.limit ?? -1, query.offset ?? 0),
      countCbsds(filter),
    );
    if (!network) throw notFound(`network "${networkId}"`);
    return ok({ cbsds: rows.map(readCbsd), total_count: total }, [network.version]);
  },
});

const create = route({
  method: 'post',
  path,
  operationId: 'createCbsd',
  tag,
  summary: 'Make a new CBSD',
  permission: writes,
  params: inNetwork,
  body: mutableCbsd,
  validate: ({ body }) => bandwidthFaults(body),
  responses: createdEmpty,
  handle: async ({ params: { network_id: networkId }, body }, ctx) => {
    const serial = body.serial_number;
    const [network, owner] = await ctx.read(networkById({ id: networkId }), byPhysicalId({ physicalId: cbsdPhysicalId(serial) }));
    if (!network) throw notFound(`network "${networkId}"`);
    checkSerialFree(serial, owner);
    await ctx.commit({ networkId, action: 'cbsd.create', target: serial, mutations: createCbsd(crypto.randomUUID(), body) });
    return created();
  },
});

const get = route({
  method: 'get',
  path: one,
  operationId: 'getCbsd',
  tag,
  summary: 'Read the CBSD',
  permission: reads,
  params,
  responses: answers(cbsd, 'The CBSD', 'ETag'),
  handle: async ({ params: { network_id: networkId, cbsd_id: given } }, ctx) => {
    const id = numberOf(given);
    if (id === undefined) throw invalid([{ path: 'path.cbsd_id', message: 'must be a whole number' }]);
    const [row] = await ctx.read(cbsdById({ networkId, id }));
    if (!row) throw notFound(`CBSD ${id}`);
    return ok(readCbsd(row), [row.version]);
  },
});

const put = route({
  method: 'put',
  path: one,
  operationId: 'putCbsd',
  tag,
  summary: 'Replace the CBSD',
  permission: writes,
  params,
  body: mutableCbsd,
  responses: done,
  handle: ({ params: { network_id: networkId, cbsd_id: id }, body }, ctx) =>
    change(ctx, {
      action: 'update',
      networkId,
      id,
      needs: byPhysicalId({ physicalId: cbsdPhysicalId(body.serial_number) }),
      mutations: (row, owner) => {
        checkSerialFree(body.serial_number, owner, row.key);
        return replaceCbsd(row, body);
      },
    }),
});

const remove = route({
  method: 'delete',
  path: one,
  operationId: 'deleteCbsd',
  tag,
  summary: 'Delete the CBSD',
  permission: writes,
  params,
  responses: done,
  handle: ({ params: { network_id: networkId, cbsd_id: id } }, ctx) =>
    change(ctx, { action: 'delete', networkId, id, mutations: deleteCbsd }),
});

const ask = (request: CbsdRequest, summary: string): Route =>
  route({
    method: 'post',
    path: `${one}/${request}`,
    operationId: `${request}Cbsd`,
    tag,
    guarded: true,
    summary,
    description: 'It is noted and done when the CBSD next speaks with the spectrum access system.',
    permission: writes,
    params,
    responses: done,
    handle: ({ params: { network_id: networkId, cbsd_id: id } }, ctx) =>
      change(ctx, { action: request, networkId, id, mutations: (row) => requestOf(row, request) }),
  });

/** Base stations in shared spectrum (REST-BEHAVIOUR.md 11). */
export const cbsdRoutes: readonly Route[] = [
  list,
  create,
  get,
  put,
  remove,
  ask('deregister', 'Take the CBSD off the spectrum access system'),
  ask('relinquish', 'Give back the spectrum that the CBSD was granted'),
];
