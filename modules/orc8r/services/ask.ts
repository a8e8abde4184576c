import type { DescMessage, DescMethodUnary, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { OrcError } from '../../../core/errors.ts';
import type { GatewayTarget, MessageStream, RequestContext } from '../../../core/module/context.ts';
import { type GatewayPath, hardwareOf, targetOf } from './gateway/hardware.ts';

type Detail = Readonly<Record<string, unknown>>;

/**
 * Asks a service of a gateway something that changes nothing there: an audit row tells of it, the history of commands does not.
 * Errors: `not_found` (no such gateway; no row), `gateway_offline`, `timeout`, the gateway's own refusal.
 */
export async function ask<I extends DescMessage, O extends DescMessage>(
  ctx: RequestContext,
  where: GatewayPath,
  name: string,
  { service, method, request, detail }: Question<I, O>,
): Promise<MessageShape<O>> {
  const { target, audit } = await reach(ctx, where, name, detail ?? {});
  const answer = await audit.failures(() => ctx.fleet.call(target(), service, method, request));
  await audit.success();
  return answer;
}

export interface Question<I extends DescMessage, O extends DescMessage> {
  /** Service on the gateway, `magmad`. */
  readonly service: string;
  readonly method: DescMethodUnary<I, O>;
  readonly request: MessageInitShape<I>;
  /** For the audit row; no secrets. */
  readonly detail?: Detail;
}

/** Opens a stream from a gateway; the audit row is written when it begins, or says why it does not. Errors: as `ask`, and `unavailable`. */
export async function follow<M>(
  ctx: RequestContext,
  where: GatewayPath,
  name: string,
  detail: Detail,
  open: (target: GatewayTarget) => Promise<MessageStream<M>>,
): Promise<MessageStream<M>> {
  const { target, audit } = await reach(ctx, where, name, detail);
  const messages = await audit.failures(() => open(target()));
  try {
    await audit.success();
  } catch (error) {
    // Nobody follows what the audit log does not know of.
    await messages.cancel();
    throw error;
  }
  return messages;
}

/** Finds the gateway. `target` throws when it has no hardware. */
async function reach(ctx: RequestContext, where: GatewayPath, name: string, detail: Detail) {
  const found = await hardwareOf(ctx, where);
  const row = { action: `command.${name}`, networkId: found.networkId, target: found.gatewayId };
  return {
    target: () => targetOf(found),
    audit: {
      success: () => ctx.audit({ ...row, outcome: 'ok', detail }),
      failures: async <T>(work: () => Promise<T>): Promise<T> => {
        try {
          return await work();
        } catch (error) {
          const code = error instanceof OrcError ? error.code : 'internal';
          const outcome = code === 'invalid' || code === 'not_found' ? 'refused' : 'failed';
          await ctx.audit({ ...row, outcome, detail: { ...detail, code } });
          throw error;
        }
      },
    },
  };
}
