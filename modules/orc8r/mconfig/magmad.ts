import type { GatewayGraph, MconfigEntry } from '../../../core/module/facets.ts';
import { LogLevel } from '../../../proto/gen/orc8r/protos/common_pb.js';
import { MagmaDSchema } from '../../../proto/gen/orc8r/protos/mconfig/mconfigs_pb.js';
import { magmadConfig, tierConfig } from './configs.ts';
import { entry, int32, int64 } from './entry.ts';

/** Version that stands for "no upgrade wanted". */
const NO_VERSION = '0.0.0-0';

/**
 * Key `magmad`. Always there, also for a gateway that was never configured: a gateway throws a whole mconfig away that
 * lacks this key, and with it its way back. Intervals in seconds; the defaults are those of SOUTHBOUND.md 4.
 */
export function magmad(input: GatewayGraph): readonly MconfigEntry[] {
  const config = magmadConfig(input);
  const tier = tierConfig(input);
  return [
    entry('magmad', MagmaDSchema, {
      logLevel: LogLevel.INFO,
      checkinInterval: int32(config.checkin_interval ?? 60),
      checkinTimeout: int32(config.checkin_timeout ?? 10),
      autoupgradeEnabled: config.autoupgrade_enabled ?? false,
      autoupgradePollInterval: int32(config.autoupgrade_poll_interval ?? 300),
      packageVersion: tier.version || NO_VERSION,
      images: (tier.images ?? []).map(({ name, order }) => ({ name, order: int64(order) })),
      featureFlags: { ...config.feature_flags },
      dynamicServices: [...(config.dynamic_services ?? [])],
    }),
  ];
}
