import type { JsonObject } from '@bufbuild/protobuf';
import { OrcError } from '../../../core/errors.ts';
import type { GatewayTarget } from '../../../core/module/context.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { answers, ok } from '../../../core/rest/reply.ts';
import { Magmad } from '../../../proto/gen/orc8r/protos/magmad_pb.js';
import { genericCommandParams, genericCommandResponse, pingRequest, pingResponse, serviceNames } from '../schemas/commands.ts';
import { command } from '../services/command.ts';
import { toPingResponse } from '../services/ping.ts';
import { empty, MAGMAD, onGateway, refusals } from './command-parts.ts';
import { tailLogs } from './command-tail-logs.ts';

const DEFAULT_PACKETS = 4;

const reboot = route({
  ...onGateway('reboot'),
  operationId: 'rebootGateway',
  summary: 'Restart the machine of a gateway',
  responses: empty,
  refusals,
  handle: async (input, ctx) => {
    await command(ctx, input.params, 'reboot', (target) => ctx.fleet.call(target, MAGMAD, Magmad.method.reboot, {}));
    return { status: 200 };
  },
});

const restart = route({
  ...onGateway('restart_services'),
  operationId: 'restartGatewayServices',
  summary: 'Restart services of a gateway',
  body: serviceNames,
  responses: empty,
  refusals,
  handle: async ({ params: where, body: services }, ctx) => {
    const call = (target: GatewayTarget) => ctx.fleet.call(target, MAGMAD, Magmad.method.restartServices, { services });
    await command(ctx, where, 'restart_services', call, { services });
    return { status: 200 };
  },
});

const ping = route({
  ...onGateway('ping'),
  operationId: 'pingFromGateway',
  summary: 'Let a gateway ping other hosts',
  body: pingRequest,
  responses: answers(pingResponse, 'How each host answered'),
  refusals,
  handle: async ({ params: where, body: { hosts, packets = DEFAULT_PACKETS } }, ctx) => {
    const pings = hosts.map((host) => ({ hostOrIp: host, numPackets: packets }));
    const call = (target: GatewayTarget) => ctx.fleet.call(target, MAGMAD, Magmad.method.runNetworkTests, { pings });
    return ok(toPingResponse(await command(ctx, where, 'ping', call, { hosts, packets })));
  },
});

const generic = route({
  ...onGateway('generic'),
  operationId: 'runGatewayCommand',
  summary: 'Run one of the commands that a gateway allows',
  description: 'Which commands there are is decided on the gateway. One it does not know or allow answers 404.',
  body: genericCommandParams,
  responses: answers(genericCommandResponse, 'What the command answered'),
  refusals: { ...refusals, 404: 'There is no such gateway, or it does not know or allow this command' },
  handle: async ({ params: where, body }, ctx) => {
    // The body came as JSON, so its members are JSON too.
    const request = { command: body.command, params: (body.params ?? {}) as JsonObject };
    const call = async (target: GatewayTarget) => {
      try {
        return await ctx.fleet.call(target, MAGMAD, Magmad.method.genericCommand, request);
      } catch (error) {
        if (error instanceof OrcError && error.code === 'invalid') throw new OrcError('not_found', error.message, { cause: error });
        throw error;
      }
    };
    // The parameters stay out of the audit row: they may hold secrets.
    const { response } = await command(ctx, where, 'generic', call, { command: body.command });
    return ok({ response: response ?? {} });
  },
});

export const commandRoutes: readonly Route[] = [reboot, restart, ping, generic, tailLogs];
