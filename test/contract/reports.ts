import type { Report, Reported } from './fleet.ts';
import { HARDWARE } from './identities.ts';
import { IMSI } from './resources.ts';

const lte = (type: string, deviceId: string, value: unknown): Report => ({
  network: 'lte1',
  gateway: 'gw1',
  hardwareId: HARDWARE,
  type,
  deviceId,
  value,
});
const cwf = (gateway: string, type: string, deviceId: string, value: unknown): Report => ({
  network: 'cwf1',
  gateway,
  hardwareId: `hw-${gateway}`,
  type,
  deviceId,
  value,
});

/** What every gateway last said of itself. */
export const STATUS = {
  version: '1.9.0-0',
  system_status: { uptime_secs: 86_400, disk_partitions: [{ mount_point: '/', total: 64_000_000_000 }] },
  platform_info: { packages: [{ name: 'magma', version: '1.9.0-0' }], config_info: { mconfig_created_at: 1_767_182_000 } },
  machine_info: { network_info: { network_interfaces: [{ network_interface_id: 'eth0', status: 'UP' }] } },
  meta: { enodeb_connected: '1' },
};

export const ENODEB = {
  enodeb_configured: true,
  gps_longitude: '13.404954',
  gps_latitude: '52.520008',
  enodeb_connected: true,
  opstate_enabled: true,
  rf_tx_on: false,
  rf_tx_desired: true,
  gps_connected: true,
  ptp_connected: false,
  mme_connected: true,
  fsm_state: 'Completed provisioning eNB. Awaiting new Inform.',
  ip_address: '192.168.60.145',
  ues_connected: 12,
};
export const SESSIONS = { internet: [{ session_id: '7', lifecycle_state: 'SESSION_ACTIVE' }] };
export const HEALTHY = { status: 'HEALTHY', description: 'all is well' };
export const SICK = { status: 'UNHEALTHY', description: 'radius does not answer' };

/** What the gateways of the prepared networks reported, beside their status. Members that no model has are what services add of their own. */
const states: readonly Report[] = [
  lte('single_enodeb', 'e1', { ...ENODEB, 'py/object': 'magma.enodebd' }),
  // As a gateway reports an eNodeB that it has not seen yet.
  lte('single_enodeb', 'e2', { enodeb_configured: false, enodeb_connected: false, gps_longitude: null }),
  lte('directory_record', IMSI, { location_history: [HARDWARE, 'hw-before'], identifiers: { session_id: '7' } }),
  lte('MME', IMSI, { emmContext: { imsi64: '1010000000001' } }),
  lte('S1AP', IMSI, { s1UeState: 'S1AP_UE_CONNECTED' }),
  lte('SPGW', IMSI, { bearers: 1 }),
  lte('icmp_monitoring', IMSI, { latency_ms: 3.5 }),
  lte('gateway_subscriber_state', HARDWARE, { subscribers: { [IMSI]: SESSIONS } }),
  lte('mobilityd_ipdesc_record', `${IMSI}.internet`, { state: 'ALLOCATED', ip: { address: 'wKiADA==' } }),
  lte('mobilityd_ipdesc_record', `${IMSI}.ims`, { state: 'ALLOCATED', ip: { address: 'wKiADQ==' } }),
  cwf('cgw1', 'directory_record', IMSI, {
    location_history: ['hw-cgw1'],
    identifiers: { ipv4_addr: '10.0.0.5', mac_addr: '5e:00:53:00:00:01', session_id: '7' },
  }),
  cwf('cgw1', 'cwf_gateway_health', 'cgw1', HEALTHY),
  cwf('cgw2', 'cwf_gateway_health', 'cgw2', SICK),
  cwf('cgw1', 'cwf_ha_pair_status', 'h1', { active_gateway: 'cgw1' }),
];

export const reported: Reported = { status: STATUS, states };
