import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { OrcError } from '../../../core/errors.ts';
import { complete } from '../../../core/rest/complete.ts';
import { parse } from '../../../core/rest/parse.ts';
import { apnBody, cellular, enodebBody } from '../../../test/support/lte.ts';
import { apn } from './apn.ts';
import { apnResources } from './apn-resource.ts';
import { cellularGatewayPoolRecords } from './cellular-gateway-pool.ts';
import { enodeb } from './enodeb.ts';
import { gatewayCellularConfigs } from './gateway-cellular-configs.ts';
import { gatewayDnsConfigs } from './gateway-dns-configs.ts';
import { gatewayEpcConfigs } from './gateway-epc-configs.ts';
import { gatewayNgcConfigs } from './gateway-ngc-configs.ts';
import { gatewayNonEpsConfigs } from './gateway-non-eps-configs.ts';
import { gatewayRanConfigs } from './gateway-ran-configs.ts';

/** Paths of the faults. */
function faulty(schema: z.ZodType, value: unknown): string[] {
  try {
    parse(schema, value, 'body');
    return [];
  } catch (error) {
    if (error instanceof OrcError) return error.faults.map((fault) => fault.path);
    throw error;
  }
}

describe('gateway_epc_configs', () => {
  it('takes every kind of address where it belongs', () => {
    const all = {
      ...cellular.epc,
      ipv6_block: 'fd00::/64',
      ipv6_prefix_allocation_mode: 'HASH',
      dns_primary: '8.8.8.8',
      dns_secondary: '8.8.4.4',
      ipv4_p_cscf_addr: '10.0.0.1',
      ipv6_dns_addr: '2001:4860:4860::8888',
      ipv6_p_cscf_addr: 'fd00::1',
      ipv4_sgw_s1u_addr: '192.168.60.142/24',
      sgi_management_iface_vlan: '100',
      sgi_management_iface_static_ip: '10.0.1.5/24',
      congestion_control_enabled: false,
      subscriberdb_sync_interval: 60,
    };
    expect(parse(gatewayEpcConfigs, all, 'body')).toEqual(all);
  });

  it('refuses what is not an address', () => {
    const broken = {
      nat_enabled: true,
      ip_block: '192.168.128.0',
      ipv6_block: '10.0.0.0/8',
      dns_primary: '8.8.8',
      dns_secondary: 'fd00::1',
      ipv6_dns_addr: '1.1.1.1',
      ipv4_sgw_s1u_addr: 'somewhere',
      sgi_management_iface_vlan: '12345',
      sgi_management_iface_static_ip: '10.0.1.5',
    };
    const { nat_enabled: _, ...wrong } = broken;
    expect(faulty(gatewayEpcConfigs, broken)).toEqual(Object.keys(wrong).map((name) => `body.${name}`));
  });
});

describe('gateway radio and core', () => {
  it('bounds the physical cell id', () => {
    for (const pci of [0, 504, 1.5]) expect(faulty(gatewayRanConfigs, { pci, transmit_enabled: true })).toEqual(['body.pci']);
    expect(faulty(gatewayRanConfigs, { pci: 503, transmit_enabled: false })).toEqual([]);
    expect(faulty(gatewayRanConfigs, { pci: 1 })).toEqual(['body.transmit_enabled']);
  });

  it('checks the hexadecimal numbers of the AMF', () => {
    expect(
      faulty(gatewayNgcConfigs, {
        amf_set_id: '3ff',
        amf_region_id: 'A',
        amf_pointer: '3F',
        amf_default_sst: 255,
        amf_default_sd: 'FFFFFF',
      }),
    ).toEqual([]);
    expect(
      faulty(gatewayNgcConfigs, {
        amf_set_id: '4',
        amf_region_id: 'xyz',
        amf_pointer: '40',
        amf_default_sst: 256,
        amf_default_sd: '1234567',
      }),
    ).toHaveLength(5);
  });

  it('wants the fallback network as soon as fallback is on', () => {
    expect(faulty(gatewayNonEpsConfigs, { non_eps_service_control: 0 })).toEqual([]);
    expect(faulty(gatewayNonEpsConfigs, { non_eps_service_control: 1 })).toEqual(
      ['arfcn_2g', 'csfb_mcc', 'csfb_mnc', 'csfb_rat', 'lac'].map((name) => `body.${name}`),
    );
    const whole = { non_eps_service_control: 2, arfcn_2g: [], csfb_mcc: '001', csfb_mnc: '01', csfb_rat: 0, lac: 0 };
    expect(parse(gatewayNonEpsConfigs, whole, 'body')).toEqual(whole);
    expect(faulty(gatewayNonEpsConfigs, { non_eps_service_control: 4 })).toEqual(['body.non_eps_service_control']);
  });

  it('writes null for what was never set', () => {
    expect(complete(gatewayNonEpsConfigs, { non_eps_service_control: 0 })).toEqual({ arfcn_2g: null, non_eps_service_control: 0 });
    expect(complete(gatewayDnsConfigs, {})).toEqual({ enable_caching: null, local_ttl: null, dhcp_server_enabled: null });
    expect(complete(gatewayCellularConfigs, cellular)).toEqual(cellular);
  });
});

