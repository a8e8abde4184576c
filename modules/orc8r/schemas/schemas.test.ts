import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { complete } from '../../../core/rest/complete.ts';
import { parse } from '../../../core/rest/parse.ts';
import * as schemas from './index.ts';

const accepts = (schema: z.ZodType, value: unknown): boolean => {
  try {
    parse(schema, value, 'body');
    return true;
  } catch {
    return false;
  }
};

const magmad = { autoupgrade_enabled: false, autoupgrade_poll_interval: 30, checkin_interval: 15, checkin_timeout: 5 };

describe('bounds', () => {
  const table: [string, z.ZodType, unknown[], unknown[]][] = [
    ['network id', schemas.networkId, ['n', '1_a-b'], ['', 'N', 'a b', 'a.b', 7, null]],
    ['gateway id', schemas.gatewayId, ['g1', 'a_-'], ['', 'g', '1g', 'Gw', 'g w']],
    ['tier id', schemas.tierId, ['t1', 'a_b'], ['', 't', 'a-b', 'T1']],
    [
      'agent settings',
      schemas.magmadGatewayConfigs,
      [magmad, { ...magmad, logging: { log_level: 'INFO', event_verbosity: -1 } }, { ...magmad, vpn: { enable_shell: false } }],
      [
        { ...magmad, autoupgrade_poll_interval: 29 },
        { ...magmad, checkin_interval: 14 },
        { ...magmad, checkin_timeout: 4 },
        { ...magmad, autoupgrade_enabled: undefined },
        { ...magmad, checkin_interval: 60.5 },
        { ...magmad, checkin_interval: 4_294_967_296 },
        { ...magmad, dynamic_services: [''] },
        { ...magmad, logging: { log_level: 'LOUD' } },
        { ...magmad, logging: { log_level: 'INFO', aggregation: { throttle_interval: '5 minutes' } } },
        { ...magmad, vpn: {} },
      ],
    ],
    [
      'DNS settings',
      schemas.networkDnsConfig,
      [
        { enable_caching: false, local_ttl: 0 },
        { enable_caching: true, local_ttl: 60, records: [{ domain: 'a', a_record: ['10.0.0.1'], aaaa_record: ['::1'] }] },
      ],
      [
        { local_ttl: 0 },
        { enable_caching: true, local_ttl: -1 },
        { enable_caching: true, local_ttl: 0, records: [{ domain: '' }] },
        { enable_caching: true, local_ttl: 0, records: [{ domain: 'a', a_record: ['10.0.0.256'] }] },
        { enable_caching: true, local_ttl: 0, records: [{ domain: 'a', aaaa_record: ['10.0.0.1'] }] },
      ],
    ],
    [
      'crash reporting',
      schemas.networkSentryConfig,
      [{}, { url_native: '', sample_rate: 1 }],
      [{ sample_rate: 1.1 }, { url_python: 'not a url' }, { number_of_lines_in_log: -1 }],
    ],
    [
      'state reporting',
      schemas.stateConfig,
      [{}, { sync_interval: 0 }, { sync_interval: 3 }],
      [{ sync_interval: 2 }, { sync_interval: '60' }],
    ],
    [
      'device',
      schemas.gatewayDevice,
      [{ hardware_id: 'h', key: { key_type: 'ECHO' } }],
      [{ hardware_id: '', key: { key_type: 'ECHO' } }, { hardware_id: 'h' }, { hardware_id: 'h', key: { key_type: '' } }],
    ],
    [
      'tier',
      schemas.tier,
      [{ id: 't1', version: '1', images: [], gateways: [] }],
      [
        { id: 't1', version: '', images: [], gateways: [] },
        { id: 't1', version: '1', gateways: [] },
      ],
    ],
    [
      'ping',
      schemas.pingRequest,
      [{ hosts: [] }, { hosts: ['a.b', '::1', '10.0.0.1'], packets: 0 }],
      [{}, { hosts: ['$(reboot)'] }, { hosts: ['-i'] }, { hosts: ['a'], packets: -1 }],
    ],
  ];

  it.each(table)('of a %s', (_name, schema, good, bad) => {
    for (const value of good) expect(accepts(schema, value), JSON.stringify(value)).toBe(true);
    for (const value of bad) expect(accepts(schema, value), JSON.stringify(value)).toBe(false);
  });
});

describe('what was never set', () => {
  it('is written as null where clients look for it', () => {
    expect(complete(schemas.magmadGatewayConfigs, magmad)).toEqual({ ...magmad, dynamic_services: null });
    expect(complete(schemas.dnsConfigRecord, { domain: 'a' })).toEqual({
      domain: 'a',
      a_record: null,
      aaaa_record: null,
      cname_record: null,
    });
    expect(complete(schemas.networkSentryConfig, {})).toEqual({ exclusion_patterns: null });
    expect(complete(schemas.network, { id: 'n', name: 'n', description: 'd' })).toEqual({
      id: 'n',
      name: 'n',
      description: 'd',
      dns: null,
    });
  });
});

describe('models', () => {
  it('carry ids of their own and describe every property', () => {
    const ids = new Set<string>();
    for (const [name, schema] of Object.entries(schemas)) {
      if (!(schema instanceof z.ZodType)) continue;
      const meta = schema.meta();
      if (meta?.['id'] === undefined) continue;
      expect(ids.has(String(meta['id'])), name).toBe(false);
      ids.add(String(meta['id']));
      expect(meta['description'], name).toBeTruthy();
    }
    expect(ids.size).toBeGreaterThan(35);
  });
});
