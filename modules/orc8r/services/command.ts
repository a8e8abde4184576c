import { create, type DescMessage, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { OrcError } from '../../../core/errors.ts';
import { sha256, toHex, utf8Bytes } from '../../../core/identity/bytes.ts';
import { actorName } from '../../../core/identity/principal.ts';
import type { GivenCommand, NewCommand } from '../../../core/module/commands.ts';
import type { RequestContext } from '../../../core/module/context.ts';
import type { Reply } from '../../../core/module/route.ts';
import { methodPath } from '../../../core/wire/grpc.ts';
import type { CommandPermit } from './allowed-commands.ts';
import { type CommandKind, MAGMAD } from './command-kinds.ts';
import { toCommand } from './command-record.ts';
import { type GatewayPath, hardwareIn, hardwareQuery, type MaybeTarget } from './gateway/hardware.ts';

/** A command as an operator gives it. */
export interface WantedCommand<I extends DescMessage, O extends DescMessage> {
  readonly kind: CommandKind<I, O>;
  readonly request: MessageInitShape<I>;
  /** What the audit log and the history may show of it: no secrets. */
  readonly detail?: Readonly<Record<string, unknown>>;
  /** How long it may wait for a gateway that is not connected, seconds; undefined: not at all. */
  readonly queueFor?: number | undefined;
  /** Asked before the gateway hears of it. */
  readonly permit?: CommandPermit;
}

/**
 * Gives a gateway a command; its object keeps a record and the audit row, whatever comes of it. The reply is 200 with what the gateway
 * answered, or 202 with the record when the command waits. Errors: `not_found` (no such gateway; no row), `forbidden` (by `permit`), `gateway_offline`, `timeout`,
 * `too_many` or `too_large` (of what waits), `conflict` (of an Idempotency-Key), the gateway's own refusal.
 */
export async function command<I extends DescMessage, O extends DescMessage>(
  ctx: RequestContext,
  where: GatewayPath,
  wanted: WantedCommand<I, O>,
): Promise<Reply> {
  const { kind, permit } = wanted;
  const [graph, network, rules] = await ctx.readRecent(hardwareQuery(where), ...(permit?.queries ?? []));
  const gateway = hardwareIn(graph, where);
  const { networkId, gatewayId } = gateway;
  const row = { action: `command.${kind.name}`, networkId, target: gatewayId };
  const refused = rules && permit?.refusal(network, rules);
  if (refused) {
    await ctx.audit({ ...row, outcome: 'refused', detail: { ...wanted.detail, code: refused.code } });
    throw refused;
  }
  const given = await give(ctx, gateway, wanted);
  const headers: Record<string, string> = given.id === null ? {} : { 'x-command-id': given.id };
  switch (given.outcome) {
    case 'done': {
      const body = kind.reply?.of(fromBinary(kind.method.output, given.answer));
      return { status: 200, headers, ...(body === undefined ? {} : { body }) };
    }
    case 'queued':
      return { status: 202, headers, body: toCommand(given.record, true) };
    case 'failed': {
      const { id, code, reason, message } = given;
      // What leaves no record has nobody else to leave an audit row.
      if (id === null) {
        const outcome = code === 'gateway_offline' ? 'failed' : 'refused';
        await ctx.audit({ ...row, outcome, detail: { ...wanted.detail, code } });
      }
      throw new OrcError(code, message, { reason, headers });
    }
  }
}

async function give<I extends DescMessage, O extends DescMessage>(
  ctx: RequestContext,
  { hardwareId, ...gateway }: MaybeTarget,
  { kind, request, detail, queueFor }: WantedCommand<I, O>,
): Promise<GivenCommand> {
  if (hardwareId === null) {
    const message = `gateway "${gateway.gatewayId}" has no hardware yet${queueFor === undefined ? '' : ', so nothing can wait for it'}`;
    return { outcome: 'failed', id: null, code: 'gateway_offline', message };
  }
  const path = methodPath(kind.method);
  const payload = toBinary(kind.method.input, create(kind.method.input, request));
  const principal = await ctx.principal();
  const command: NewCommand = {
    name: kind.name,
    detail,
    actor: actorName(principal),
    requestId: ctx.requestId,
    service: MAGMAD,
    path,
    payload,
    codes: kind.codes,
    queueFor: queueFor === undefined ? undefined : queueFor * 1000,
    leave: principal.kind === 'operator' ? { credential: principal.credential, uri: ctx.uri } : undefined,
    key: ctx.idempotencyKey === undefined ? undefined : { text: ctx.idempotencyKey, fingerprint: await fingerprint(path, payload) },
  };
  return ctx.fleet.commands.give({ ...gateway, hardwareId }, command);
}

async function fingerprint(path: string, payload: Uint8Array): Promise<string> {
  const name = utf8Bytes(`${path}\n`);
  const all = new Uint8Array(name.byteLength + payload.byteLength);
  all.set(name);
  all.set(payload, name.byteLength);
  return toHex(await sha256(all));
}
