import type { MconfigEntry } from '../../../core/module/facets.ts';
import { S6aConfigSchema } from '../../../proto/gen/feg/protos/mconfig/mconfigs_pb.js';
import { LogLevel } from '../../../proto/gen/orc8r/protos/common_pb.js';
import { entry } from '../../orc8r/mconfig/entry.ts';
import { diameterClient } from './diameter.ts';
import { type Federation, thresholds } from './federation-gateway.ts';

/** Key `s6a_proxy`: towards the HSS of a partner. */
export function s6aProxy({ settings: { s6a }, health }: Federation): readonly MconfigEntry[] {
  if (!s6a) return [];
  return [
    entry('s6a_proxy', S6aConfigSchema, {
      logLevel: LogLevel.INFO,
      server: diameterClient(s6a.server),
      PlmnIds: [...(s6a.plmn_ids ?? [])],
      ...thresholds(health),
    }),
  ];
}
