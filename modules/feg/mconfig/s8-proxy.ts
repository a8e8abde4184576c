import type { MconfigEntry } from '../../../core/module/facets.ts';
import { S8ConfigSchema } from '../../../proto/gen/feg/protos/mconfig/mconfigs_pb.js';
import { LogLevel } from '../../../proto/gen/orc8r/protos/common_pb.js';
import { entry } from '../../orc8r/mconfig/entry.ts';
import type { Federation } from './federation-gateway.ts';

/** Key `s8_proxy`: towards a partner's packet gateway. */
export function s8Proxy({ settings: { s8 } }: Federation): readonly MconfigEntry[] {
  if (!s8) return [];
  return [
    entry('s8_proxy', S8ConfigSchema, {
      logLevel: LogLevel.INFO,
      localAddress: s8.local_address,
      pgwAddress: s8.pgw_address,
      apnOperatorSuffix: s8.apn_operator_suffix,
    }),
  ];
}
