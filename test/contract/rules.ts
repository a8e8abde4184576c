import { cwfGatewayBody, cwfNetworkBody, haPairBody } from '../support/cwf.ts';
import { bareFederation, fegGatewayBody } from '../support/feg.ts';
import { apnBody, enodebBody, epc, lteGatewayBody, lteNetworkBody, ran } from '../support/lte.ts';
import { cbsd, dnsRecord, IMSI, NEXT_IMSI, policyRule, qosProfile, subscriber, tier } from './resources.ts';

/** A rule that a body of the right form breaks; the bounds of single fields are in the schemas. */
export interface Rule {
  readonly what: string;
  readonly ask: readonly [method: string, path: string];
  readonly body?: unknown;
  /** 400 unless said. */
  readonly status?: number;
  /** Every fault's path, in any order. */
  readonly at?: readonly string[];
  /** What has to be done before, for the rule to be broken. */
  readonly before?: readonly (readonly [method: string, path: string, body: unknown])[];
}

const cellular = (changes: { ran?: object; epc?: object; more?: object }) => ({
  ...lteNetworkBody('net9'),
  cellular: { ran: changes.ran ?? ran, epc: { ...epc, ...changes.epc }, ...changes.more },
});
const lte = (what: string, changes: Parameters<typeof cellular>[0], ...at: string[]): Rule => ({
  what,
  ask: ['POST', '/lte'],
  body: cellular(changes),
  at: at.map((path) => `body.cellular.${path}`),
});
const tdd = (earfcndl: number) => ({ earfcndl, subframe_assignment: 2, special_subframe_pattern: 7 });
const fdd = (earfcndl: number, earfcnul: number) => ({ earfcndl, earfcnul });
const suci = (profile: object) => ({ more: { ngc: { suci_profiles: [profile] } } });
const bytes = (count: number): string => Buffer.alloc(count, 7).toString('base64');

const gateway = (changes: object) => ({ ...lteGatewayBody('gw9'), ...changes });
const newGateway = (what: string, changes: object, ...at: string[]): Rule => ({
  what,
  ask: ['POST', '/lte/lte1/gateways'],
  body: gateway(changes),
  at,
});
const device = (key: object) => ({ device: { hardware_id: 'hw-gw9', key } });
const resource = (id: string, apn_name: string) => ({ id, apn_name, vlan_id: 4 });
const pooled = (...records: object[]) =>
  records.map((record, index) => ({ gateway_pool_id: `p${index + 1}`, mme_code: 1, mme_relative_capacity: 10, ...record }));
const pooling = (what: string, records: unknown, ...at: string[]): Rule => ({
  what,
  ask: ['PUT', '/lte/lte1/gateways/gw1/cellular/pooling'],
  body: records,
  at,
  before: [['POST', '/lte/lte1/gateway_pools', { gateway_pool_id: 'p2', config: { mme_group_id: 2 } }]],
});
const managed = enodebBody('e9').config;
const cell = (what: string, changes: object, ...at: string[]): Rule => ({
  what,
  ask: ['POST', '/lte/lte1/enodebs'],
  body: { ...enodebBody('e9'), ...changes },
  at,
});
const sim = (what: string, changes: object, ...at: string[]): Rule => ({
  what,
  ask: ['POST', '/lte/lte1/subscribers'],
  body: [{ ...subscriber(NEXT_IMSI), ...changes }],
  at: at.map((path) => `body[0].${path}`),
});
const rule = (what: string, changes: object, ...at: string[]): Rule => ({
  what,
  ask: ['POST', '/networks/lte1/policies/rules'],
  body: { ...policyRule('r9'), ...changes },
  at,
});
const flow = (match: object) => [{ action: 'PERMIT', match: { direction: 'UPLINK', ip_proto: 'IPPROTO_TCP', ...match } }];
const radio = (what: string, changes: object, ...at: string[]): Rule => ({
  what,
  ask: ['POST', '/dp/lte1/cbsds'],
  body: { ...cbsd('s9'), ...changes },
  at,
});
const bare = { id: 'bare', name: 'n', description: 'd', type: 'lte' };

