import { createECDH, ECDH, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { OrcError } from '../../../core/errors.ts';
import { parse } from '../../../core/rest/parse.ts';
import { epc, lteNetworkBody, ran } from '../../../test/support/lte.ts';
import { bandOfDownlink, bands } from './earfcn-bands.ts';
import { lteNetwork } from './lte-network.ts';
import { networkEpcConfigs } from './network-epc-configs.ts';
import { networkNgcConfigs } from './network-ngc-configs.ts';
import { networkRanConfigs } from './network-ran-configs.ts';

/** `path: message` of each fault. */
function faults(schema: z.ZodType, value: unknown): string[] {
  try {
    parse(schema, value, 'body');
    return [];
  } catch (error) {
    if (error instanceof OrcError) return error.faults.map((fault) => `${fault.path}: ${fault.message}`);
    throw error;
  }
}

describe('EARFCN bands', () => {
  it('do not overlap, and no uplink is wider than its downlink', () => {
    const sorted = [...bands].sort((left, right) => left.downlink[0] - right.downlink[0]);
    for (const [index, band] of sorted.entries()) {
      expect(band.downlink[0]).toBeLessThanOrEqual(band.downlink[1]);
      expect(band.uplink[1] - band.uplink[0], `band ${band.band}`).toBeLessThanOrEqual(band.downlink[1] - band.downlink[0]);
      const next = sorted[index + 1];
      if (next) expect(band.downlink[1]).toBeLessThan(next.downlink[0]);
    }
    expect(new Set(bands.map((band) => band.band)).size).toBe(bands.length);
  });

  it('are found at both ends and not beyond', () => {
    expect(bandOfDownlink(0)).toMatchObject({ band: 1, mode: 'FDD' });
    expect(bandOfDownlink(599)).toMatchObject({ band: 1 });
    expect(bandOfDownlink(600)).toMatchObject({ band: 2 });
    expect(bandOfDownlink(44590)).toMatchObject({ band: 43, mode: 'TDD' });
    expect(bandOfDownlink(55240)).toMatchObject({ band: 48, mode: 'TDD' });
    expect(bandOfDownlink(68935)).toMatchObject({ band: 71, uplink: [133122, 133471] });
    for (const nowhere of [5000, 9700, 65000, 67400, 80000]) expect(bandOfDownlink(nowhere)).toBeUndefined();
  });
});

describe('network_ran_configs', () => {
  const fdd = (earfcndl: number, earfcnul: number) => ({ bandwidth_mhz: 10, fdd_config: { earfcndl, earfcnul } });

  it('takes a TDD or an FDD network', () => {
    expect(faults(networkRanConfigs, ran)).toEqual([]);
    expect(faults(networkRanConfigs, fdd(1, 18000))).toEqual([]);
    expect(faults(networkRanConfigs, fdd(66436, 132671))).toEqual([]);
  });

  it('wants exactly one of the two', () => {
    expect(faults(networkRanConfigs, { bandwidth_mhz: 20 })).toEqual(['body: needs one of fdd_config and tdd_config']);
    expect(faults(networkRanConfigs, { ...ran, ...fdd(1, 18000) })).toEqual([
      'body: holds both fdd_config and tdd_config; a network is either FDD or TDD',
    ]);
  });

  it('holds channels to their bands', () => {
    expect(faults(networkRanConfigs, fdd(44590, 18000))).toEqual(['body.fdd_config.earfcndl: 44590 lies in band 43, which is no FDD band']);
    expect(faults(networkRanConfigs, fdd(5000, 18000))).toEqual(['body.fdd_config.earfcndl: 5000 lies in no LTE band']);
    expect(faults(networkRanConfigs, fdd(600, 18000))).toEqual([
      'body.fdd_config.earfcnul: must be 18600 to 19199, the uplink of band 2, in which earfcndl 600 lies',
    ]);
    expect(faults(networkRanConfigs, { ...ran, tdd_config: { ...ran.tdd_config, earfcndl: 1 } })).toEqual([
      'body.tdd_config.earfcndl: 1 lies in band 1, which is no TDD band',
    ]);
  });

  it('holds numbers to their bounds, all at once', () => {
    const broken = { bandwidth_mhz: 4, tdd_config: { earfcndl: 44590, subframe_assignment: 7, special_subframe_pattern: 10 } };
    expect(faults(networkRanConfigs, broken).map((fault) => fault.split(':')[0])).toEqual([
      'body.bandwidth_mhz',
      'body.tdd_config.subframe_assignment',
      'body.tdd_config.special_subframe_pattern',
    ]);
  });
});

describe('network_epc_configs', () => {
  const mobility = (value: unknown) => faults(networkEpcConfigs, { ...epc, mobility: value });

  it('keeps false where a default is true, and drops zero values elsewhere', () => {
    const given = {
      ...epc,
      congestion_control_enabled: false,
      enable5g_features: false,
      cloud_subscriberdb_enabled: false,
      default_rule_id: '',
      sub_profiles: {},
    };
    expect(parse(networkEpcConfigs, given, 'body')).toEqual({ ...epc, congestion_control_enabled: false, enable5g_features: false });
  });

  it('holds each property to its bounds', () => {
    const broken = {
      ...epc,
      mcc: '1',
      mnc: '1234',
      tac: 65536,
      lte_auth_op: 'not base64',
      subscriberdb_sync_interval: 59,
      network_services: ['x'],
    };
    expect(faults(networkEpcConfigs, broken).map((fault) => fault.split(':')[0])).toEqual([
      'body.mcc',
      'body.mnc',
      'body.tac',
      'body.lte_auth_op',
      'body.subscriberdb_sync_interval',
      'body.network_services[0]',
    ]);
    expect(faults(networkEpcConfigs, {})).toContain('body.hss_relay_enabled: is required');
  });

  it('wants names for sub-profiles, and rates above zero', () => {
    const rates = { max_ul_bit_rate: 1, max_dl_bit_rate: 1 };
    expect(faults(networkEpcConfigs, { ...epc, sub_profiles: { '': rates } })).toHaveLength(1);
    expect(faults(networkEpcConfigs, { ...epc, sub_profiles: { gold: { ...rates, max_dl_bit_rate: 0 } } })).toHaveLength(1);
    expect(faults(networkEpcConfigs, { ...epc, sub_profiles: { gold: rates } })).toEqual([]);
  });

  it('matches address blocks to the way of handing out addresses', () => {
    const nat = { ip_blocks: ['10.0.0.0/16'] };
    const fixed = { ip_blocks_by_tac: { 1: ['10.1.0.0/16'] } };
    expect(mobility({ ip_allocation_mode: 'NAT', nat })).toEqual([]);
    expect(mobility({ ip_allocation_mode: 'STATIC', static: fixed })).toEqual([]);
    expect(mobility({ ip_allocation_mode: 'DHCP_BROADCAST' })).toEqual([]);
    expect(mobility({ ip_allocation_mode: 'STATIC', nat })).toEqual(['body.mobility.nat: does not go with ip_allocation_mode STATIC']);
    expect(mobility({ ip_allocation_mode: 'DHCP_PASSTHROUGH', static: fixed })).toHaveLength(1);
    expect(mobility({ ip_allocation_mode: 'NAT', nat, static: fixed })).toHaveLength(1);
    expect(mobility({ ip_allocation_mode: 'NAT', nat: { ip_blocks: ['10.0.0.0'] } })[0]).toMatch(
      /^body\.mobility\.nat\.ip_blocks\[0\]: .*address block/,
    );
    expect(mobility({ ip_allocation_mode: 'NAT', reserved_addresses: ['10.0.0.300'] })).toHaveLength(1);
  });
});

describe('lte_network', () => {
  it('reports all faults of a body at once, each with its path', () => {
    const body = { ...lteNetworkBody('n1'), name: '', cellular: { ran: { bandwidth_mhz: 20 }, epc: { ...epc, mcc: 'x' } } };
    expect(faults(lteNetwork, body).map((fault) => fault.split(':')[0])).toEqual([
      'body.name',
      'body.cellular.ran',
      'body.cellular.epc.mcc',
    ]);
  });

  it('takes the keys of each protection scheme as OpenSSL writes them, and not those of the other', () => {
    const a = generateKeyPairSync('x25519');
    const b = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const raw = (key: KeyObject, type: 'spki' | 'pkcs8', bytes: number) =>
      (key.export({ format: 'der', type } as never) as Buffer).subarray(-bytes);
    const curve = createECDH('prime256v1');
    const point = curve.generateKeys();
    const keys = {
      ProfileA: { open: [raw(a.publicKey, 'spki', 32)], secret: [raw(a.privateKey, 'pkcs8', 32)] },
      ProfileB: {
        open: [point, ECDH.convertKey(point, 'prime256v1', undefined, undefined, 'compressed') as Buffer],
        secret: [b.privateKey.export({ format: 'der', type: 'pkcs8' }), b.privateKey.export({ format: 'der', type: 'sec1' })],
      },
    };
    const found = (protection_scheme: string, open: Buffer, secret: Buffer) =>
      faults(networkNgcConfigs, {
        suci_profiles: [
          {
            protection_scheme,
            home_network_public_key: open.toString('base64'),
            home_network_private_key: secret.toString('base64'),
          },
        ],
      });
    // Any 32 bytes but a few are a private key of P-256 too.
    const wrong = { ProfileA: 2, ProfileB: 1 };
    for (const scheme of ['ProfileA', 'ProfileB'] as const)
      for (const [of, { open, secret }] of Object.entries(keys))
        for (const [index, key] of open.entries())
          expect(found(scheme, key, secret[index] ?? Buffer.alloc(0)), `${of} for ${scheme}`).toHaveLength(
            of === scheme ? 0 : wrong[scheme],
          );
    const [whole = Buffer.alloc(0)] = keys.ProfileB.secret;
    expect(found('ProfileB', point, whole.subarray(0, -1))).toHaveLength(1);
  });

  it('wants at least one SUCI profile where there are any', () => {
    expect(faults(networkNgcConfigs, {})).toEqual([]);
    expect(faults(networkNgcConfigs, { suci_profiles: [] })).toHaveLength(1);
    expect(faults(networkNgcConfigs, { suci_profiles: [{ protection_scheme: 'ProfileC' }] })).toHaveLength(1);
  });
});
