// Service `magmad` of this gateway: what operators can make it do from afar.
import type { JsonObject } from '@bufbuild/protobuf';
import { GrpcError, GrpcStatus } from '../../core/wire/grpc.ts';
import { Magmad } from '../../proto/gen/orc8r/protos/magmad_pb.js';
import type { Clock } from '../clock.ts';
import { gatewayConfigs } from '../configs/gateway-configs.ts';
import type { Mconfig } from '../configs/mconfig.ts';
import { genericCommand } from './generic-command.ts';
import { ping } from './ping.ts';
import { reboot, restartServices } from './restart.ts';
import type { ServedMethod } from './services.ts';
import { serve } from './services.ts';
import { tail } from './tail.ts';
import { traceroute } from './traceroute.ts';

export interface MagmadOptions {
  clock: Clock;
  hardwareId: () => string;
  mconfig: () => Mconfig | undefined;
  /** Command lines; undefined where the operator of this machine configured none. */
  rebootCommand: string | undefined;
  /** `{service}` stands for the name. */
  restartCommand: string | undefined;
  /** Allowed generic commands: name to command line. */
  genericCommands: Readonly<Record<string, string>>;
  /** Log files that may be followed: service to path. */
  logFiles: Readonly<Record<string, string>>;
}

const MAX_TESTS = 32;

export function magmadService(options: MagmadOptions): [string, ServedMethod][] {
  const { clock } = options;
  return serve(Magmad, {
    getGatewayId: async () => ({ gatewayId: options.hardwareId() }),
    getConfigs: async () => gatewayConfigs(options.mconfig()),
    runNetworkTests: async ({ pings, traceroutes }, { signal }) => {
      if (pings.length + traceroutes.length > MAX_TESTS)
        throw new GrpcError(GrpcStatus.INVALID_ARGUMENT, `at most ${MAX_TESTS} hosts can be tested in one call`);
      const context = { clock, signal };
      const [pinged, traced] = await Promise.all([
        Promise.all(pings.map((one) => ping(one, context))),
        Promise.all(traceroutes.map((one) => traceroute(one, context))),
      ]);
      return { pings: pinged, traceroutes: traced };
    },
    reboot: async (_request, { signal }) => {
      await reboot(options.rebootCommand, clock, signal);
      return {};
    },
    restartServices: async ({ services }, { signal }) => {
      await restartServices(options.restartCommand, services, clock, signal);
      return {};
    },
    genericCommand: async ({ command, params }, { signal }) => ({
      response: await genericCommand(options.genericCommands, command, (params ?? {}) as JsonObject, clock, signal),
    }),
    tailLogs: async function* ({ service }, { signal }) {
      const path = Object.hasOwn(options.logFiles, service) ? options.logFiles[service] : undefined;
      if (path === undefined) {
        const known = Object.keys(options.logFiles).sort();
        throw new GrpcError(
          GrpcStatus.NOT_FOUND,
          `no log file is configured for ${JSON.stringify(service.slice(0, 80))}; ${known.length ? `configured are: ${known.join(', ')}` : 'none is configured'}`,
        );
      }
      for await (const line of tail(path, clock, signal)) yield { line };
    },
  });
}
