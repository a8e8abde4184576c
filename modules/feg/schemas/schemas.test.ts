import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { complete } from '../../../core/rest/complete.ts';
import { normalise } from '../../../core/rest/normalise.ts';
import { fullFederation } from '../../../test/support/feg.ts';
import {
  aaaServer,
  diameterClientConfigs,
  eapAka,
  federatedNetworkConfigs,
  gatewayFederationConfigs,
  gx,
  gy,
  health,
  mutableFederationGateway,
  networkFederationConfigs,
  s6a,
  s8,
} from './index.ts';

const accepts = (schema: z.ZodType, value: unknown) => schema.safeParse(normalise(schema, value)).success;
/** What a reader sees of what was sent. */
const readBack = (schema: z.ZodType, value: unknown) => complete(schema, schema.parse(normalise(schema, value)));

describe('federation schemas', () => {
  it('keep false where the contract tells it from absence, and drop it elsewhere', () => {
    expect(readBack(gx, { disableGx: false, overwrite_apn: '' })).toEqual({ disableGx: false, servers: null, virtual_apn_rules: null });
    expect(readBack(gy, { disableGy: false })).toEqual({ disableGy: false, servers: null, virtual_apn_rules: null });
    expect(readBack(aaaServer, { accounting_enabled: false, idle_session_timeout_ms: 0 })).toEqual({});
    expect(readBack(diameterClientConfigs, { retransmits: 0, product_name: '', disable_dest_host: false })).toEqual({});
    expect(readBack(eapAka, { mnc_len: 0, use_s6a: false })).toEqual({ plmn_ids: null });
  });

  it('tell an empty list from none, as the contract does', () => {
    expect(readBack(s6a, { plmn_ids: [] })).toEqual({ plmn_ids: [] });
    expect(readBack(gx, { servers: [], virtual_apn_rules: [] })).toEqual({ servers: [], virtual_apn_rules: [] });
    expect(readBack(health, {})).toEqual({ health_services: null });
    expect(readBack(federatedNetworkConfigs, { feg_network_id: '', federated_modes_mapping: {} })).toEqual({
      feg_network_id: '',
      federated_modes_mapping: { mapping: null },
    });
    expect(readBack(networkFederationConfigs, { ...fullFederation, served_nh_ids: [], nh_routes: {} })).not.toHaveProperty('nh_routes');
  });

  it('fill no defaults in', () => {
    expect(readBack(diameterClientConfigs, {})).toEqual({});
    expect(readBack(gy, {})).not.toHaveProperty('init_method');
  });

  it.each([
    ['a protocol that Diameter does not know', diameterClientConfigs, { protocol: 'udp' }],
    ['a negative number', diameterClientConfigs, { request_timeout: -1 }],
    ['a number beyond 32 bits', diameterClientConfigs, { watchdog_interval: 4_294_967_296 }],
    ['an address without a host', diameterClientConfigs, { address: ':' }],
    ['a packet gateway without a host', s8, { pgw_address: '::' }],
    ['too short a PLMN', s6a, { plmn_ids: ['0010'] }],
    ['too long a PLMN', s6a, { plmn_ids: ['0010100'] }],
    ['letters in a PLMN', eapAka, { plmn_ids: ['0010a'] }],
    ['an unknown way to ask for credit', gy, { init_method: 3 }],
    ['zero as a way to ask for credit', gy, { init_method: 0 }],
    ['a secret that is no base64', aaaServer, { radius_config: { secret: 'a' } }],
    ['an unknown service', health, { health_services: ['MME'] }],
    ['a share beyond a 32-bit float', health, { cpu_utilization_threshold: 1e39 }],
    ['no federation network', federatedNetworkConfigs, {}],
    ['a mode that does not exist', federatedNetworkConfigs, { feg_network_id: 'f', federated_modes_mapping: { mapping: [{ mode: 'x' }] } }],
  ])('refuse %s', (_, schema, value) => {
    expect(accepts(schema, value)).toBe(false);
  });

  it('want the same parts of a gateway and of a network', () => {
    for (const part of ['s6a', 'hss', 'gx', 'gy', 'swx', 'eap_aka', 'aaa_server', 'served_network_ids', 'health']) {
      for (const schema of [networkFederationConfigs, gatewayFederationConfigs])
        expect(accepts(schema, { ...fullFederation, [part]: undefined }), part).toBe(false);
    }
    for (const part of ['s8', 'eap_sim', 'csfb', 'served_nh_ids', 'nh_routes'])
      expect(accepts(networkFederationConfigs, { ...fullFederation, [part]: undefined }), part).toBe(true);
    expect(mutableFederationGateway.shape.federation.safeParse(undefined).success).toBe(true);
  });
});
