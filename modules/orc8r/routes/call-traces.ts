import { z } from 'zod';
import { loadEntities, networkById } from '../../../core/configurator/load.ts';
import { find } from '../../../core/configurator/model.ts';
import { conflict, invalid, notFound, OrcError } from '../../../core/errors.ts';
import type { GatewayTarget, RequestContext } from '../../../core/module/context.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { entityMap } from '../../../core/rest/entity-collection.ts';
import { commitEntities, entityEtag } from '../../../core/rest/entity-part.ts';
import { checkIfMatch, rewrite } from '../../../core/rest/etag.ts';
import { pathParams } from '../../../core/rest/fields.ts';
import { newIdFaults } from '../../../core/rest/new-id.ts';
import { answers, created, createdWith, done, noContent, ok } from '../../../core/rest/reply.ts';
import { CallTraceService, StartTraceRequest_TraceType } from '../../../proto/gen/orc8r/protos/ctraced_pb.js';
import { callTrace, callTraceConfig, type CallTraceConfig, mutableCallTrace } from '../schemas/call-trace.ts';
import { refusals as commandRefusals } from './command-parts.ts';
import {
  CALL_TRACE,
  callTraceId,
  createCallTrace,
  endCallTrace,
  storedTrace,
  toCallTrace,
  TRACER,
  tracedGateway,
} from '../services/call-trace.ts';
import { MAGMAD_GATEWAY, magmadId } from '../services/gateway/model.ts';

const tag = 'Call Tracing';
const path = '/networks/{network_id}/tracing';
const one = { path: `${path}/{trace_id}`, params: pathParams('network_id', 'trace_id'), tag } as const;
const reads = { action: 'read', scope: 'network' } as const;
const writes = { action: 'write', scope: 'network' } as const;
const refusals = {
  500: commandRefusals[500],
  503: 'The gateway could not do it: it is tracing something else, for instance',
  504: 'The gateway is connected and did not answer in time; whether it acted is not known',
} as const;

const load = (networkId: string, traceId: string) => loadEntities(networkId, [callTraceId(traceId)]);

const list = entityMap({
  path,
  operationId: 'listCallTraces',
  tag,
  type: CALL_TRACE,
  nouns: 'call traces',
  schema: callTrace,
  read: toCallTrace,
});

const start = route({
  method: 'post',
  path,
  operationId: 'createCallTrace',
  tag,
  summary: 'Start a call trace on a gateway',
  description: 'The gateway captures one trace at a time.',
  permission: writes,
  params: pathParams('network_id'),
  noDryRun: true,
  body: callTraceConfig,
  validate: ({ body }) => [
    ...newIdFaults(body.trace_id, 'body.trace_id'),
    ...(body.gateway_id === undefined ? [{ path: 'body.gateway_id', message: 'is required' }] : []),
  ],
  responses: createdWith(z.string().meta({ examples: ['attach-problem-1'] }), 'Id of the trace'),
  refusals: { ...refusals, 409: 'There is a trace of this id' },
  handle: async ({ params: { network_id: networkId }, body: config }, ctx) => {
    const { trace_id: traceId, gateway_id: gatewayId = '' } = config;
    const [network, graph] = await ctx.read(
      networkById({ id: networkId }),
      loadEntities(networkId, [callTraceId(traceId), magmadId(gatewayId)]),
    );
    if (!network) throw notFound(`network "${networkId}"`);
    if (find(graph, CALL_TRACE, traceId)) throw conflict(`call trace "${traceId}"`);
    const gateway = find(graph, MAGMAD_GATEWAY, gatewayId);
    if (!gateway) throw invalid([{ path: 'body.gateway_id', message: `gateway "${gatewayId}" does not exist in this network` }]);
    const target = { networkId, gatewayId, hardwareId: gateway.physicalId ?? '' };
    await audited(ctx, target, 'create', traceId, () => begin(ctx, target, config));
    const action = 'call_trace.create';
    try {
      await ctx.commit({ networkId, action, target: traceId, mutations: [createCallTrace(config, target.hardwareId)] });
    } catch (error) {
      // Nobody could end a trace that is not known here.
      await ctx.fleet.call(target, TRACER, CallTraceService.method.endCallTrace, { traceId }).catch(() => undefined);
      throw error;
    }
    return created(traceId);
  },
});

async function begin(ctx: RequestContext, target: GatewayTarget, config: CallTraceConfig): Promise<void> {
  const { success } = await ctx.fleet.call(target, TRACER, CallTraceService.method.startCallTrace, {
    traceId: config.trace_id,
    traceType: StartTraceRequest_TraceType.ALL,
    timeout: config.timeout ?? 0,
    captureFilters: config.capture_filters ?? '',
    displayFilters: config.display_filters ?? '',
  });
  if (!success) throw new OrcError('unavailable', `gateway "${target.gatewayId}" did not start the trace: is it tracing something else?`);
}

