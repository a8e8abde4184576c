import type { GatewayGraph } from '../../../../core/module/facets.ts';
import { gatewayGraph, type Sketch } from '../../../orc8r/mconfig/testing/graph.ts';
import type { EnodebConfig } from '../../schemas/enodeb.ts';
import type { GatewayCellularConfigs } from '../../schemas/gateway-cellular-configs.ts';
import type { NetworkCellularConfigs } from '../../schemas/network-cellular-configs.ts';

const magmadConfig = { autoupgrade_enabled: false, autoupgrade_poll_interval: 300, checkin_interval: 60, checkin_timeout: 10 };

/** No more than what REST demands of an LTE network and gateway. */
const minimalNetwork: NetworkCellularConfigs = {
  ran: { bandwidth_mhz: 20, tdd_config: { earfcndl: 44590, subframe_assignment: 2, special_subframe_pattern: 7 } },
  epc: {
    mcc: '001',
    mnc: '01',
    tac: 1,
    lte_auth_op: 'EREREREREREREREREREREQ==',
    lte_auth_amf: 'gAA=',
    hss_relay_enabled: false,
    gx_gy_relay_enabled: false,
  },
};
const minimalGateway: GatewayCellularConfigs = {
  ran: { pci: 260, transmit_enabled: true },
  epc: { nat_enabled: true, ip_block: '192.168.128.0/24' },
};

export const minimal: GatewayGraph = gatewayGraph('gw1', { cellular_network: minimalNetwork }, [
  { type: 'magmad_gateway', key: 'gw1', physicalId: 'hw1', config: magmadConfig, children: [{ type: 'cellular_gateway', key: 'gw1' }] },
  { type: 'cellular_gateway', key: 'gw1', config: minimalGateway },
]);

/** Every option of the REST model, with values that differ from the defaults. */
const fullNetwork: NetworkCellularConfigs = {
  ran: { bandwidth_mhz: 10, fdd_config: { earfcndl: 1, earfcnul: 18001 } },
  epc: {
    mcc: '310',
    mnc: '260',
    tac: 12,
    lte_auth_op: 'EREREREREREREREREREREQ==',
    lte_auth_amf: 'gAA=',
    sub_profiles: {
      gold: { max_ul_bit_rate: 9_007_199_254_740_991, max_dl_bit_rate: 200_000_000 },
      default: { max_ul_bit_rate: 50_000_000, max_dl_bit_rate: 100_000_000 },
    },
    default_rule_id: 'default_rule_1',
    hss_relay_enabled: true,
    gx_gy_relay_enabled: true,
    subscriberdb_sync_interval: 400,
    cloud_subscriberdb_enabled: true,
    enable5g_features: true,
    congestion_control_enabled: true,
    network_services: ['policy_enforcement', 'dpi'],
    mobility: { ip_allocation_mode: 'DHCP_BROADCAST', enable_static_ip_assignments: true, enable_multi_apn_ip_allocation: true },
    restricted_plmns: [{ mcc: '999', mnc: '99' }],
    service_area_maps: { '1000000000': [4, 5], '999': [3] },
    restricted_imeis: [{ tac: '01234567', snr: '890123' }, { tac: '76543210' }],
  },
  feg_network_id: 'feg1',
  ngc: { suci_profiles: [{ home_network_public_key_identifier: 2, protection_scheme: 'ProfileA' }] },
};
const fullGateway: GatewayCellularConfigs = {
  ran: { pci: 261, transmit_enabled: false },
  epc: {
    nat_enabled: false,
    ip_block: '10.1.0.0/16',
    ipv6_block: 'fdee:5:6c::/48',
    ipv6_prefix_allocation_mode: 'HASH',
    dns_primary: '8.8.8.8',
    dns_secondary: '8.8.4.4',
    ipv4_p_cscf_addr: '172.27.23.150',
    ipv6_dns_addr: '2001:4860:4860::8888',
    ipv6_p_cscf_addr: '2a12:577:9941:f99c:2:1:c731:f114',
    ipv4_sgw_s1u_addr: '192.168.60.142/24',
    node_identifier: '192.168.200.1',
    sgi_management_iface_vlan: '44',
    sgi_management_iface_static_ip: '1.2.3.4/24',
    sgi_management_iface_gw: '1.2.3.1/24',
    sgi_management_iface_ipv6_addr: '2001::2/64',
    sgi_management_iface_ipv6_gw: '2001::1',
    congestion_control_enabled: false,
    subscriberdb_sync_interval: 90,
  },
  ngc: { amf_name: 'amf.example', amf_set_id: '1', amf_region_id: 'C0', amf_pointer: '0', amf_default_sst: 1, amf_default_sd: 'AFAFAF' },
  non_eps_service: { csfb_mcc: '001', csfb_mnc: '01', lac: 7, csfb_rat: 1, arfcn_2g: [300, 200], non_eps_service_control: 3 },
  dns: {
    enable_caching: true,
    local_ttl: 3600,
    dhcp_server_enabled: false,
    records: [
      {
        domain: 'example.com',
        a_record: ['192.88.99.142', '192.88.99.143'],
        aaaa_record: ['2001:db8::1'],
        cname_record: ['www.example.com'],
      },
      { domain: 'local' },
    ],
  },
  he_config: {
    enable_header_enrichment: true,
    enable_encryption: true,
    encryption_key: 'C14r0315v0x',
    hmac_key: 'h-m-a-c',
    he_encryption_algorithm: 'GZIPPED_AES256_ECB_SHA1',
    he_hash_function: 'SHA256',
    he_encoding_type: 'HEX2BIN',
  },
  pooling: [
    { gateway_pool_id: 'pool2', mme_code: 4, mme_relative_capacity: 255 },
    { gateway_pool_id: 'pool1', mme_code: 4, mme_relative_capacity: 255 },
  ],
};
const own: EnodebConfig = {
  config_type: 'MANAGED',
  managed_config: {
    earfcndl: 39150,
    subframe_assignment: 3,
    special_subframe_pattern: 8,
    pci: 300,
    bandwidth_mhz: 20,
    tac: 99,
    transmit_enabled: true,
    cell_id: 138777000,
    device_class: 'Baicells ID TDD/FDD',
  },
};
const inheriting: EnodebConfig = {
  config_type: 'MANAGED',
  managed_config: { transmit_enabled: false, cell_id: 1, device_class: 'FreedomFi One' },
};
const foreign: EnodebConfig = { config_type: 'UNMANAGED', unmanaged_config: { cell_id: 2, ip_address: '192.168.0.9', tac: 12 } };