/** By section of REST-BEHAVIOUR. */
export const rules: Readonly<Record<string, readonly Rule[]>> = {
  'networks (5)': [
    lte('a cell is TDD or FDD, not both', { ran: { ...ran, fdd_config: fdd(1, 18_001) } }, 'ran'),
    lte('a cell is TDD or FDD, not neither', { ran: { bandwidth_mhz: 20 } }, 'ran'),
    lte('the downlink channel is of a known band', { ran: { bandwidth_mhz: 20, tdd_config: tdd(99_999_999) } }, 'ran.tdd_config.earfcndl'),
    lte('the band of a TDD cell is TDD', { ran: { bandwidth_mhz: 20, tdd_config: tdd(1) } }, 'ran.tdd_config.earfcndl'),
    lte('the band of an FDD cell is FDD', { ran: { bandwidth_mhz: 20, fdd_config: fdd(44_590, 44_590) } }, 'ran.fdd_config.earfcndl'),
    lte('the uplink channel is of the same band', { ran: { bandwidth_mhz: 20, fdd_config: fdd(1, 1) } }, 'ran.fdd_config.earfcnul'),
    lte('country and network codes have their digits', { epc: { mcc: '1', mnc: '1234', tac: 0 } }, 'epc.mcc', 'epc.mnc', 'epc.tac'),
    lte('keys are base64 and not empty', { epc: { lte_auth_op: '!', lte_auth_amf: '' } }, 'epc.lte_auth_op', 'epc.lte_auth_amf'),
    lte(
      'names of profiles are not empty',
      { epc: { sub_profiles: { '': { max_ul_bit_rate: 1, max_dl_bit_rate: 1 } } } },
      'epc.sub_profiles.',
    ),
    lte(
      'the block is that of the allocation mode',
      { epc: { mobility: { ip_allocation_mode: 'NAT', static: { ip_blocks: ['10.0.0.0/8'] } } } },
      'epc.mobility.static',
    ),
    lte(
      'blocks of addresses are CIDR',
      { epc: { mobility: { ip_allocation_mode: 'NAT', nat: { ip_blocks: ['10.0.0.0', 'there/8', '10.0.0.0/33'] } } } },
      'epc.mobility.nat.ip_blocks[0]',
      'epc.mobility.nat.ip_blocks[1]',
      'epc.mobility.nat.ip_blocks[2]',
    ),
    lte('the federation network exists', { more: { feg_network_id: 'nosuch' } }, 'feg_network_id'),
    {
      what: 'the federation network exists, also in the part',
      ask: ['PUT', '/lte/lte1/cellular/feg_network_id'],
      body: 'nosuch',
      at: ['body'],
    },
    lte(
      'an ECIES key of profile A has 32 bytes',
      suci({ protection_scheme: 'ProfileA', home_network_public_key: bytes(33), home_network_private_key: bytes(31) }),
      'ngc.suci_profiles[0].home_network_public_key',
      'ngc.suci_profiles[0].home_network_private_key',
    ),
    lte(
      'an ECIES key of profile B is a point of P-256',
      suci({ protection_scheme: 'ProfileB', home_network_public_key: bytes(32), home_network_private_key: bytes(33) }),
      'ngc.suci_profiles[0].home_network_public_key',
      'ngc.suci_profiles[0].home_network_private_key',
    ),
    lte(
      'all faults are told at once',
      { ran: { ...ran, bandwidth_mhz: 7 }, epc: { mcc: 'x', tac: 70_000 } },
      'ran.bandwidth_mhz',
      'epc.mcc',
      'epc.tac',
    ),
    {
      what: 'routes to neutral hosts begin with a PLMN',
      ask: ['PUT', '/feg/feg1/federation'],
      body: { ...bareFederation, nh_routes: { '001': 'feg2', abcde: 'feg2', '0010101': 'feg2' } },
      at: ['body.nh_routes.001', 'body.nh_routes.abcde', 'body.nh_routes.0010101'],
    },
    {
      what: 'a federated LTE network names a federation network',
      ask: ['PUT', '/feg_lte/fl1/federation'],
      body: { feg_network_id: 'nosuch', federated_modes_mapping: { enabled: false } },
      at: ['body.feg_network_id'],
    },
    {
      what: 'a carrier Wi-Fi network names a federation network',
      ask: ['PUT', '/cwf/cwf1/federation'],
      body: { feg_network_id: 'nosuch' },
      at: ['body.feg_network_id'],
    },
    { what: 'a network is read as what it is', ask: ['GET', '/lte/feg1'] },
    {
      what: 'a network is replaced as what it is',
      ask: ['PUT', '/feg/lte1'],
      body: { id: 'lte1', name: 'n', description: 'd', federation: bareFederation, dns: { enable_caching: false, local_ttl: 0 } },
    },
    {
      what: 'parts of settings need the settings',
      ask: ['PUT', '/lte/bare/cellular/epc'],
      body: epc,
      before: [['POST', '/networks', { ...bare, dns: { enable_caching: false, local_ttl: 0 } }]],
    },
    { what: 'a domain is there once', ask: ['POST', '/networks/lte1/dns/records/a.example'], body: dnsRecord('a.example'), status: 409 },
    {
      what: 'a record is of the domain in the URL',
      ask: ['POST', '/networks/lte1/dns/records/b.example'],
      body: dnsRecord('c.example'),
      at: ['body.domain'],
    },
    {
      what: 'records hold addresses',
      ask: ['PUT', '/networks/lte1/dns/records/a.example'],
      body: { domain: 'a.example', a_record: ['x'], aaaa_record: ['10.0.0.1'] },
      at: ['body.a_record[0]', 'body.aaaa_record[0]'],
    },
    {
      what: 'rules for a whole network exist',
      ask: ['PUT', '/lte/lte1/subscriber_config/rule_names'],
      body: ['r1', 'nosuch', 'none'],
      at: ['body[1]', 'body[2]'],
    },
    {
      what: 'base names for a whole network exist',
      ask: ['PUT', '/lte/lte1/subscriber_config/base_names'],
      body: ['nosuch', 'b1'],
      at: ['body[0]'],
    },
  ],
  'gateways (6)': [
    newGateway('the tier exists', { tier: 'nosuch' }, 'body.tier'),
    {
      what: 'hardware has one gateway',
      ask: ['POST', '/lte/lte1/gateways'],
      body: gateway({ device: { hardware_id: 'hw-gw2', key: { key_type: 'ECHO' } } }),
      status: 409,
    },
    newGateway('ECHO has no key', device({ key_type: 'ECHO', key: bytes(8) }), 'body.device.key.key'),
    newGateway('ECDSA has a key', device({ key_type: 'SOFTWARE_ECDSA_SHA256' }), 'body.device.key.key'),
    newGateway('the key of ECDSA is a public key', device({ key_type: 'SOFTWARE_ECDSA_SHA256', key: bytes(8) }), 'body.device.key.key'),
    { what: 'the id agrees with the URL', ask: ['PUT', '/lte/lte1/gateways/gw1'], body: gateway({}), at: ['body.id'] },
    { what: 'the tier of a gateway exists', ask: ['PUT', '/lte/lte1/gateways/gw1/tier'], body: 'nosuch' },
    {
      what: 'the key is checked in the part too',
      ask: ['PUT', '/networks/lte1/gateways/gw1/device'],
      body: { hardware_id: 'hw-gw1', key: { key_type: 'SOFTWARE_ECDSA_SHA256', key: bytes(8) } },
      at: ['body.key.key'],
    },
  ],
  'upgrades (7)': [
    {
      what: 'gateways of a tier exist',
      ask: ['POST', '/networks/lte1/tiers'],
      body: { ...tier('gamma'), gateways: ['gw1', 'nosuch', 'none'] },
      at: ['body.gateways[1]', 'body.gateways[2]'],
    },
    { what: 'the id agrees with the URL', ask: ['PUT', '/networks/lte1/tiers/default'], body: tier('beta'), at: ['body.id'] },
    { what: 'a gateway that is added exists', ask: ['POST', '/networks/lte1/tiers/default/gateways'], body: 'nosuch' },
  ],
  'LTE gateways, eNodeBs, APNs and pools (8)': [
    newGateway(
      'eNodeBs exist',
      { connected_enodeb_serials: ['e2', 'nosuch', 'none'] },
      'body.connected_enodeb_serials[1]',
      'body.connected_enodeb_serials[2]',
    ),
    newGateway(
      'everything that is missing is told at once',
      { tier: 'none', connected_enodeb_serials: ['nosuch'], apn_resources: { nosuch: resource('x', 'nosuch') } },
      'body.tier',
      'body.connected_enodeb_serials[0]',
      'body.apn_resources.nosuch.apn_name',
    ),
    {
      what: 'eNodeBs of the part exist',
      ask: ['PUT', '/lte/lte1/gateways/gw1/connected_enodeb_serials'],
      body: ['nosuch'],
      at: ['body[0]'],
    },
    newGateway('APNs exist', { apn_resources: { nosuch: resource('x', 'nosuch') } }, 'body.apn_resources.nosuch.apn_name'),
    newGateway(
      'a resource stands under its APN',
      { apn_resources: { internet: resource('x', 'ims') } },
      'body.apn_resources.internet.apn_name',
    ),
    newGateway(
      'ids of resources are there once',
      { apn_resources: { internet: resource('x', 'internet'), ims: resource('x', 'ims') } },
      'body.apn_resources.ims.id',
    ),
    {
      what: 'DNS servers are addresses',
      ask: ['PUT', '/lte/lte1/gateways/gw1/cellular/epc'],
      body: { nat_enabled: true, ip_block: '192.168.128.0/24', dns_primary: '8.8.8', dns_secondary: 'fd00::1', ipv6_dns_addr: 'x' },
      at: ['body.dns_primary', 'body.dns_secondary', 'body.ipv6_dns_addr'],
    },
    {
      what: 'fallback knows its network',
      ask: ['PUT', '/lte/lte1/gateways/gw1/cellular/non_eps'],
      body: { non_eps_service_control: 1 },
      at: ['arfcn_2g', 'csfb_mcc', 'csfb_mnc', 'csfb_rat', 'lac'].map((name) => `body.${name}`),
    },
    pooling(
      'pools exist',
      pooled({ gateway_pool_id: 'nosuch' }, { gateway_pool_id: 'none' }),
      'body[0].gateway_pool_id',
      'body[1].gateway_pool_id',
    ),
    pooling('a pool is named once', pooled({}, { gateway_pool_id: 'p1' }), 'body[1].gateway_pool_id'),
    pooling(
      'a gateway has one MME code and one capacity',
      pooled({}, { mme_code: 2, mme_relative_capacity: 20 }),
      'body[1].mme_code',
      'body[1].mme_relative_capacity',
    ),
    pooling('the pools of a gateway are of one MME group', pooled({}, {}), 'body[1].gateway_pool_id'),
    {
      what: 'a pool with gateways stays',
      ask: ['DELETE', '/lte/lte1/gateway_pools/p1'],
      before: [['PUT', '/lte/lte1/gateways/gw1/cellular/pooling', pooled({})]],
    },
    cell('the gateway of an eNodeB is not set here', { attached_gateway_id: 'gw1' }, 'body.attached_gateway_id'),
    cell(
      'a managed eNodeB has the settings of one',
      { enodeb_config: { config_type: 'MANAGED', unmanaged_config: { cell_id: 1, ip_address: '10.0.0.1', tac: 1 } } },
      'body.enodeb_config.managed_config',
      'body.enodeb_config.unmanaged_config',
    ),
    cell(
      'not both',
      {
        enodeb_config: {
          config_type: 'MANAGED',
          managed_config: managed,
          unmanaged_config: { cell_id: 1, ip_address: '10.0.0.1', tac: 1 },
        },
      },
      'body.enodeb_config.unmanaged_config',
    ),
    { what: 'a serial number is in use once among all networks', ask: ['POST', '/lte/other/enodebs'], body: enodebBody('e1'), status: 409 },
    { what: 'the serial agrees with the URL', ask: ['PUT', '/lte/lte1/enodebs/e1'], body: enodebBody('e2'), at: ['body.serial'] },
    {
      what: 'the name of an APN agrees with the URL',
      ask: ['PUT', '/lte/lte1/apns/internet'],
      body: apnBody('ims'),
      at: ['body.apn_name'],
    },
  ],
  'subscribers (9)': [
    sim('an IMSI has 10 to 15 digits', { id: 'IMSI123' }, 'id'),
    sim(
      'keys have 16 bytes',
      { lte: { ...subscriber(IMSI).lte, auth_key: bytes(15), auth_opc: bytes(17) } },
      'lte.auth_key',
      'lte.auth_opc',
    ),
    sim('the profile is one of the network', { lte: { ...subscriber(IMSI).lte, sub_profile: 'gold' } }, 'lte.sub_profile'),
    sim('fixed addresses are for APNs that it may use', { static_ips: { ims: '10.0.0.1' } }, 'static_ips.ims'),
    sim('APNs exist', { active_apns: ['nosuch', 'internet', 'none'] }, 'active_apns[0]', 'active_apns[2]'),
    sim(
      'policies and base names exist',
      { active_policies: ['nosuch'], active_base_names: ['none'] },
      'active_policies[0]',
      'active_base_names[0]',
    ),
    sim('policies by APN exist', { active_policies_by_apn: { internet: ['nosuch'] } }, 'active_policies_by_apn.internet[0]'),
    {
      what: 'an id is there once in a body',
      ask: ['POST', '/lte/lte1/subscribers'],
      body: [subscriber(NEXT_IMSI), subscriber(NEXT_IMSI)],
      at: ['body[1].id'],
    },
    { what: 'all or none', ask: ['POST', '/lte/lte1/subscribers'], body: [subscriber(NEXT_IMSI), subscriber(IMSI)], status: 409 },
    { what: 'the id agrees with the URL', ask: ['PUT', `/lte/lte1/subscribers/${IMSI}`], body: subscriber(NEXT_IMSI), at: ['body.id'] },
    { what: 'the profile of the part is one of the network', ask: ['PUT', `/lte/lte1/subscribers/${IMSI}/lte/sub_profile`], body: 'gold' },
    { what: 'a telephone number is whose it is', ask: ['POST', '/lte/lte1/msisdns'], body: { id: IMSI, msisdn: '4911' }, status: 409 },
  ],
  'policies (10)': [
    rule('subscribers exist', { assigned_subscribers: [IMSI, NEXT_IMSI] }, 'body.assigned_subscribers[1]'),
    rule('the QoS profile exists', { qos_profile: 'nosuch' }, 'body.qos_profile'),
    rule(
      'old and new addresses are not mixed',
      { flow_list: flow({ ipv4_src: '10.0.0.1', ip_dst: { version: 'IPv4', address: '10.0.0.2' } }) },
      'body.flow_list[0].match.ipv4_src',
    ),
    { what: 'the id agrees with the URL', ask: ['PUT', '/networks/lte1/policies/rules/r1'], body: policyRule('r2'), at: ['body.id'] },
    {
      what: 'rules of a base name exist',
      ask: ['POST', '/networks/lte1/policies/base_names'],
      body: { name: 'b9', rule_names: ['nosuch', 'r1', 'none'] },
      at: ['body.rule_names[0]', 'body.rule_names[2]'],
    },
    {
      what: 'subscribers of a base name exist',
      ask: ['POST', '/networks/lte1/policies/base_names'],
      body: { name: 'b9', rule_names: [], assigned_subscribers: [NEXT_IMSI] },
      at: ['body.assigned_subscribers[0]'],
    },
    {
      what: 'the name agrees with the URL',
      ask: ['PUT', '/networks/lte1/policies/base_names/b1'],
      body: { name: 'b2', rule_names: [] },
      at: ['body.name'],
    },
    {
      what: 'the id of a profile agrees with the URL',
      ask: ['PUT', '/lte/lte1/policy_qos_profiles/q1'],
      body: qosProfile('q2'),
      at: ['body.id'],
    },
    { what: 'a rating group is a number', ask: ['GET', '/networks/lte1/rating_groups/x'] },
  ],
  'dp (11)': [
    { what: 'an offset needs a limit', ask: ['GET', '/dp/lte1/cbsds?offset=1'], at: ['query.limit'] },
    radio(
      'carrier aggregation needs redundant grants',
      { carrier_aggregation_enabled: true, grant_redundancy: false },
      'body.grant_redundancy',
    ),
    radio(
      'the bandwidth fits in what the radio can',
      {
        frequency_preferences: { bandwidth_mhz: 20, frequencies_mhz: [3600] },
        capabilities: { max_ibw_mhz: 10, min_power: 0, max_power: 20, number_of_antennas: 2 },
      },
      'body.capabilities.max_ibw_mhz',
    ),
    { what: 'the number of a radio is one', ask: ['GET', '/dp/lte1/cbsds/x'] },
    { what: 'a serial number is in use once', ask: ['POST', '/dp/lte1/cbsds'], body: cbsd('s1'), status: 409 },
  ],
  'federation and carrier Wi-Fi (12)': [
    {
      what: 'the gateways of a pair are two',
      ask: ['POST', '/cwf/cwf1/ha_pairs'],
      body: haPairBody('h9', 'cgw3', 'cgw3'),
      at: ['body.gateway_id_2'],
    },
    {
      what: 'the gateways of a pair exist',
      ask: ['POST', '/cwf/cwf1/ha_pairs'],
      body: haPairBody('h9', 'nosuch', 'none'),
      at: ['body.gateway_id_1', 'body.gateway_id_2'],
    },
    {
      what: 'the shared address is a block',
      ask: ['POST', '/cwf/cwf1/ha_pairs'],
      body: { ...haPairBody('h9', 'cgw3', 'cgw4'), config: { transport_virtual_ip: '10.0.0.1' } },
      at: ['body.config.transport_virtual_ip'],
    },
    {
      what: 'a GRE peer is there once',
      ask: ['POST', '/cwf/cwf1/gateways'],
      body: { ...cwfGatewayBody('cgw9'), carrier_wifi: { allowed_gre_peers: [{ ip: '10.0.0.1' }, { ip: '10.0.0.1', key: 0 }] } },
      at: ['body.carrier_wifi.allowed_gre_peers[1]'],
    },
    { what: 'a network is of the kind', ask: ['GET', '/cwf/lte1/subscribers/IMSI001010000000001/directory_record'] },
    {
      what: 'the tier of a federation gateway exists',
      ask: ['POST', '/feg/feg1/gateways'],
      body: { ...fegGatewayBody('fgw9'), tier: 'nosuch' },
      at: ['body.tier'],
    },
    { what: 'the health of a gateway is asked in its network', ask: ['GET', '/feg/lte1/cluster_status'] },
    {
      what: 'a carrier Wi-Fi network is made with its settings',
      ask: ['POST', '/cwf'],
      body: { ...cwfNetworkBody('net9'), carrier_wifi: undefined },
      at: ['body.carrier_wifi'],
    },
  ],
  'tenants (13)': [
    { what: 'a tenant has a number', ask: ['POST', '/tenants'], body: { name: 'n', networks: [] }, at: ['body.id'] },
    { what: 'a number is taken once', ask: ['POST', '/tenants'], body: { id: 1, name: 'n', networks: [] }, status: 409 },
    { what: 'the number in the URL is one', ask: ['GET', '/tenants/x'] },
  ],
};
