import type { GatewayGraph, MconfigEntry } from '../../../core/module/facets.ts';
import { LogLevel } from '../../../proto/gen/orc8r/protos/common_pb.js';
import { EventDSchema } from '../../../proto/gen/orc8r/protos/mconfig/mconfigs_pb.js';
import { magmadConfig } from './configs.ts';
import { entry, int32 } from './entry.ts';

/** Verbosity that leaves the choice to the gateway. */
const GATEWAY_DECIDES = -1;

/** Key `eventd`. */
export function eventd(input: GatewayGraph): readonly MconfigEntry[] {
  const verbosity = magmadConfig(input).logging?.event_verbosity ?? GATEWAY_DECIDES;
  return [entry('eventd', EventDSchema, { logLevel: LogLevel.INFO, eventVerbosity: int32(verbosity) })];
}
