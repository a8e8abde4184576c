import { loadEntities } from '../../../core/configurator/load.ts';
import { OrcError } from '../../../core/errors.ts';
import type { GatewayTarget, RequestContext } from '../../../core/module/context.ts';
import { foundGateway } from './gateway/checks.ts';
import { magmadId } from './gateway/model.ts';

/**
 * Gives a gateway a command and leaves an audit row, whatever comes of it.
 * Errors: `not_found` (no such gateway; no row), `gateway_offline`, `timeout`, the gateway's own refusal.
 */
export async function command<T>(
  ctx: RequestContext,
  where: { network_id: string; gateway_id: string },
  name: string,
  call: (target: GatewayTarget) => Promise<T>,
  detail?: Record<string, unknown>,
): Promise<T> {
  const { network_id: networkId, gateway_id: gatewayId } = where;
  const [graph] = await ctx.read(loadEntities(networkId, [magmadId(gatewayId)], { withConfig: false }));
  const { physicalId } = foundGateway(graph, gatewayId);
  const row = { action: `command.${name}`, networkId, target: gatewayId };
  try {
    if (physicalId === null) throw new OrcError('gateway_offline', `gateway "${gatewayId}" has no hardware yet`);
    const answer = await call({ networkId, gatewayId, hardwareId: physicalId });
    await ctx.audit({ ...row, outcome: 'ok', detail });
    return answer;
  } catch (error) {
    const code = error instanceof OrcError ? error.code : 'internal';
    const outcome = code === 'invalid' || code === 'forbidden' || code === 'not_found' ? 'refused' : 'failed';
    await ctx.audit({ ...row, outcome, detail: { ...detail, code } });
    throw error;
  }
}
