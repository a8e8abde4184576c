import type { JsonObject } from '@bufbuild/protobuf';
import { type Route, route } from '../../../core/module/route.ts';
import { queueSeconds } from '../schemas/command-query.ts';
import { genericCommandParams, genericCommandResponse, pingRequest, pingResponse, serviceNames } from '../schemas/commands.ts';
import { tracerouteRequest, tracerouteResponse } from '../schemas/gateway-calls.ts';
import { commandPermit } from '../services/allowed-commands.ts';
import { command } from '../services/command.ts';
import * as kinds from '../services/command-kinds.ts';
import { configRoutes } from './command-configs.ts';
import { given, replies } from './command-parts.ts';
import { commandQuestionRoutes } from './command-questions.ts';
import { serviceRoutes } from './command-services.ts';
import { tailLogs } from './command-tail-logs.ts';

const DEFAULT_PACKETS = 4;

const reboot = route({
  ...given('reboot'),
  operationId: 'rebootGateway',
  summary: 'Restart the machine of a gateway',
  responses: replies('reboot', 'Done'),
  handle: ({ params, query }, ctx) => command(ctx, params, { kind: kinds.reboot, request: {}, queueFor: queueSeconds(query) }),
});

const restart = route({
  ...given('restart_services'),
  operationId: 'restartGatewayServices',
  summary: 'Restart services of a gateway',
  body: serviceNames,
  responses: replies('restart_services', 'Done'),
  handle: ({ params, query, body: services }, ctx) =>
    command(ctx, params, { kind: kinds.restartServices, request: { services }, detail: { services }, queueFor: queueSeconds(query) }),
});

const ping = route({
  ...given('ping'),
  operationId: 'pingFromGateway',
  summary: 'Let a gateway ping other hosts',
  body: pingRequest,
  responses: replies('ping', 'How each host answered', pingResponse),
  handle: ({ params, query, body: { hosts, packets = DEFAULT_PACKETS } }, ctx) => {
    const request = { pings: hosts.map((host) => ({ hostOrIp: host, numPackets: packets })) };
    return command(ctx, params, { kind: kinds.ping, request, detail: { hosts, packets }, queueFor: queueSeconds(query) });
  },
});

const generic = route({
  ...given('generic'),
  operationId: 'runGatewayCommand',
  summary: 'Run a command on a gateway by its name',
  description:
    'The command has to be allowed here, by `allowed_commands` of the gateway, and on the gateway, by its own configuration. ' +
    'One that is not allowed here answers 403 before the gateway hears of it; one that the gateway does not know or allow answers 404.',
  body: genericCommandParams,
  responses: replies('generic', 'What the command answered', genericCommandResponse),
  refusals: {
    ...given('generic').refusals,
    403: 'The command is not allowed on this gateway (`command_not_allowed`), or the caller may not write this network (`not_permitted`)',
    404: 'There is no such gateway, or it does not know or allow this command',
  },
  handle: ({ params, query, body }, ctx) => {
    // The body came as JSON, so its members are JSON too. They stay out of the record: they may hold secrets.
    const request = { command: body.command, params: (body.params ?? {}) as JsonObject };
    const permit = commandPermit(body.command, { networkId: params.network_id, gatewayId: params.gateway_id }, ctx.platform.commands);
    return command(ctx, params, { kind: kinds.generic, request, detail: { command: body.command }, queueFor: queueSeconds(query), permit });
  },
});

const traceroute = route({
  ...given('traceroute'),
  operationId: 'tracerouteFromGateway',
  summary: 'Let a gateway trace the way to other hosts',
  description: 'The gateway may take minutes for hosts that do not answer.',
  body: tracerouteRequest,
  responses: replies('traceroute', 'The way to each host', tracerouteResponse),
  handle: ({ params, query, body: { hosts, max_hops = 0, bytes_per_packet = 0 } }, ctx) => {
    const traceroutes = hosts.map((host) => ({ hostOrIp: host, maxHops: max_hops, bytesPerPacket: bytes_per_packet }));
    return command(ctx, params, { kind: kinds.traceroute, request: { traceroutes }, detail: { hosts }, queueFor: queueSeconds(query) });
  },
});

export const commandRoutes: readonly Route[] = [
  reboot,
  restart,
  ...serviceRoutes,
  ping,
  traceroute,
  generic,
  tailLogs,
  ...configRoutes,
  ...commandQuestionRoutes,
];
