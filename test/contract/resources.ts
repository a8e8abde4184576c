import { cwfGatewayBody, cwfNetworkBody, haPairBody } from '../support/cwf.ts';
import { bareFederation, fegGatewayBody, fegLteNetworkBody, fegNetworkBody } from '../support/feg.ts';
import { apnBody, dns, enodebBody, epc, lteGatewayBody, lteNetworkBody, magmad } from '../support/lte.ts';
import { opensslRequests } from '../../core/certifier/fixtures/openssl-requests.ts';
import { HARDWARE, OTHER, OURS } from './identities.ts';

/** Bodies that pass every check: of what the networks of the matrix hold (1), and of what can still be made in them (2). */

const KEY = 'AAAAAAAAAAAAAAAAAAAAAA==';
export const IMSI = 'IMSI001010000000001';
export const NEXT_IMSI = 'IMSI001010000000002';
/** The trace that was ended and has a capture; `t1` is under way. */
export const ENDED_TRACE = 't2';
export const PASSWORD = 'correct horse';

export const dnsRecord = (domain: string) => ({ domain, a_record: ['10.0.0.1'] });
export const tier = (id: string) => ({ id, version: '1.0', images: [{ name: 'img1', order: 1 }], gateways: [] as string[] });
export const subscriber = (id: string) => ({
  id,
  name: `Subscriber ${id}`,
  lte: { state: 'ACTIVE', auth_algo: 'MILENAGE', auth_key: KEY, auth_opc: KEY, sub_profile: 'default' },
  active_apns: ['internet'],
});
export const policyRule = (id: string) => ({
  id,
  flow_list: [{ action: 'PERMIT', match: { ip_proto: 'IPPROTO_TCP', direction: 'UPLINK' } }],
  priority: 1,
  header_enrichment_targets: null,
});
export const qosProfile = (id: string) => ({ id, class_id: 9, max_req_bw_ul: 1000, max_req_bw_dl: 2000 });
export const probeTask = (id: string) => ({ task_id: id, task_details: { target_id: IMSI, target_type: 'imsi', delivery_type: 'all' } });
export const probeDestination = (id: string) => ({
  destination_id: id,
  destination_details: {
    delivery_type: 'all',
    delivery_address: '10.0.0.1:4000',
    certificate: KEY,
    private_key: KEY,
    skip_verify_server: false,
  },
});
export const sms = { imsi: IMSI, source_msisdn: '4911', message: 'for tests' };
export const callTrace = (id: string) => ({ trace_id: id, trace_type: 'GATEWAY', gateway_id: 'gw1', capture_filters: 'for tests' });
export const cbsd = (serial: string) => ({
  capabilities: { max_ibw_mhz: 150, min_power: 0, max_power: 20, number_of_antennas: 2 },
  carrier_aggregation_enabled: false,
  cbsd_category: 'b',
  desired_state: 'registered',
  fcc_id: 'fcc1',
  frequency_preferences: { bandwidth_mhz: 20, frequencies_mhz: [3600] },
  grant_redundancy: true,
  serial_number: serial,
  single_step_enabled: false,
  user_id: 'for tests',
});
export const baseGateway = (id: string) => ({
  id,
  name: `Gateway ${id}`,
  description: 'on the roof',
  device: { hardware_id: `hw-${id}`, key: { key_type: 'ECHO' } },
  magmad,
  tier: 'default',
});

/** What only its readers may see of all this. */
export const MARKS = /for tests|on the roof|in the hall|in the core site|hw-|Subscriber IMSI|AAAAAAAA/;

