import type { JsonObject } from '@bufbuild/protobuf';
import type { z } from 'zod';
import { type ResponseSpec, type Route, route } from '../../../core/module/route.ts';
import { command as record } from '../schemas/command-history.ts';
import { commandQuery, queueSeconds } from '../schemas/command-query.ts';
import { genericCommandParams, genericCommandResponse, pingRequest, pingResponse, serviceNames } from '../schemas/commands.ts';
import { commandPermit } from '../services/allowed-commands.ts';
import { command } from '../services/command.ts';
import * as kinds from '../services/command-kinds.ts';
import { onGateway, refusals } from './command-parts.ts';
import { tailLogs } from './command-tail-logs.ts';

const DEFAULT_PACKETS = 4;

/** What a command has in common with others that are answered at once, or may wait. */
const given = (name: string) =>
  ({
    ...onGateway(name),
    query: commandQuery,
    idempotent:
      'the same command under it is given once, and answered again as it was for as long as its record is kept; one that failed before it was sent leaves it free',
    refusals: {
      ...refusals,
      409: 'The `Idempotency-Key` came with another command before, or with one whose answer was too large to keep',
      413: 'The body is larger than 5242880 bytes, or the parameters of a command that is to wait are larger than 262144',
      429: '32 commands wait for this gateway already',
    },
  }) as const;

const replies = (description: string, schema?: z.ZodType): Record<number, ResponseSpec> => ({
  200: { description, ...(schema ? { schema } : {}), headers: ['X-Command-Id'] },
  202: { description: 'The gateway is not connected; with `queue` the command waits for it', schema: record, headers: ['X-Command-Id'] },
});

const reboot = route({
  ...given('reboot'),
  operationId: 'rebootGateway',
  summary: 'Restart the machine of a gateway',
  responses: replies('Done'),
  handle: ({ params, query }, ctx) => command(ctx, params, { kind: kinds.reboot, request: {}, queueFor: queueSeconds(query) }),
});

const restart = route({
  ...given('restart_services'),
  operationId: 'restartGatewayServices',
  summary: 'Restart services of a gateway',
  body: serviceNames,
  responses: replies('Done'),
  handle: ({ params, query, body: services }, ctx) =>
    command(ctx, params, { kind: kinds.restartServices, request: { services }, detail: { services }, queueFor: queueSeconds(query) }),
});

const ping = route({
  ...given('ping'),
  operationId: 'pingFromGateway',
  summary: 'Let a gateway ping other hosts',
  body: pingRequest,
  responses: replies('How each host answered', pingResponse),
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
  responses: replies('What the command answered', genericCommandResponse),
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

export const commandRoutes: readonly Route[] = [reboot, restart, ping, generic, tailLogs];