describe('pool records', () => {
  const record = (id: string, more: object = {}) => ({ gateway_pool_id: id, mme_code: 1, mme_relative_capacity: 10, ...more });

  it('are held to the bounds of their members', () => {
    expect(faulty(cellularGatewayPoolRecords, [record('p1'), record('p2')])).toEqual([]);
    expect(faulty(cellularGatewayPoolRecords, [record('P1', { mme_code: 0, mme_relative_capacity: 256 })])).toEqual([
      'body[0].gateway_pool_id',
      'body[0].mme_code',
      'body[0].mme_relative_capacity',
    ]);
  });
});

describe('apn_resources and apn', () => {
  const resource = (id: string, name: string) => ({
    id,
    apn_name: name,
    vlan_id: 4,
    gateway_ip: '10.0.0.1',
    gateway_mac: '0a:00:27:00:00:01',
  });

  it('stand under the name of their APN, with ids of their own', () => {
    expect(faulty(apnResources, { internet: resource('r1', 'internet'), ims: resource('r2', 'ims') })).toEqual([]);
    expect(faulty(apnResources, { internet: resource('r1', 'ims') })).toEqual(['body.internet.apn_name']);
    expect(faulty(apnResources, { internet: resource('r1', 'internet'), ims: resource('r1', 'ims') })).toEqual(['body.ims.id']);
    expect(faulty(apnResources, { internet: { ...resource('r1', 'internet'), gateway_ip: 'x', gateway_mac: 'x' } })).toEqual([
      'body.internet.gateway_ip',
      'body.internet.gateway_mac',
    ]);
  });

  it('keeps zero where it is a value of its own', () => {
    const body = {
      ...apnBody('internet'),
      apn_configuration: {
        ...apnBody('x').apn_configuration,
        qos_profile: { class_id: 0, preemption_capability: false },
        pdn_type: 0,
        is_default: false,
      },
    };
    const { pdn_type: _, ...kept } = body.apn_configuration;
    expect(parse(apn, body, 'body')).toEqual({ ...body, apn_configuration: kept });
  });
});

describe('enodeb', () => {
  const config = enodebBody('e1').config;
  const sub = (enodeb_config: unknown) => faulty(enodeb, { ...enodebBody('e1'), enodeb_config });

  it('agrees with its config_type', () => {
    const unmanaged = { cell_id: 1, ip_address: '10.0.0.2', tac: 1 };
    expect(sub({ config_type: 'MANAGED', managed_config: config })).toEqual([]);
    expect(sub({ config_type: 'UNMANAGED', unmanaged_config: unmanaged })).toEqual([]);
    expect(sub({ config_type: 'UNMANAGED', managed_config: config })).toEqual([
      'body.enodeb_config.unmanaged_config',
      'body.enodeb_config.managed_config',
    ]);
    expect(sub({ config_type: 'MANAGED', managed_config: config, unmanaged_config: unmanaged })).toEqual([
      'body.enodeb_config.unmanaged_config',
    ]);
    expect(sub({ config_type: 'UNMANAGED', unmanaged_config: { ...unmanaged, ip_address: 'x', tac: 0, cell_id: 268435456 } })).toHaveLength(
      3,
    );
  });

  it('wants the older config too, and a device class that is known', () => {
    const { config: _, ...without } = enodebBody('e1');
    expect(faulty(enodeb, without)).toEqual(['body.config']);
    expect(faulty(enodeb, { ...enodebBody('e1'), config: { ...config, device_class: 'toaster', bandwidth_mhz: 7 } })).toEqual([
      'body.config.bandwidth_mhz',
      'body.config.device_class',
    ]);
  });
});
