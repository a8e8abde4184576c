import { bareFederation } from '../../support/feg.ts';
import { epc, lteNetworkBody, ran } from '../../support/lte.ts';
import { dnsRecord } from '../resources.ts';
import { bytes } from './bodies.ts';
import type { Rule } from './rule.ts';

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
const bare = { id: 'bare', name: 'n', description: 'd', type: 'lte' };

/** Rules of REST-BEHAVIOUR 5: networks. */
export const networks: readonly Rule[] = [
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
    'a public key of profile A is not of small order',
    suci({ protection_scheme: 'ProfileA', home_network_public_key: bytes(32, 0), home_network_private_key: bytes(32) }),
    'ngc.suci_profiles[0].home_network_public_key',
  ),
  lte(
    'an ECIES key of profile B is of the length of one',
    suci({ protection_scheme: 'ProfileB', home_network_public_key: bytes(32), home_network_private_key: bytes(33) }),
    'ngc.suci_profiles[0].home_network_public_key',
    'ngc.suci_profiles[0].home_network_private_key',
  ),
  lte(
    'a public key of profile B is a point of P-256',
    suci({
      protection_scheme: 'ProfileB',
      home_network_public_key: `BA${bytes(64).slice(0, -2)}c=`,
      home_network_private_key: bytes(32, 0),
    }),
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
];
