import { children, type Entity, find, type Graph } from '../../../core/configurator/model.ts';
import type { Subjects } from '../../../core/state/network-states.ts';
import { GetEnodebOffloadStateResponse_EnodebOffloadState as OffloadState } from '../../../proto/gen/lte/protos/ha_orc8r_pb.js';
import type { CellularGatewayPoolRecord } from '../schemas/cellular-gateway-pool.ts';
import type { EnodebConfig } from '../schemas/enodeb.ts';
import type { GatewayCellularConfigs } from '../schemas/gateway-cellular-configs.ts';
import { singleEnodeb } from '../states/types.ts';
import { CELLULAR_GATEWAY, ENODEB } from './entity-types.ts';

/** Seconds for which a check-in, and what was said of an eNodeB, count. */
const VALID_SECONDS = 180;

/** The records of the pools that a gateway is in. */
export const poolingOf = (cellular: Entity): readonly CellularGatewayPoolRecord[] =>
  (cellular.config as GatewayCellularConfigs | null)?.pooling ?? [];

/** Its share of the load, the same in all its pools; undefined for a gateway in none. */
export const capacityOf = (cellular: Entity): number | undefined => poolingOf(cellular)[0]?.mme_relative_capacity;

export interface Primary {
  readonly gatewayId: string;
  /** Of the eNodeBs that it is to serve. */
  readonly serials: readonly string[];
}

/** The members of pools that come before a gateway of this capacity: those with strictly more. */
export const primariesOf = (graph: Graph, members: Iterable<string>, capacity: number): Primary[] =>
  [...members].sort().flatMap((gatewayId) => {
    const cellular = find(graph, CELLULAR_GATEWAY, gatewayId);
    return cellular && (capacityOf(cellular) ?? 0) > capacity ? [{ gatewayId, serials: children(cellular, ENODEB) }] : [];
  });

interface Known {
  readonly primaries: readonly Primary[];
  /** With the eNodeBs of the primaries. */
  readonly graph: Graph;
  /** Newest check-in by gateway id, unix milliseconds. */
  readonly checkins: ReadonlyMap<string, number>;
  /** What every gateway said of the eNodeBs. */
  readonly reported: Subjects;
  readonly now: number;
}

/**
 * Whether each eNodeB of the primaries may go back to its primary, by cell id (SOUTHBOUND.md 12). Primaries that have not checked in lately
 * say nothing, and an eNodeB that its primary has said nothing readable of, or that has no cell id, is left out. One that several
 * primaries have is as far as the one that is furthest with it.
 */
export function offloadStates({ primaries, graph, checkins, reported, now }: Known): Record<number, OffloadState> {
  const states: Record<number, OffloadState> = {};
  for (const { gatewayId, serials } of primaries) {
    const checkin = checkins.get(gatewayId);
    if (checkin === undefined || age(checkin, now) >= VALID_SECONDS) continue;
    for (const serial of serials) {
      const cell = cellOf(find(graph, ENODEB, serial));
      const state = offloadState(serial, gatewayId, reported, now);
      if (cell !== undefined && state !== undefined) states[cell] = Math.max(state, states[cell] ?? OffloadState.NO_OP);
    }
  }
  return states;
}

function offloadState(serial: string, gatewayId: string, reported: Subjects, now: number): OffloadState | undefined {
  const said = reported.get(serial)?.states.find((state) => state.gatewayId === gatewayId);
  const enodeb = singleEnodeb.safeParse(said?.value).data;
  if (!said || !enodeb) return undefined;
  if (age(said.receivedAt, now) > VALID_SECONDS || !enodeb.enodeb_connected || !enodeb.mme_connected) return OffloadState.NO_OP;
  return enodeb.ues_connected ? OffloadState.PRIMARY_CONNECTED_AND_SERVING_UES : OffloadState.PRIMARY_CONNECTED;
}

function cellOf(enodeb: Entity | undefined): number | undefined {
  const config = enodeb?.config as EnodebConfig | null | undefined;
  return (config?.config_type === 'UNMANAGED' ? config.unmanaged_config : config?.managed_config)?.cell_id;
}

/** Whole seconds, as the original counts them. */
const age = (at: number, now: number): number => Math.floor(now / 1000) - Math.floor(at / 1000);
