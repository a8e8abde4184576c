import type { PublicIdentity } from '../../agent/agent.ts';
import type { RestClient } from '../rest-client.ts';

export const DEMO_NETWORK = 'demo';

/** An LTE network as an operator would describe it. */
export const lteNetwork = (id: string, name: string) => ({
  id,
  name,
  description: `${name} network`,
  cellular: {
    epc: {
      mcc: '001',
      mnc: '01',
      tac: 1,
      lte_auth_op: 'EREREREREREREREREREREQ==',
      lte_auth_amf: 'gAA=',
      gx_gy_relay_enabled: false,
      hss_relay_enabled: false,
    },
    ran: { bandwidth_mhz: 20, tdd_config: { earfcndl: 44590, subframe_assignment: 2, special_subframe_pattern: 7 } },
  },
  dns: { enable_caching: false, local_ttl: 60, records: [] },
});

/** An LTE gateway in tier `default`; `checkin` in seconds (15 at least). */
export const lteGateway = (id: string, identity: PublicIdentity, checkin = 15) => ({
  id,
  name: `Gateway ${id}`,
  description: 'made by this machine',
  device: { hardware_id: identity.hardwareId, key: { key_type: identity.keyType, key: identity.publicKey } },
  magmad: {
    autoupgrade_enabled: false,
    autoupgrade_poll_interval: 300,
    checkin_interval: checkin,
    checkin_timeout: 10,
    dynamic_services: [],
  },
  tier: 'default',
  cellular: {
    epc: { nat_enabled: true, ip_block: '192.168.128.0/24' },
    ran: { pci: 260, transmit_enabled: true },
  },
  connected_enodeb_serials: [],
});

/** Makes the network and its tier unless they are there already. */
export async function ensureNetwork(rest: RestClient, id: string, name: string): Promise<void> {
  const found = await rest.call('GET', `/magma/v1/lte/${id}`);
  if (found.status === 404) await rest.must('POST', '/magma/v1/lte', lteNetwork(id, name));
  const tier = await rest.call('GET', `/magma/v1/networks/${id}/tiers/default`);
  if (tier.status === 404) {
    await rest.must('POST', `/magma/v1/networks/${id}/tiers`, {
      id: 'default',
      name: 'Default',
      version: '1.9.0-0',
      images: [],
      gateways: [],
    });
  }
}

/** Registers a gateway unless it is there already. */
export async function ensureGateway(rest: RestClient, network: string, id: string, identity: PublicIdentity): Promise<void> {
  const found = await rest.call('GET', `/magma/v1/lte/${network}/gateways/${id}`);
  if (found.status === 404) await rest.must('POST', `/magma/v1/lte/${network}/gateways`, lteGateway(id, identity));
}
