import type { GatewayGraph } from '../../../../core/module/facets.ts';
import { gatewayGraph, type Sketch } from '../../../orc8r/mconfig/testing/graph.ts';
import type { GatewayCwfConfigs } from '../../schemas/gateway-cwf-configs.ts';
import type { NetworkCarrierWifiConfigs } from '../../schemas/network-carrier-wifi-configs.ts';

const magmad: Sketch = {
  type: 'magmad_gateway',
  key: 'gw1',
  physicalId: 'hw1',
  config: { autoupgrade_enabled: false, autoupgrade_poll_interval: 300, checkin_interval: 60, checkin_timeout: 10 },
  children: [{ type: 'carrier_wifi_gateway', key: 'gw1' }],
};

/** A gateway with these settings, in a pair when its virtual address is given. */
export const cwfGraph = (network: unknown, gateway: unknown, virtualIp?: string): GatewayGraph =>
  gatewayGraph('gw1', { carrier_wifi_network: network }, [
    magmad,
    { type: 'carrier_wifi_gateway', key: 'gw1', config: gateway },
    ...(virtualIp === undefined
      ? []
      : [
          {
            type: 'cwf_ha_pair',
            key: 'pair1',
            config: { transport_virtual_ip: virtualIp, gateway_id_1: 'gw0', gateway_id_2: 'gw1' },
            children: [
              { type: 'carrier_wifi_gateway', key: 'gw0' },
              { type: 'carrier_wifi_gateway', key: 'gw1' },
            ],
          },
        ]),
  ]);

/** No more than what REST demands of a carrier Wi-Fi network and gateway. */
export const minimalNetwork: NetworkCarrierWifiConfigs = { default_rule_id: '', network_services: [], eap_aka: {}, aaa_server: {} };
export const minimalGateway: GatewayCwfConfigs = { allowed_gre_peers: [] };

/** Every option of the REST model, with values that differ from the defaults. */
export const fullNetwork: NetworkCarrierWifiConfigs = {
  default_rule_id: 'default_rule_1',
  network_services: ['policy_enforcement', 'dpi'],
  eap_aka: {
    timeout: { challenge_ms: 1, error_notification_ms: 2, session_ms: 3, session_authenticated_ms: 4 },
    plmn_ids: ['00101', '310260'],
    use_s6a: true,
    mnc_len: 2,
  },
  eap_sim: {
    timeout: { challenge_ms: 5, error_notification_ms: 6, session_ms: 7, session_authenticated_ms: 8 },
    plmn_ids: ['00102'],
    use_s6a: true,
    mnc_len: 3,
  },
  aaa_server: {
    idle_session_timeout_ms: 1000,
    accounting_enabled: true,
    create_session_on_auth: true,
    event_logging_enabled: true,
    acct_reporting_enabled: true,
    radius_config: { secret: 'MTIzNDU2', network: 'udp', auth_addr: ':1812', acct_addr: ':1813', DAE_addr: ':3799' },
  },
  li_ues: { imsis: ['IMSI001010000000001'], msisdns: ['491701234567'], macs: ['02:00:00:00:00:01'], ips: ['10.0.0.1'] },
};
export const fullGateway: GatewayCwfConfigs = {
  allowed_gre_peers: [{ ip: '10.0.0.1', key: 444 }, { ip: '10.0.0.1', key: 0 }, { ip: '10.1.0.0/16' }],
  ipdr_export_dst: { ip: '192.168.128.88', port: 2040 },
  gateway_health_configs: { cpu_util_threshold_pct: 0.1, mem_util_threshold_pct: 0.9, gre_probe_interval_secs: 5, icmp_probe_pkt_count: 3 },
};

export const minimal = cwfGraph(minimalNetwork, minimalGateway);
export const full = cwfGraph(fullNetwork, fullGateway, '10.10.10.11/24');