const pool = (id: string) => ({ gateway_pool_id: id, config: { mme_group_id: 1 } });
const lteGateway = {
  ...lteGatewayBody('gw1'),
  device: { hardware_id: HARDWARE, key: { key_type: 'ECHO' } },
  connected_enodeb_serials: ['e1'],
  cellular: {
    ...lteGatewayBody('gw1').cellular,
    dns: { enable_caching: false, local_ttl: 0, dhcp_server_enabled: true, records: [dnsRecord('a.example')] },
    ngc: { amf_region_id: 'c0', amf_set_id: '1' },
    non_eps_service: { csfb_mcc: '001', csfb_mnc: '01', csfb_rat: 0, lac: 1, non_eps_service_control: 1, arfcn_2g: [1] },
  },
};
const shared = {
  features: { features: { a: '1' } },
  dns: { ...dns, records: [dnsRecord('a.example')] },
};
const lteNetwork = {
  ...lteNetworkBody('lte1'),
  features: shared.features,
  dns: shared.dns,
  sentry_config: { url_python: 'https://sentry.example' },
  state_config: { sync_interval: 60 },
  cellular: {
    ...lteNetworkBody('lte1').cellular,
    epc,
    ngc: { suci_profiles: [{ protection_scheme: 'ProfileA' }] },
    feg_network_id: 'feg1',
  },
};

/** What is made, in this order, before anything is asked. */
export const prepared: readonly (readonly [path: string, body: unknown])[] = [
  ['/feg', fegNetworkBody('feg1')],
  ['/feg', fegNetworkBody('feg2')],
  ['/lte', lteNetwork],
  ['/feg_lte', { ...fegLteNetworkBody('fl1', 'feg1'), features: shared.features }],
  ['/cwf', { ...cwfNetworkBody('cwf1'), features: shared.features, dns: shared.dns }],
  ['/lte', { ...lteNetworkBody(OTHER) }],
  ...[...OURS].flatMap((id) => [
    ...['default', 'beta', 'delta'].map((name) => [`/networks/${id}/tiers`, tier(name)] as const),
    ...['r1', 'r2'].map((rule) => [`/networks/${id}/policies/rules`, policyRule(rule)] as const),
    ...['b1', 'b2'].map((name) => [`/networks/${id}/policies/base_names`, { name, rule_names: ['r1'] }] as const),
  ]),
  ...['lte/lte1', 'feg/feg1', 'feg_lte/fl1', 'cwf/cwf1'].flatMap((network) => [
    [`/${network}/subscriber_config/base_names/b1`, undefined] as const,
    [`/${network}/subscriber_config/rule_names/r1`, undefined] as const,
  ]),
  ...['e1', 'e2', 'e3'].map((serial) => ['/lte/lte1/enodebs', enodebBody(serial)] as const),
  ['/lte/lte1/apns', apnBody('internet')],
  ['/lte/lte1/gateway_pools', pool('p1')],
  ['/lte/lte1/gateways', lteGateway],
  ['/lte/lte1/gateways', { ...lteGatewayBody('gw2'), tier: 'beta' }],
  ['/lte/lte1/subscribers', [subscriber(IMSI)]],
  ['/lte/lte1/msisdns', { id: IMSI, msisdn: '4911' }],
  ['/lte/lte1/policy_qos_profiles', qosProfile('q1')],
  ['/networks/lte1/rating_groups', { id: 1, limit_type: 'FINITE' }],
  ['/lte/lte1/network_probe/tasks', probeTask('t1')],
  ['/lte/lte1/network_probe/destinations', probeDestination('d1')],
  ['/networks/lte1/tracing', callTrace('t1')],
  ['/networks/lte1/tracing', callTrace(ENDED_TRACE)],
  ['/lte/lte1/sms', sms],
  ['/dp/lte1/cbsds', cbsd('s1')],
  ['/feg/feg1/gateways', fegGatewayBody('fgw1')],
  ['/feg/feg1/gateways', fegGatewayBody('fgw2')],
  ['/cwf/cwf1/gateways', cwfGatewayBody('cgw1')],
  ['/cwf/cwf1/gateways', cwfGatewayBody('cgw2')],
  ['/cwf/cwf1/gateways', cwfGatewayBody('cgw3')],
  ['/cwf/cwf1/gateways', cwfGatewayBody('cgw4')],
  ['/cwf/cwf1/ha_pairs', haPairBody('h1', 'cgw1', 'cgw2')],
  ['/channels', { id: 'stable', name: 'for tests', supported_versions: ['1.0'] }],
  ['/tenants', { id: 1, name: 'for tests', networks: [...OURS] }],
  ['/tenants', { id: 2, name: 'for tests', networks: [OTHER] }],
  ['/user', { username: 'ann', password: PASSWORD }],
];

