import { create } from '@bufbuild/protobuf';
import { loadEntities } from '../../../core/configurator/load.ts';
import { children, find } from '../../../core/configurator/model.ts';
import { OrcError } from '../../../core/errors.ts';
import { type GatewayContext, type SouthboundMethod, unary } from '../../../core/module/facets.ts';
import { GetEnodebOffloadStateResponseSchema, Ha } from '../../../proto/gen/lte/protos/ha_orc8r_pb.js';
import { CELLULAR_GATEWAY, GATEWAY_POOL } from '../services/entity-types.ts';
import { capacityOf, offloadStates, poolingOf, primariesOf } from '../services/offload.ts';
import { SINGLE_ENODEB } from '../states/types.ts';

/**
 * Tells a secondary gateway which eNodeBs it may give back to a primary of its pools (SOUTHBOUND.md 12).
 * Error: `precondition_failed` for a gateway in no pool.
 */
async function getEnodebOffloadState(_request: unknown, context: GatewayContext) {
  const { networkId, gatewayId } = context;
  const [own] = await context.read(loadEntities(networkId, [{ type: CELLULAR_GATEWAY, key: gatewayId }], { up: 1 }));
  const caller = find(own, CELLULAR_GATEWAY, gatewayId);
  const capacity = caller && capacityOf(caller);
  if (!caller || capacity === undefined) throw new OrcError('precondition_failed', `gateway ${gatewayId} is in no gateway pool`);
  const pools = poolingOf(caller).flatMap(({ gateway_pool_id: key }) => find(own, GATEWAY_POOL, key) ?? []);
  const members = new Set(pools.flatMap((pool) => children(pool, CELLULAR_GATEWAY)));
  members.delete(gatewayId);
  const [graph] = await context.read(
    loadEntities(
      networkId,
      [...members].map((key) => ({ type: CELLULAR_GATEWAY, key })),
      { down: 1 },
    ),
  );
  const primaries = primariesOf(graph, members, capacity);
  const serials = primaries.flatMap(({ serials: of }) => of);
  const [checkins, reported] = await Promise.all([
    context.network.checkins(primaries.map(({ gatewayId: id }) => id)),
    context.network.states({ types: [SINGLE_ENODEB], subjects: serials, everyReporter: true }),
  ]);
  const enodebOffloadStates = offloadStates({ primaries, graph, checkins, reported, now: context.now() });
  return create(GetEnodebOffloadStateResponseSchema, { enodebOffloadStates });
}

/** Ha, as secondary gateways call it. */
export const ha: readonly SouthboundMethod[] = [unary(Ha.method.getEnodebOffloadState, getEnodebOffloadState)];
