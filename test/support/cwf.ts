import { createRegistry } from '../../core/module/registry.ts';
import { orc8r } from '../../modules/orc8r/module.ts';
import { lte } from '../../modules/lte/module.ts';
import { feg } from '../../modules/feg/module.ts';
import { cwf } from '../../modules/cwf/module.ts';
import { routes as baseRoutes } from '../../modules/orc8r/routes/index.ts';
import { routes as lteRoutes } from '../../modules/lte/routes/index.ts';
import { routes as cwfRoutes } from '../../modules/cwf/routes/index.ts';
import { type TestApi, testApi } from './context.ts';
import { dns, magmad } from './lte.ts';

/** Bodies of the carrier Wi-Fi resources that pass every check, each whole, so that what is read back can be compared with it. */

export const carrierWifi = {
  default_rule_id: 'default_rule_1',
  network_services: ['dpi'],
  eap_aka: { timeout: { challenge_ms: 20_000 }, plmn_ids: ['00101'] },
  aaa_server: { idle_session_timeout_ms: 21_600_000, accounting_enabled: true },
};

export const cwfNetworkBody = (id: string) => ({
  id,
  name: `Network ${id}`,
  description: 'for tests',
  carrier_wifi: carrierWifi,
  federation: { feg_network_id: 'feg1' },
  dns,
});

export const cwfGatewayConfig = {
  allowed_gre_peers: [{ ip: '10.0.0.1', key: 444 }, { ip: '10.1.0.0/16' }],
  ipdr_export_dst: { ip: '192.168.128.88', port: 2040 },
  gateway_health_configs: { cpu_util_threshold_pct: 0.75, gre_probe_interval_secs: 5 },
};

export const cwfGatewayBody = (id: string) => ({
  id,
  name: `Gateway ${id}`,
  description: 'in the hall',
  device: { hardware_id: `hw-${id}`, key: { key_type: 'ECHO' } },
  magmad,
  tier: 'default',
  carrier_wifi: cwfGatewayConfig,
});

export const haPairBody = (id: string, first = 'gw2', second = 'gw1') => ({
  ha_pair_id: id,
  gateway_id_1: first,
  gateway_id_2: second,
  config: { transport_virtual_ip: '10.10.10.11/24' },
});

/** The routes of carrier Wi-Fi and what it builds on, with one such network that has a tier `default`. */
export async function cwfApi(network = 'n1'): Promise<TestApi> {
  const api = testApi([...baseRoutes, ...lteRoutes, ...cwfRoutes], [], createRegistry([orc8r, lte, feg, cwf]).restoring);
  await api.call('POST', '/cwf', { body: cwfNetworkBody(network) });
  await api.call('POST', `/networks/${network}/tiers`, { body: { id: 'default', version: '1.0', images: [], gateways: [] } });
  return api;
}
