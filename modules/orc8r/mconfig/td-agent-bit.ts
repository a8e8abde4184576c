import type { GatewayGraph, MconfigEntry } from '../../../core/module/facets.ts';
import { FluentBitSchema } from '../../../proto/gen/orc8r/protos/mconfig/mconfigs_pb.js';
import { magmadConfig } from './configs.ts';
import { entry } from './entry.ts';

/** Key `td-agent-bit`: which log files are shipped, at most `throttle_rate` lines on average over `throttle_window` intervals. */
export function tdAgentBit(input: GatewayGraph): readonly MconfigEntry[] {
  const aggregation = magmadConfig(input).logging?.aggregation;
  return [
    entry('td-agent-bit', FluentBitSchema, {
      extraTags: { network_id: input.network.id, gateway_id: input.gateway.key },
      throttleRate: aggregation?.throttle_rate ?? 1000,
      throttleWindow: aggregation?.throttle_window ?? 5,
      throttleInterval: aggregation?.throttle_interval ?? '1m',
      filesByTag: { ...aggregation?.target_files_by_tag },
    }),
  ];
}
