import { notFound, OrcError } from '../../../core/errors.ts';
import { mayAccess } from '../../../core/identity/access.ts';
import { actorName } from '../../../core/identity/principal.ts';
import type { CommandRecord } from '../../../core/module/commands.ts';
import type { GatewayTarget, RequestContext } from '../../../core/module/context.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { pathParams } from '../../../core/rest/fields.ts';
import { answers, done, noContent, ok } from '../../../core/rest/reply.ts';
import { seekOf, seekQuery, seekToken } from '../../../core/rest/seek.ts';
import { command, commandPage, commandState, doneCommand } from '../schemas/command-history.ts';
import { toCommand } from '../services/command-record.ts';
import { type GatewayPath, hardwareOf } from '../services/gateway/hardware.ts';

const tag = 'Commands';
const path = '/networks/{network_id}/gateways/{gateway_id}/commands';
const one = { path: `${path}/{command_id}`, tag, params: pathParams('network_id', 'gateway_id', 'command_id') } as const;
const reads = { action: 'read', scope: 'network' } as const;
const writes = { action: 'write', scope: 'network' } as const;

/** The gateway; undefined: it has no hardware, and so no commands. Error: `not_found`. */
async function targetIn(ctx: RequestContext, where: GatewayPath): Promise<GatewayTarget | undefined> {
  const { hardwareId, ...gateway } = await hardwareOf(ctx, where);
  return hardwareId === null ? undefined : { ...gateway, hardwareId };
}

/** Whether the caller may give that command, and so see what came of it. */
async function mayGive(ctx: RequestContext, { networkId, gatewayId }: GatewayTarget, { name }: CommandRecord): Promise<boolean> {
  const [network, gateway] = [networkId, gatewayId].map(encodeURIComponent);
  const uri = `/magma/v1/networks/${network}/gateways/${gateway}/command/${name}`;
  return mayAccess(await ctx.principal(), { ...writes, networkId, uri });
}

const list = route({
  method: 'get',
  path,
  operationId: 'listGatewayCommands',
  tag,
  summary: 'List the commands that a gateway was given',
  description:
    'The newest 256 of the last 30 days, without their answers. They are kept with the hardware and go when it serves another gateway; ' +
    'the audit log keeps what was done for longer.',
  permission: reads,
  params: pathParams('network_id', 'gateway_id'),
  query: seekQuery.extend({ state: commandState.optional().meta({ description: 'Only commands in this state', examples: ['queued'] }) }),
  responses: answers(commandPage, 'Commands, newest first'),
  handle: async ({ params, query }, ctx) => {
    const { before, limit } = seekOf(query, 1);
    const target = await targetIn(ctx, params);
    const records = target ? await ctx.fleet.commands.list(target, { before: before[0] ?? 0, limit, state: query.state }) : [];
    const shown = await Promise.all(records.map(async (record) => toCommand(record, target ? await mayGive(ctx, target, record) : false)));
    const last = records.at(-1);
    return ok({ commands: shown, page_token: seekToken(last && [last.sequence], records.length, limit) });
  },
});

const get = route({
  ...one,
  method: 'get',
  operationId: 'getGatewayCommand',
  summary: 'Read one command that a gateway was given',
  description: 'With its answer for those who may write the network, as far as that had 64 KiB or less.',
  permission: reads,
  responses: { 200: { description: 'The command', schema: command, example: doneCommand } },
  handle: async ({ params }, ctx) => {
    const target = await targetIn(ctx, params);
    const record = target && (await ctx.fleet.commands.read(target, params.command_id));
    if (!target || !record) throw notFound(`command "${params.command_id}"`);
    return ok(toCommand(record, await mayGive(ctx, target, record)));
  },
});

const cancel = route({
  ...one,
  method: 'delete',
  operationId: 'cancelGatewayCommand',
  summary: 'Take back a command that waits for its gateway',
  description: 'Its record stays, as `cancelled`.',
  guarded: false,
  permission: writes,
  responses: done,
  refusals: {
    409: {
      description: 'The command waits no more: it was sent, or has ended',
      code: 'conflict',
      message: 'command "0b9c8c57-3f0e-4b5e-8a43-2f6f0a5d7c11" waits no more: it is done',
    },
  },
  handle: async ({ params }, ctx) => {
    const target = await targetIn(ctx, params);
    const by = { actor: actorName(await ctx.principal()), requestId: ctx.requestId };
    const found = target && (await ctx.fleet.commands.cancel(target, params.command_id, by));
    if (!found) throw notFound(`command "${params.command_id}"`);
    if (found !== 'queued') throw new OrcError('conflict', `command "${params.command_id}" waits no more: it is ${found}`);
    return noContent();
  },
});

/** What became of the commands that gateways were given: ours, not Magma's. */
export const commandHistoryRoutes: readonly Route[] = [list, get, cancel];
