import type { GatewayGraph, MconfigEntry } from '../../../core/module/facets.ts';
import { LogLevel } from '../../../proto/gen/orc8r/protos/common_pb.js';
import { StateSchema } from '../../../proto/gen/orc8r/protos/mconfig/mconfigs_pb.js';
import type { StateConfig } from '../schemas/network-configs.ts';
import { networkConfig } from './configs.ts';
import { entry } from './entry.ts';
import { jittered } from './jitter.ts';

const DEFAULT_SECONDS = 60;

/** Key `state`: every how many seconds a gateway replicates its services' states, spread over gateways by up to a quarter. */
export function state(input: GatewayGraph): readonly MconfigEntry[] {
  const interval = networkConfig<StateConfig>(input, 'state_config')?.sync_interval || DEFAULT_SECONDS;
  return [entry('state', StateSchema, { logLevel: LogLevel.INFO, syncInterval: jittered(interval, 0.25, input.gateway.key) })];
}
