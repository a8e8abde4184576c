import { create } from '@bufbuild/protobuf';
import { loadEntities } from '../../../core/configurator/load.ts';
import { find } from '../../../core/configurator/model.ts';
import { notFound } from '../../../core/errors.ts';
import { type SouthboundMethod, unary } from '../../../core/module/facets.ts';
import { CallTraceController, ReportEndedTraceResponseSchema } from '../../../proto/gen/orc8r/protos/ctraced_pb.js';
import { CALL_TRACE, callTraceId, endCallTrace, storedTrace } from '../services/call-trace.ts';

/** CallTraceController: a trace ended by its time-out, with or without a capture (SOUTHBOUND.md 11). */
export const callTraceController: readonly SouthboundMethod[] = [
  unary(CallTraceController.method.reportEndedCallTrace, async ({ traceId, success, traceContent }, context) => {
    const [graph] = await context.read(loadEntities(context.networkId, [callTraceId(traceId)]));
    const trace = find(graph, CALL_TRACE, traceId);
    // A gateway speaks of its own traces only; whether others exist is not its business.
    if (!trace || storedTrace(trace).config.gateway_id !== context.gatewayId) throw notFound(`call trace "${traceId}"`);
    const kept = success && context.keepCapture(traceId, traceContent);
    await context.commit({
      action: 'call_trace.report_end',
      target: traceId,
      mutations: [endCallTrace(trace, success, kept)],
      expect: [{ ...callTraceId(traceId), version: trace.version }],
    });
    return create(ReportEndedTraceResponseSchema);
  }),
];
