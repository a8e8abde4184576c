// Service303 of the agent itself, under the name that Magma's cloud asks for.
import { Service303, ServiceInfo_ApplicationHealth, ServiceInfo_ServiceState } from '../../proto/gen/orc8r/protos/service303_pb.js';
import type { Family } from '../metrics/families.ts';
import type { ServedMethod } from './services.ts';
import { serve } from './services.ts';

export interface Service303Options {
  version: string;
  /** Unix seconds. */
  startTime: number;
  hardwareId: string;
  meta: () => Readonly<Record<string, string>>;
  metrics: () => Promise<Family[]>;
}

export function service303(options: Service303Options): [string, ServedMethod][] {
  return serve(Service303, {
    getServiceInfo: async () => ({
      name: 'magmad',
      version: options.version,
      state: ServiceInfo_ServiceState.ALIVE,
      health: ServiceInfo_ApplicationHealth.APP_HEALTHY,
      startTimeSecs: BigInt(options.startTime),
      status: { meta: options.meta() },
    }),
    getMetrics: async () => ({ gatewayId: options.hardwareId, family: await options.metrics() }),
  });
}
