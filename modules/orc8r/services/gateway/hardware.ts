import { loadEntities } from '../../../../core/configurator/load.ts';
import type { Graph } from '../../../../core/configurator/model.ts';
import type { Query } from '../../../../core/db/statement.ts';
import { OrcError } from '../../../../core/errors.ts';
import type { GatewayTarget, RequestContext } from '../../../../core/module/context.ts';
import { foundGateway } from './checks.ts';
import { magmadId } from './model.ts';

/** A gateway as a path names it. */
export interface GatewayPath {
  readonly network_id: string;
  readonly gateway_id: string;
}

/** A gateway with its hardware; null: it has none yet. */
export interface MaybeTarget extends Omit<GatewayTarget, 'hardwareId'> {
  readonly hardwareId: string | null;
}

/** What `hardwareIn` needs to have read. */
export const hardwareQuery = ({ network_id: networkId, gateway_id: gatewayId }: GatewayPath): Query<Graph> =>
  loadEntities(networkId, [magmadId(gatewayId)], { withConfig: false });

/** Error: `not_found`. */
export function hardwareIn(graph: Graph, { network_id: networkId, gateway_id: gatewayId }: GatewayPath): MaybeTarget {
  return { networkId, gatewayId, hardwareId: foundGateway(graph, gatewayId).physicalId };
}

/** The gateway of a request, in one round trip at most. Error: `not_found`. */
export async function hardwareOf(ctx: RequestContext, where: GatewayPath): Promise<MaybeTarget> {
  const [graph] = await ctx.readRecent(hardwareQuery(where));
  return hardwareIn(graph, where);
}

/** Error: `gateway_offline` for a gateway without hardware. */
export function targetOf({ hardwareId, ...gateway }: MaybeTarget): GatewayTarget {
  if (hardwareId === null) throw new OrcError('gateway_offline', `gateway "${gateway.gatewayId}" has no hardware yet`);
  return { ...gateway, hardwareId };
}
