import type { MconfigEntry } from '../../../core/module/facets.ts';
import { GatewayHealthConfigSchema } from '../../../proto/gen/feg/protos/mconfig/mconfigs_pb.js';
import { entry } from '../../orc8r/mconfig/entry.ts';
import type { Federation } from './federation-gateway.ts';

/** Key `health`: what the gateway reports, and when it takes itself out of service. Times in seconds. */
export function health({ health: config }: Federation): readonly MconfigEntry[] {
  if (!config) return [];
  return [
    entry('health', GatewayHealthConfigSchema, {
      requiredServices: [...(config.health_services ?? [])],
      updateIntervalSecs: config.update_interval_secs,
      updateFailureThreshold: config.update_failure_threshold,
      cloudDisconnectPeriodSecs: config.cloud_disable_period_secs,
      localDisconnectPeriodSecs: config.local_disable_period_secs,
    }),
  ];
}
