import type { StateType } from '../../core/module/facets.ts';
import { carrierWifiGatewayHealthStatus, carrierWifiHaPairStatus } from './schemas/reported.ts';

export const GATEWAY_HEALTH = 'cwf_gateway_health';
export const HA_PAIR_STATUS = 'cwf_ha_pair_status';

/** What carrier Wi-Fi gateways report, beside what all do. */
export const stateTypes: Readonly<Record<string, StateType>> = {
  [GATEWAY_HEALTH]: {
    description: 'Health of a carrier Wi-Fi gateway, under its id',
    schema: carrierWifiGatewayHealthStatus,
    shared: true,
  },
  [HA_PAIR_STATUS]: {
    description: 'Which gateway of a pair serves, under the id of the pair',
    schema: carrierWifiHaPairStatus,
    shared: true,
  },
};
