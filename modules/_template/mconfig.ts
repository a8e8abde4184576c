import { find } from '../../core/configurator/model.ts';
import type { GatewayGraph, MconfigEntry, MconfigFacet } from '../../core/module/facets.ts';
import { MonitorDSchema } from '../../proto/gen/lte/protos/mconfig/mconfigs_pb.js';
import { LogLevel } from '../../proto/gen/orc8r/protos/common_pb.js';
import { entry, int32 } from '../orc8r/mconfig/entry.ts';
import { PROFILE } from './entities.ts';
import type { MonitorProfile } from './schema.ts';

const DEFAULT_SECONDS = 60;

/** Key `monitord`, for every gateway. Pure: the same graph gives the same entry, no clock, no chance. */
function monitord({ graph }: GatewayGraph): readonly MconfigEntry[] {
  const profile = find(graph, PROFILE.type, PROFILE.key)?.config as MonitorProfile | undefined;
  return [
    entry('monitord', MonitorDSchema, { logLevel: LogLevel.INFO, pollingInterval: int32(profile?.polling_interval ?? DEFAULT_SECONDS) }),
  ];
}

export const mconfig: MconfigFacet = {
  // Nothing below or above the gateway is read; the profile is seen by every gateway of the network.
  reads: [],
  networkWide: [PROFILE.type],
  builders: { monitord },
};