/** Has the gateway do it; a failure leaves an audit row, success is told by the commit that follows. */
async function audited<T>(
  ctx: RequestContext,
  { networkId, gatewayId, hardwareId }: GatewayTarget,
  verb: string,
  traceId: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    if (hardwareId === '') throw new OrcError('gateway_offline', `gateway "${gatewayId}" has no hardware yet`);
    return await work();
  } catch (error) {
    const code = error instanceof OrcError ? error.code : 'internal';
    await ctx.audit({
      action: `call_trace.${verb}`,
      networkId,
      target: traceId,
      outcome: 'failed',
      detail: { gateway_id: gatewayId, code },
    });
    throw error;
  }
}

const get = route({
  ...one,
  method: 'get',
  operationId: 'getCallTrace',
  summary: 'Read the call trace',
  permission: reads,
  responses: answers(callTrace, 'The call trace', 'ETag'),
  handle: async ({ params: { network_id: networkId, trace_id: traceId } }, ctx) => {
    const [graph] = await ctx.read(load(networkId, traceId));
    const trace = find(graph, CALL_TRACE, traceId);
    if (!trace) throw notFound(`call trace "${traceId}"`);
    return ok(toCallTrace(trace), entityEtag(graph));
  },
});

const end = route({
  ...one,
  method: 'put',
  operationId: 'putCallTrace',
  summary: 'End the call trace and keep what it captured',
  description: 'Answers when the gateway has handed over the capture, which may take half a minute.',
  permission: writes,
  noDryRun: true,
  body: mutableCallTrace,
  validate: ({ body }) => (body.requested_end ? [] : [{ path: 'body.requested_end', message: 'must be true: a trace can only be ended' }]),
  responses: done,
  refusals: { ...refusals, 400: 'The trace has been ended already, or its end is not asked for; or the request is wrong' },
  handle: async ({ params: { network_id: networkId, trace_id: traceId } }, ctx) => {
    const [graph] = await ctx.read(load(networkId, traceId));
    const trace = find(graph, CALL_TRACE, traceId);
    if (!trace) throw notFound(`call trace "${traceId}"`);
    const stored = storedTrace(trace);
    if (stored.state?.call_trace_ending) throw invalid(`call trace "${traceId}" has been ended already`);
    checkIfMatch(ctx, entityEtag(graph));
    const target = tracedGateway(networkId, stored);
    const capture = await audited(ctx, target, 'end', traceId, async () => {
      const { success, traceContent } = await ctx.fleet.call(target, TRACER, CallTraceService.method.endCallTrace, { traceId });
      if (!success) throw new OrcError('unavailable', `gateway "${target.gatewayId}" did not end the trace`);
      return traceContent;
    });
    const available = await ctx.fleet.captures.keep(target, traceId, capture);
    // The capture exists once: it counts even when somebody else wrote in the meantime.
    await ctx.commit({ networkId, action: 'call_trace.end', target: traceId, mutations: [endCallTrace(trace, true, available)] });
    return noContent();
  },
});

const remove = route({
  ...one,
  method: 'delete',
  operationId: 'deleteCallTrace',
  summary: 'Delete the call trace and its capture',
  description: 'Done also when there is none. A trace that is under way goes on until its gateway ends it.',
  permission: writes,
  responses: done,
  handle: ({ params: { network_id: networkId, trace_id: traceId } }, ctx) =>
    rewrite(ctx, async () => {
      const [graph] = await ctx.read(load(networkId, traceId));
      const trace = find(graph, CALL_TRACE, traceId);
      if (!trace) {
        checkIfMatch(ctx, []);
        return noContent();
      }
      const mutations = [{ do: 'delete_entity', id: callTraceId(traceId) }] as const;
      await commitEntities(ctx, networkId, graph, { action: 'call_trace.delete', target: traceId, mutations, merges: false });
      await ctx.fleet.captures.drop(tracedGateway(networkId, storedTrace(trace)), traceId);
      return noContent();
    }),
});

const download = route({
  ...one,
  path: `${one.path}/download`,
  method: 'get',
  operationId: 'downloadCallTrace',
  summary: 'Download what a call trace captured',
  description: 'A pcapng file, as Wireshark opens it. A gateway keeps 16 captures, 64 MiB and 30 days of them.',
  permission: reads,
  responses: { 200: { description: 'The capture', contentType: 'application/pcapng' } },
  refusals: { 404: 'There is no such trace, or no capture of it: it is under way, brought none, or the capture has aged' },
  handle: async ({ params: { network_id: networkId, trace_id: traceId } }, ctx) => {
    const [graph] = await ctx.read(load(networkId, traceId));
    const trace = find(graph, CALL_TRACE, traceId);
    if (!trace) throw notFound(`call trace "${traceId}"`);
    const stored = storedTrace(trace);
    const capture = stored.state?.call_trace_available
      ? await ctx.fleet.captures.read(tracedGateway(networkId, stored), traceId)
      : undefined;
    if (!capture) throw notFound(`a capture of call trace "${traceId}"`);
    return { status: 200, body: capture, headers: { 'content-disposition': `attachment; filename="${traceId}.pcapng"` } };
  },
});

/** Call traces: a gateway captures its traffic, the capture is kept with the gateway's object (SOUTHBOUND.md 11). */
export const callTraceRoutes: readonly Route[] = [list, start, get, end, remove, download];
