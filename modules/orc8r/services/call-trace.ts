import type { Entity } from '../../../core/configurator/model.ts';
import type { Mutation } from '../../../core/configurator/mutations.ts';
import type { GatewayTarget } from '../../../core/module/context.ts';
import type { CallTraceConfig, StoredCallTrace } from '../schemas/call-trace.ts';

export const CALL_TRACE = 'call_trace';
/** The service on a gateway that captures. */
export const TRACER = 'ctraced';

export const callTraceId = (key: string) => ({ type: CALL_TRACE, key });

export const storedTrace = (entity: Entity): StoredCallTrace => entity.config as StoredCallTrace;

export function toCallTrace(entity: Entity): unknown {
  const { hardware_id: _, ...shown } = storedTrace(entity);
  return shown;
}

/** The hardware that makes, or made, the capture. */
export const tracedGateway = (networkId: string, { config, hardware_id: hardwareId }: StoredCallTrace): GatewayTarget => ({
  networkId,
  gatewayId: config.gateway_id ?? '',
  hardwareId,
});

export function createCallTrace(config: CallTraceConfig, hardwareId: string): Mutation {
  const stored: StoredCallTrace = { config, state: { call_trace_available: false, call_trace_ending: false }, hardware_id: hardwareId };
  return { do: 'create_entity', id: callTraceId(config.trace_id), config: stored };
}

/** The trace has ended; `available`: its capture is kept. */
export function endCallTrace(entity: Entity, ending: boolean, available: boolean): Mutation {
  const state = { call_trace_available: available, call_trace_ending: ending };
  return { do: 'update_entity', id: callTraceId(entity.key), config: { ...storedTrace(entity), state } };
}
