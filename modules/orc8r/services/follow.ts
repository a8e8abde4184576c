import { loadEntities } from '../../../core/configurator/load.ts';
import { OrcError } from '../../../core/errors.ts';
import type { GatewayTarget, MessageStream, RequestContext } from '../../../core/module/context.ts';
import { foundGateway } from './gateway/checks.ts';
import { magmadId } from './gateway/model.ts';

/**
 * Opens a stream from a gateway and leaves an audit row when it begins, or why it does not.
 * Errors: `not_found` (no such gateway; no row), `gateway_offline`, `timeout`, `unavailable`, the gateway's own refusal.
 */
export async function follow<M>(
  ctx: RequestContext,
  where: { network_id: string; gateway_id: string },
  name: string,
  detail: Readonly<Record<string, unknown>>,
  open: (target: GatewayTarget) => Promise<MessageStream<M>>,
): Promise<MessageStream<M>> {
  const { network_id: networkId, gateway_id: gatewayId } = where;
  const [graph] = await ctx.read(loadEntities(networkId, [magmadId(gatewayId)], { withConfig: false }));
  const { physicalId: hardwareId } = foundGateway(graph, gatewayId);
  const row = { action: `command.${name}`, networkId, target: gatewayId };
  let messages: MessageStream<M>;
  try {
    if (hardwareId === null) throw new OrcError('gateway_offline', `gateway "${gatewayId}" has no hardware yet`);
    messages = await open({ networkId, gatewayId, hardwareId });
  } catch (error) {
    const code = error instanceof OrcError ? error.code : 'internal';
    await ctx.audit({ ...row, outcome: code === 'invalid' || code === 'not_found' ? 'refused' : 'failed', detail: { ...detail, code } });
    throw error;
  }
  try {
    await ctx.audit({ ...row, outcome: 'ok', detail });
  } catch (error) {
    // Nobody follows what the audit log does not know of.
    await messages.cancel();
    throw error;
  }
  return messages;
}
