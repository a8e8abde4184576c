import { create, toBinary } from '@bufbuild/protobuf';
import { encodeFrame } from '../core/wire/frame.ts';
import { CALL_TIMEOUT_MS } from '../core/wire/limits.ts';
import { ReportStatesRequestSchema, StateService } from '../proto/gen/orc8r/protos/state_pb.js';

const { reportStates } = StateService.method;
export const STATE_BYTES = 1500;

/** One check-in as it goes over the socket: `gw_state` of a gateway as large as a usual one, other values for other `count`s. */
export function checkinFrame(hardwareId: string, count: number): Uint8Array {
  const value = new TextEncoder().encode(gatewayState(count));
  const payload = toBinary(
    reportStates.input,
    create(ReportStatesRequestSchema, { states: [{ type: 'gw_state', deviceID: hardwareId, value }] }),
  );
  const path = `/${reportStates.parent.typeName}/${reportStates.name}`;
  return encodeFrame({ case: 'call', value: { id: count + 1, path, payload, timeoutMs: CALL_TIMEOUT_MS } });
}

function gatewayState(count: number): string {
  const state = {
    machine_info: {
      cpu_info: { core_count: 4, threads_per_core: 1, architecture: 'x86_64', model_name: 'Intel(R) Atom(TM) CPU E3845 @ 1.91GHz' },
      network_info: {
        network_interfaces: ['eth0', 'eth1', 'gtp_br0'].map((id, index) => ({
          network_interface_id: id,
          mac_address: `08:00:27:1e:8a:3${index}`,
          ip_addresses: [`10.0.${index}.1`],
          ipv6_addresses: [`fe80::a00:27ff:fe1e:8a3${index}`],
          status: 'UP',
        })),
        routing_table: [{ destination_ip: '0.0.0.0', gateway_ip: '10.0.0.254', genmask: '0.0.0.0', network_interface_id: 'eth0' }],
      },
    },
    meta: { enodeb_connected: '1', mme_connected: '1', ue_registered: String(count % 100) },
    platform_info: {
      vpn_ip: '10.8.0.7',
      packages: [{ name: 'magma', version: '1.9.0-1700000000-abcdef12' }],
      kernel_version: '5.4.0-152-generic',
      kernel_versions_installed: ['5.4.0-152-generic'],
      config_info: { mconfig_created_at: 1_700_000_000 },
    },
    system_status: {
      time: 1_700_000_000 + count,
      uptime_secs: 86_400 + count,
      cpu_user: 1_234_560 + count,
      cpu_system: 345_670,
      cpu_idle: 98_765_430,
      mem_total: 4_112_994_304,
      mem_available: 2_056_497_152,
      mem_used: 2_056_497_152,
      mem_free: 512_000_000,
      swap_total: 0,
      swap_used: 0,
      swap_free: 0,
      disk_partitions: [{ device: '/dev/sda1', mount_point: '/', total: 64_424_509_440, used: 21_474_836_480, free: 42_949_672_960 }],
    },
  };
  const text = JSON.stringify(state);
  return JSON.stringify({
    ...state,
    meta: { ...state.meta, services: 'x'.repeat(Math.max(0, STATE_BYTES - text.length - ',"services":""'.length)) },
  });
}
