import type { z } from 'zod';
import type { StateQuery, Subjects } from '../../../core/state/network-states.ts';
import { carrierWifiGatewayHealthStatus, carrierWifiHaPairStatus } from '../schemas/reported.ts';
import { GATEWAY_HEALTH, HA_PAIR_STATUS } from '../states.ts';

/** What gateways and the operator of a pair reported of these: gateways by their id, pairs by theirs. */
export const statesOf = (subjects: readonly string[]): StateQuery => ({ types: [GATEWAY_HEALTH, HA_PAIR_STATUS], subjects });

const newest = <S extends z.ZodType>(subjects: Subjects, id: string, type: string, schema: S): z.output<S> | undefined =>
  schema.safeParse(subjects.get(id)?.states.find((state) => state.type === type)?.value).data;

/** Undefined when none was reported, or nothing that can be read. */
export const gatewayHealth = (subjects: Subjects, gatewayId: string) =>
  newest(subjects, gatewayId, GATEWAY_HEALTH, carrierWifiGatewayHealthStatus);

export const haPairStatus = (subjects: Subjects, pairId: string) => newest(subjects, pairId, HA_PAIR_STATUS, carrierWifiHaPairStatus);

export interface HaPairIds {
  readonly ha_pair_id: string;
  readonly gateway_id_1: string;
  readonly gateway_id_2: string;
}

/** The ids that the state of a pair is reported under. */
export const subjectsOfPair = (pair: HaPairIds): string[] => [pair.ha_pair_id, pair.gateway_id_1, pair.gateway_id_2];

/** What was last reported of a pair; parts that nobody reported are left out (REST-BEHAVIOUR.md 12). */
export const haPairState = (subjects: Subjects, pair: HaPairIds) => ({
  ha_pair_status: haPairStatus(subjects, pair.ha_pair_id),
  gateway1_health: gatewayHealth(subjects, pair.gateway_id_1),
  gateway2_health: gatewayHealth(subjects, pair.gateway_id_2),
});