/** The body of each POST, by path; of other methods those that cannot send what a GET of the same path shows. */
export const bodies: Readonly<Record<string, unknown>> = {
  'POST /networks': { id: 'net9', name: 'n', description: 'd', dns },
  'POST /lte': lteNetworkBody('net9'),
  'POST /feg': fegNetworkBody('net9'),
  'POST /feg_lte': fegLteNetworkBody('net9', 'feg1'),
  'POST /cwf': cwfNetworkBody('net9'),
  'POST /networks/{network_id}/dns/records/{domain}': dnsRecord('b.example'),
  'POST /lte/{network_id}/dns/records/{domain}': dnsRecord('b.example'),
  'POST /cwf/{network_id}/dns/records/{domain}': dnsRecord('b.example'),
  'POST /networks/{network_id}/tiers': tier('gamma'),
  'POST /networks/{network_id}/tiers/{tier_id}/images': { name: 'img2', order: 2 },
  'POST /networks/{network_id}/tiers/{tier_id}/gateways': 'gw2',
  'POST /networks/{network_id}/gateways': baseGateway('gw9'),
  'POST /networks/{network_id}/gateways/{gateway_id}/command/restart_services': ['magmad'],
  'POST /networks/{network_id}/gateways/{gateway_id}/command/ping': { hosts: ['10.0.0.1'] },
  'POST /networks/{network_id}/gateways/{gateway_id}/command/generic': { command: 'echo' },
  'POST /networks/{network_id}/gateways/{gateway_id}/command/tail_logs': { service: 'mme' },
  'POST /networks/{network_id}/gateways/{gateway_id}/command/traceroute': { hosts: ['10.0.0.1'], max_hops: 5 },
  'POST /networks/{network_id}/gateways/{gateway_id}/command/configure_stateless': { config_cmd: 'ENABLE' },
  'POST /networks/{network_id}/gateways/{gateway_id}/command/set_configs': {
    configs_by_key: { magmad: { '@type': 'type.googleapis.com/magma.mconfig.MagmaD', checkinInterval: 60 } },
    metadata: { created_at: 1767182400 },
  },
  'POST /networks/{network_id}/gateways/{gateway_id}/command/get_service_info': { service: 'mme' },
  'POST /networks/{network_id}/gateways/{gateway_id}/command/get_metrics': { service: 'mme' },
  'POST /networks/{network_id}/tracing': callTrace('t9'),
  'PUT /networks/{network_id}/tracing/{trace_id}': { requested_end: true },
  'POST /certificates/{serial}:revoke': { reason: 'for tests' },
  'POST /networks/{network_id}/certificates/{serial}:revoke': { reason: 'for tests' },
  'POST /channels': { id: 'beta', supported_versions: [] },
  'POST /tenants': { id: 9, networks: [] },
  'POST /user': { username: 'bob', password: 'battery staple' },
  'POST /user/login': { username: 'ann', password: PASSWORD },
  'POST /user/{username}/tokens': [{ effect: 'ALLOW', action: 'READ', resourceType: 'NETWORK_ID', resourceIDs: ['lte1'] }],
  'POST /user/{username}/certificates': { csr: opensslRequests.p256 },
  'POST /lte/{network_id}/gateways': lteGatewayBody('gw9'),
  'POST /lte/{network_id}/gateways/{gateway_id}/connected_enodeb_serials': 'e2',
  'POST /lte/{network_id}/gateway_pools': pool('p9'),
  'POST /lte/{network_id}/enodebs': enodebBody('e9'),
  'POST /lte/{network_id}/apns': apnBody('ims'),
  'POST /networks/{network_id}/policies/rules': policyRule('r9'),
  'POST /networks/{network_id}/policies/base_names': { name: 'b9', rule_names: [] },
  'POST /lte/{network_id}/policy_qos_profiles': qosProfile('q9'),
  'POST /networks/{network_id}/rating_groups': { id: 9, limit_type: 'FINITE' },
  'POST /lte/{network_id}/msisdns': { id: IMSI, msisdn: '4922' },
  'POST /lte/{network_id}/network_probe/tasks': probeTask('t9'),
  'POST /lte/{network_id}/network_probe/destinations': probeDestination('d9'),
  'POST /lte/{network_id}/sms': sms,
  'POST /lte/{network_id}/subscribers': [subscriber(NEXT_IMSI)],
  'POST /feg/{network_id}/gateways': fegGatewayBody('fgw9'),
  'POST /feg/{network_id}/gateways/{gateway_id}/federation': bareFederation,
  'POST /cwf/{network_id}/gateways': cwfGatewayBody('cgw9'),
  'POST /cwf/{network_id}/ha_pairs': haPairBody('h9', 'cgw3', 'cgw4'),
  'POST /dp/{network_id}/cbsds': cbsd('s9'),
  'PUT /lte/{network_id}/subscribers/{subscriber_id}': subscriber(IMSI),
  'PUT /lte/{network_id}/subscribers/{subscriber_id}/lte/sub_profile': 'default',
  'PUT /networks/{network_id}/sentry': { url_python: 'https://sentry.example' },
  'PUT /networks/{network_id}/state': { sync_interval: 60 },
  'PUT /networks/{network_id}/tiers/{tier_id}/gateways': ['gw1', 'gw2'],
  'PUT /networks/{network_id}/gateways/{gateway_id}/tier': 'beta',
  'PUT /lte/{network_id}/gateways/{gateway_id}/tier': 'beta',
  'PUT /cwf/{network_id}/gateways/{gateway_id}/tier': 'beta',
  'PUT /lte/{network_id}/gateways/{gateway_id}/vpn': { enable_shell: true },
  'PUT /lte/{network_id}/enodebs/{enodeb_serial}': { ...enodebBody('e1'), name: 'for tests' },
  'PUT /cwf/{network_id}/li_ues': { imsis: ['001010000000001'], msisdns: [], macs: [], ips: [] },
  'PUT /user/{username}': 'a new one',
  'PUT /user/{username}/grants': [{ effect: 'ALLOW', action: 'READ', resourceType: 'NETWORK_ID', resourceIDs: ['lte1'] }],
  'PUT /dp/{network_id}/cbsds/{cbsd_id}': cbsd('s1'),
  'DELETE /lte/{network_id}/gateways/{gateway_id}/connected_enodeb_serials': 'e1',
};

/** A second body of each PUT whose first has no place that could hold something else and be right. */
export const others: Readonly<Record<string, unknown>> = {
  'PUT /networks/{network_id}/rating_groups/{rating_group_id}': { id: 1, limit_type: 'INFINITE_METERED' },
  'PUT /lte/{network_id}/cellular/ngc': { suci_profiles: [{ protection_scheme: 'ProfileB' }] },
  'PUT /lte/{network_id}/cellular/feg_network_id': 'feg2',
  'PUT /lte/{network_id}/gateways/{gateway_id}/cellular/pooling': [{ gateway_pool_id: 'p1', mme_code: 1, mme_relative_capacity: 10 }],
  ...Object.fromEntries(['networks', 'lte', 'cwf'].map((family) => [`PUT /${family}/{network_id}/gateways/{gateway_id}/tier`, 'delta'])),
  'PUT /cwf/{network_id}/federation': { feg_network_id: 'feg2' },
  'PUT /networks/{network_id}/allowed_commands': { allow: [{ name: 'scan' }], deny: ['echo'] },
  'PUT /networks/{network_id}/gateways/{gateway_id}/allowed_commands': { allow: [{ name: 'scan' }], deny: ['echo'] },
};
