import { createRegistry } from '../../core/module/registry.ts';
import { orc8r } from '../../modules/orc8r/module.ts';
import { lte } from '../../modules/lte/module.ts';
import { routes as baseRoutes } from '../../modules/orc8r/routes/index.ts';
import { routes as lteRoutes } from '../../modules/lte/routes/index.ts';
import { type TestApi, testApi } from './context.ts';

/** Bodies of the LTE resources that pass every check, each whole, so that what is read back can be compared with it. */

export const ran = { bandwidth_mhz: 20, tdd_config: { earfcndl: 44590, subframe_assignment: 2, special_subframe_pattern: 7 } };

export const epc = {
  mcc: '001',
  mnc: '01',
  tac: 1,
  lte_auth_op: 'EREREREREREREREREREREQ==',
  lte_auth_amf: 'gAA=',
  hss_relay_enabled: false,
  gx_gy_relay_enabled: false,
};

export const dns = { enable_caching: false, local_ttl: 0 };

export const lteNetworkBody = (id: string) => ({ id, name: `Network ${id}`, description: 'for tests', cellular: { ran, epc }, dns });

export const magmad = { autoupgrade_enabled: true, autoupgrade_poll_interval: 300, checkin_interval: 15, checkin_timeout: 12 };

export const cellular = { epc: { nat_enabled: true, ip_block: '192.168.128.0/24' }, ran: { pci: 260, transmit_enabled: false } };

export const lteGatewayBody = (id: string) => ({
  id,
  name: `Gateway ${id}`,
  description: 'on the roof',
  device: { hardware_id: `hw-${id}`, key: { key_type: 'ECHO' } },
  magmad,
  tier: 'default',
  cellular,
  connected_enodeb_serials: [] as string[],
});

const managed = { device_class: 'Baicells ID TDD/FDD', transmit_enabled: true, cell_id: 7 };

export const enodebBody = (serial: string) => ({
  serial,
  name: `Cell ${serial}`,
  config: managed,
  enodeb_config: { config_type: 'MANAGED', managed_config: managed },
});

export const apnBody = (name: string) => ({
  apn_name: name,
  apn_configuration: { ambr: { max_bandwidth_ul: 1000, max_bandwidth_dl: 2000 }, qos_profile: { class_id: 9 } },
});

/** The routes of LTE and what it builds on, with one LTE network that has a tier `default`, eNodeBs e1 and e2, and APNs internet and ims. */
export async function lteApi(network = 'n1'): Promise<TestApi> {
  const api = testApi([...baseRoutes, ...lteRoutes], [], createRegistry([orc8r, lte]).restoring);
  await api.call('POST', '/lte', { body: lteNetworkBody(network) });
  await api.call('POST', `/networks/${network}/tiers`, { body: { id: 'default', version: '1.0', images: [], gateways: [] } });
  for (const serial of ['e1', 'e2']) await api.call('POST', `/lte/${network}/enodebs`, { body: enodebBody(serial) });
  for (const name of ['internet', 'ims']) await api.call('POST', `/lte/${network}/apns`, { body: apnBody(name) });
  return api;
}