const fullSketches: readonly Sketch[] = [
  { type: 'magmad_gateway', key: 'gw1', physicalId: 'hw1', config: magmadConfig, children: [{ type: 'cellular_gateway', key: 'gw1' }] },
  {
    type: 'cellular_gateway',
    key: 'gw1',
    config: fullGateway,
    children: ['1202000038269KP0037', 'enb2', '55'].map((key) => ({ type: 'cellular_enodeb', key })),
  },
  { type: 'cellular_enodeb', key: '1202000038269KP0037', config: own },
  { type: 'cellular_enodeb', key: 'enb2', config: inheriting },
  { type: 'cellular_enodeb', key: '55', config: foreign },
  { type: 'cellular_gateway_pool', key: 'pool1', config: { mme_group_id: 1 }, children: [{ type: 'cellular_gateway', key: 'gw1' }] },
  { type: 'cellular_gateway_pool', key: 'pool2', config: { mme_group_id: 3 }, children: [{ type: 'cellular_gateway', key: 'gw1' }] },
  {
    type: 'upgrade_tier',
    key: 'stable',
    config: { id: 'stable', version: '1.8.0', images: [{ name: 'magma', order: 1 }], gateways: ['gw1'] },
    children: [{ type: 'magmad_gateway', key: 'gw1' }],
  },
  { type: 'network_probe_task', key: 'task2', config: { target_id: '491701234567', target_type: 'msisdn', delivery_type: 'all' } },
  {
    type: 'network_probe_task',
    key: 'task1',
    config: {
      target_id: 'IMSI001010000000001',
      target_type: 'imsi',
      delivery_type: 'all',
      correlation_id: 6053946476329697,
      domain_id: 'lea1',
      duration: 300,
      operator_id: 1,
    },
  },
  {
    type: 'network_probe_task',
    key: 'task0',
    config: { target_id: 'IMSI001010000000002', target_type: 'imsi', delivery_type: 'events_only' },
  },
];

/** The full graph with its entities inserted in the given order. */
export const fullGraph = (order: (sketches: readonly Sketch[]) => readonly Sketch[] = (sketches) => sketches): GatewayGraph =>
  gatewayGraph(
    'gw1',
    {
      cellular_network: fullNetwork,
      sentry_config: {
        url_python: 'https://p.example/1',
        url_native: 'https://n.example/2',
        upload_mme_log: true,
        number_of_lines_in_log: 100,
        sample_rate: 0.75,
        exclusion_patterns: ['x'],
      },
      state_config: { sync_interval: 120 },
      federated_network: {
        feg_network_id: 'feg1',
        federated_modes_mapping: {
          enabled: true,
          mapping: [
            { mode: 'local_subscriber', plmn: '31026', imsi_range: '100:200', apn: 'internet' },
            { mode: 's8_subscriber', plmn: '310260' },
            { plmn: '00101' },
          ],
        },
      },
    },
    order(fullSketches),
  );

export { fullGateway, fullNetwork, minimalGateway, minimalNetwork };
