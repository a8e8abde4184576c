import { apnBody, cellular, enodebBody, lteGatewayBody } from '../../support/lte.ts';
import { bytes, gateway, newGateway } from './bodies.ts';
import type { Allowed, Rule } from './rule.ts';

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

/** Rules of REST-BEHAVIOUR 8: LTE gateways, eNodeBs, APNs and pools. */
export const lteGateways: readonly Rule[] = [
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
  newGateway(
    'and together with what is of a wrong form',
    {
      tier: 'none',
      connected_enodeb_serials: ['nosuch'],
      cellular: { ...cellular, epc: { ...cellular.epc, ip_block: '192.168.128.0/33' } },
      device: { hardware_id: 'hw-gw9', key: { key_type: 'ECHO', key: bytes(8) } },
    },
    'body.tier',
    'body.connected_enodeb_serials[0]',
    'body.cellular.epc.ip_block',
    'body.device.key.key',
  ),
  {
    what: 'also what the URL says otherwise',
    ask: ['PUT', '/lte/lte1/gateways/gw1'],
    body: { ...gateway({ tier: 'none' }), name: 7 },
    at: ['body.id', 'body.tier', 'body.name'],
  },
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
    'body.apn_resources.ims.apn_name',
  ),
  {
    what: 'ids of resources are there once in a network',
    ask: ['PUT', '/lte/lte1/gateways/gw2'],
    body: { ...lteGatewayBody('gw2'), apn_resources: { internet: resource('x', 'internet') } },
    status: 409,
    before: [['PUT', '/lte/lte1/gateways/gw1', { ...lteGatewayBody('gw1'), apn_resources: { internet: resource('x', 'internet') } }]],
  },
  {
    what: 'an eNodeB that is added exists',
    ask: ['POST', '/lte/lte1/gateways/gw1/connected_enodeb_serials'],
    body: 'nosuch',
    at: ['body'],
  },
  {
    what: 'an eNodeB that is taken away exists',
    ask: ['DELETE', '/lte/lte1/gateways/gw1/connected_enodeb_serials'],
    body: 'nosuch',
    at: ['body'],
  },
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
    about: ['non_eps_service_control'],
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
    'body[1].gateway_pool_id',
  ),
  pooling('the pools of a gateway are of one MME group', pooled({}, {}), 'body[1].gateway_pool_id'),
  {
    what: 'pools exist, also with the whole settings',
    ask: ['PUT', '/lte/lte1/gateways/gw1/cellular'],
    body: { ...cellular, pooling: pooled({ gateway_pool_id: 'nosuch' }) },
    at: ['body.pooling[0].gateway_pool_id'],
  },
  {
    what: 'the id of a pool agrees with the URL',
    ask: ['PUT', '/lte/lte1/gateway_pools/p1'],
    body: { gateway_pool_id: 'p2', config: { mme_group_id: 1 } },
    at: ['body.gateway_pool_id'],
  },
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
    'an eNodeB that others manage has none',
    { enodeb_config: { config_type: 'UNMANAGED', managed_config: managed } },
    'body.enodeb_config.managed_config',
    'body.enodeb_config.unmanaged_config',
  ),
  {
    what: 'its gateway is not set here, whether there is the network or not',
    ask: ['POST', '/lte/nosuch/enodebs'],
    body: { ...enodebBody('e9'), attached_gateway_id: 'gw1' },
    at: ['body.attached_gateway_id'],
  },
  {
    what: 'nor when it is replaced, as it is shown',
    ask: ['PUT', '/lte/lte1/enodebs/e1'],
    body: { ...enodebBody('e1'), attached_gateway_id: 'gw1' },
    at: ['body.attached_gateway_id'],
  },
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
];

const member: Allowed['before'] = [['PUT', '/lte/lte1/gateways/gw1/cellular/pooling', pooled({})]];

export const allowedLte: readonly Allowed[] = [
  {
    what: 'the gateways of a pool in its body count for nothing',
    ask: ['POST', '/lte/lte1/gateway_pools'],
    body: { gateway_pool_id: 'p9', config: { mme_group_id: 1 }, gateway_ids: ['gw1'] },
    status: 201,
    shows: [['/lte/lte1/gateway_pools/p9', { gateway_ids: [] }]],
  },
  {
    what: 'a pool that is replaced keeps its gateways',
    ask: ['PUT', '/lte/lte1/gateway_pools/p1'],
    body: { gateway_pool_id: 'p1', gateway_pool_name: 'New', config: { mme_group_id: 1 } },
    status: 201,
    before: member,
    shows: [['/lte/lte1/gateway_pools/p1', { gateway_pool_name: 'New', gateway_ids: ['gw1'] }]],
  },
  {
    what: 'an eNodeB without settings shows null for the older form of them',
    ask: ['POST', '/lte/lte1/enodebs'],
    body: { ...enodebBody('e9'), enodeb_config: undefined },
    status: 201,
    shows: [['/lte/lte1/enodebs/e9', { serial: 'e9', config: null }]],
  },
  {
    what: 'an eNodeB that was not connected is disconnected',
    ask: ['DELETE', '/lte/lte1/gateways/gw1/connected_enodeb_serials'],
    body: 'e3',
    status: 204,
    shows: [['/lte/lte1/gateways/gw1/connected_enodeb_serials', ['e1']]],
  },
  {
    what: 'without fallback nothing of it is needed',
    ask: ['PUT', '/lte/lte1/gateways/gw1/cellular/non_eps'],
    body: { non_eps_service_control: 0 },
    status: 204,
    shows: [['/lte/lte1/gateways/gw1/cellular/non_eps', { non_eps_service_control: 0, arfcn_2g: null }]],
  },
];
