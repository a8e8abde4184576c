import { routes as fegRoutes } from '../../modules/feg/routes/index.ts';
import { routes as lteRoutes } from '../../modules/lte/routes/index.ts';
import { createRegistry } from '../../core/module/registry.ts';
import { orc8r } from '../../modules/orc8r/module.ts';
import { lte } from '../../modules/lte/module.ts';
import { feg } from '../../modules/feg/module.ts';
import { routes as baseRoutes } from '../../modules/orc8r/routes/index.ts';
import { type TestApi, testApi } from './context.ts';
import { dns, epc, magmad, ran } from './lte.ts';

/** Bodies of the federation resources that pass every check. */

const client = (host: string) => ({
  protocol: 'sctp',
  address: `${host}:3868`,
  retransmits: 5,
  watchdog_interval: 2,
  retry_count: 7,
  local_address: '10.0.0.5:3800',
  product_name: 'orc8r',
  realm: 'own.test',
  host: 'feg.own.test',
  dest_realm: 'partner.test',
  dest_host: host,
  disable_dest_host: true,
  overwrite_dest_host: true,
  request_timeout: 9,
});

const eap = {
  timeout: { challenge_ms: 1, error_notification_ms: 2, session_ms: 3, session_authenticated_ms: 4 },
  plmn_ids: ['00101'],
  use_s6a: true,
  mnc_len: 2,
};

const virtualApnRules = [{ apn_filter: '.*', charging_characteristics_filter: '1*', apn_overwrite: 'internet' }];

/** Every option, each with a value that is not its zero. */
export const fullFederation = {
  s6a: { server: client('hss.partner.test'), plmn_ids: ['00101', '310260'] },
  s8: { local_address: '10.0.0.5:2123', pgw_address: 'pgw.partner.test:2123', apn_operator_suffix: '.partner.test' },
  hss: {
    server: {
      protocol: 'tcp',
      address: 'own.test:3767',
      local_address: ':3767',
      dest_realm: 'own.test',
      dest_host: 'feg.own.test',
    },
    lte_auth_op: 'EREREREREREREREREREREQ==',
    lte_auth_amf: 'gAA=',
    default_sub_profile: { max_ul_bit_rate: 100_000_000, max_dl_bit_rate: 200_000_000 },
    sub_profiles: { gold: { max_ul_bit_rate: 9_007_199_254_740_991, max_dl_bit_rate: 1 } },
    stream_subscribers: true,
  },
  gx: {
    disableGx: true,
    server: client('old-pcrf.partner.test'),
    servers: [client('pcrf1.partner.test'), client('pcrf2.partner.test')],
    overwrite_apn: 'gx.apn',
    virtual_apn_rules: virtualApnRules,
  },
  gy: {
    disableGy: false,
    server: client('ocs.partner.test'),
    servers: null,
    init_method: 1,
    overwrite_apn: 'gy.apn',
    virtual_apn_rules: virtualApnRules,
  },
  swx: {
    server: client('old-hss.partner.test'),
    servers: [client('hss1.partner.test')],
    verify_authorization: true,
    register_on_auth: true,
    derive_unregister_realm: true,
    cache_TTL_seconds: 60,
    hlr_plmn_ids: ['00102'],
  },
  eap_sim: eap,
  eap_aka: { ...eap, mnc_len: 3 },
  aaa_server: {
    idle_session_timeout_ms: 1000,
    accounting_enabled: true,
    create_session_on_auth: true,
    event_logging_enabled: true,
    acct_reporting_enabled: true,
    radius_config: { secret: 'MTIzNDU2', network: 'udp', auth_addr: ':1812', acct_addr: ':1813', DAE_addr: ':3799' },
  },
  served_network_ids: ['n1', 'n2'],
  health: {
    health_services: ['S6A_PROXY', 'SESSION_PROXY'],
    update_interval_secs: 10,
    cloud_disable_period_secs: 11,
    local_disable_period_secs: 1,
    update_failure_threshold: 3,
    request_failure_threshold: 0.5,
    minimum_request_threshold: 4,
    cpu_utilization_threshold: 0.75,
    memory_available_threshold: 0.9,
  },
  csfb: { client: { server_address: 'msc.partner.test:29118', local_address: ':29119' } },
  served_nh_ids: ['feg2'],
  nh_routes: { '00101': 'feg2', '310260': 'feg3' },
};

/** No more than the contract demands. */
export const bareFederation = {
  s6a: {},
  hss: {},
  gx: {},
  gy: {},
  swx: {},
  eap_aka: {},
  aaa_server: {},
  served_network_ids: [] as string[],
  health: {},
};

/** How a reader sees it: never-set lists as null. */
export const shownBareFederation = {
  ...bareFederation,
  s6a: { plmn_ids: null },
  gx: { servers: null, virtual_apn_rules: null },
  gy: { servers: null, virtual_apn_rules: null },
  swx: { servers: null, hlr_plmn_ids: null },
  eap_aka: { plmn_ids: null },
  health: { health_services: null },
};

export const fegNetworkBody = (id: string) => ({ id, name: `Network ${id}`, description: 'for tests', federation: fullFederation, dns });

export const fegLteNetworkBody = (id: string, serving: string) => ({
  id,
  name: `Network ${id}`,
  description: 'for tests',
  cellular: { ran, epc },
  federation: {
    feg_network_id: serving,
    federated_modes_mapping: { enabled: true, mapping: [{ mode: 's8_subscriber', plmn: '00101', imsi_range: '1:2', apn: 'internet' }] },
  },
  dns,
});

export const fegGatewayBody = (id: string) => ({
  id,
  name: `Gateway ${id}`,
  description: 'in the core site',
  device: { hardware_id: `hw-${id}`, key: { key_type: 'ECHO' } },
  magmad,
  tier: 'default',
  federation: fullFederation,
});

/** The routes of federation and what it builds on, with the federation network feg1, which has a tier `default`, and the network fl1 that it serves. */
export async function fegApi(): Promise<TestApi> {
  const api = testApi([...baseRoutes, ...lteRoutes, ...fegRoutes], [], createRegistry([orc8r, lte, feg]).restoring);
  await api.call('POST', '/feg', { body: fegNetworkBody('feg1') });
  await api.call('POST', '/networks/feg1/tiers', { body: { id: 'default', version: '1.0', images: [], gateways: [] } });
  await api.call('POST', '/feg_lte', { body: fegLteNetworkBody('fl1', 'feg1') });
  return api;
}
