import type { MessageInitShape } from '@bufbuild/protobuf';
import type { MconfigEntry } from '../../../core/module/facets.ts';
import { SessionProxyConfigSchema, type VirtualApnRuleSchema } from '../../../proto/gen/feg/protos/mconfig/mconfigs_pb.js';
import { LogLevel } from '../../../proto/gen/orc8r/protos/common_pb.js';
import { entry } from '../../orc8r/mconfig/entry.ts';
import type { VirtualApnRule } from '../schemas/session-proxy.ts';
import { diameterClients } from './diameter.ts';
import { type Federation, thresholds } from './federation-gateway.ts';

/** Key `session_proxy`: towards the PCRF and the OCS of partners. */
export function sessionProxy({ settings: { gx, gy }, health }: Federation): readonly MconfigEntry[] {
  if (!gx && !gy) return [];
  return [
    entry('session_proxy', SessionProxyConfigSchema, {
      logLevel: LogLevel.INFO,
      gx: gx && {
        DisableGx: gx.disableGx,
        servers: diameterClients(gx),
        OverwriteApn: gx.overwrite_apn,
        virtualApnRules: virtualApnRules(gx.virtual_apn_rules),
      },
      gy: gy && {
        DisableGy: gy.disableGy,
        servers: diameterClients(gy),
        // The numbers are those of the enum; without one it stays 0, and the gateway decides.
        initMethod: gy.init_method,
        OverwriteApn: gy.overwrite_apn,
        virtualApnRules: virtualApnRules(gy.virtual_apn_rules),
      },
      ...thresholds(health),
    }),
  ];
}

const virtualApnRules = (rules: readonly VirtualApnRule[] | null | undefined): MessageInitShape<typeof VirtualApnRuleSchema>[] =>
  (rules ?? []).map((rule) => ({
    apnFilter: rule.apn_filter,
    apnOverwrite: rule.apn_overwrite,
    chargingCharacteristicsFilter: rule.charging_characteristics_filter,
  }));
