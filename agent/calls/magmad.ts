// Service `magmad` of this gateway: what operators can make it do from afar.
import type { JsonObject } from '@bufbuild/protobuf';
import { GrpcError, GrpcStatus } from '../../core/wire/grpc.ts';
import { Magmad } from '../../proto/gen/orc8r/protos/magmad_pb.js';
import type { Clock } from '../clock.ts';
import { gatewayConfigs } from '../configs/gateway-configs.ts';
import type { Mconfig } from '../configs/mconfig.ts';
import { genericCommand } from './generic-command.ts';
import type { MachineCommands } from './machine-commands.ts';
import { ping } from './ping.ts';
import { allServices, reboot, restartServices } from './restart.ts';
import type { ServedMethod } from './services.ts';
import { serve } from './services.ts';
import { checkStateless, configureStateless } from './stateless.ts';
import { tail } from './tail.ts';
import { traceroute } from './traceroute.ts';

export interface MagmadOptions {
  clock: Clock;
  hardwareId: () => string;
  mconfig: () => Mconfig | undefined;
  commands: MachineCommands;
}

const MAX_TESTS = 32;

export function magmadService(options: MagmadOptions): [string, ServedMethod][] {
  const { clock, commands } = options;
  const logFiles = commands.logFiles ?? {};
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
      await reboot(commands.rebootCommand, clock, signal);
      return {};
    },
    restartServices: async ({ services }, { signal }) => {
      await restartServices(commands.restartCommand, services, clock, signal);
      return {};
    },
    startServices: async (_request, { signal }) => {
      await allServices('start', commands.startCommand, clock, signal);
      return {};
    },
    stopServices: async (_request, { signal }) => {
      await allServices('stop', commands.stopCommand, clock, signal);
      return {};
    },
    setConfigs: async () => {
      throw new GrpcError(
        GrpcStatus.FAILED_PRECONDITION,
        'this gateway takes its configuration from the Orchestrator alone, which pushes every change: change it there',
      );
    },
    checkStateless: async (_request, { signal }) => checkStateless(commands.statelessCommand, clock, signal),
    configureStateless: async ({ configCmd }, { signal }) => {
      await configureStateless(commands.statelessCommand, configCmd, clock, signal);
      return {};
    },
    genericCommand: async ({ command, params }, { signal }) => ({
      response: await genericCommand(commands.genericCommands ?? {}, command, (params ?? {}) as JsonObject, clock, signal),
    }),
    tailLogs: async function* ({ service }, { signal }) {
      const path = Object.hasOwn(logFiles, service) ? logFiles[service] : undefined;
      if (path === undefined) {
        const known = Object.keys(logFiles).sort();
        throw new GrpcError(
          GrpcStatus.NOT_FOUND,
          `no log file is configured for ${JSON.stringify(service.slice(0, 80))}; ${known.length ? `configured are: ${known.join(', ')}` : 'none is configured'}`,
        );
      }
      for await (const line of tail(path, clock, signal)) yield { line };
    },
  });
}
