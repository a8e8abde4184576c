import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderMconfig } from '../../../core/mconfig/render.ts';
import type { GatewayGraph } from '../../../core/module/facets.ts';
import { mconfigRegistry } from '../../../proto/mconfig-registry.ts';
import { fromJson } from '@bufbuild/protobuf';
import { build, gatewayGraph, type Sketch } from '../../orc8r/mconfig/testing/graph.ts';
import { mconfig as baseMconfig } from '../../orc8r/mconfig/index.ts';
import type { EnodebConfig } from '../schemas/enodeb.ts';
import type { GatewayCellularConfigs } from '../schemas/gateway-cellular-configs.ts';
import type { NetworkCellularConfigs } from '../schemas/network-cellular-configs.ts';
import { fullGraph } from './testing/graphs.ts';
import { mconfig } from './index.ts';

const uint32 = fc.nat({ max: 0xffffffff });
const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const record = <T>(shape: { [K in keyof T]: fc.Arbitrary<T[K]> }, requiredKeys: (keyof T)[]) =>
  fc.record(shape, { requiredKeys }) as unknown as fc.Arbitrary<T>;
const tac = fc.integer({ min: 1, max: 65535 });
const bandwidth = fc.constantFrom(3 as const, 5 as const, 10 as const, 15 as const, 20 as const);
const bytes = fc.uint8Array({ minLength: 1, maxLength: 16 }).map((value) => Buffer.from(value).toString('base64'));

const network: fc.Arbitrary<NetworkCellularConfigs> = fc.record({
  ran: fc.oneof(
    fc.record({ bandwidth_mhz: bandwidth, fdd_config: fc.record({ earfcndl: uint32, earfcnul: uint32 }) }),
    fc.record({
      bandwidth_mhz: bandwidth,
      tdd_config: fc.record({ earfcndl: uint32, subframe_assignment: fc.nat(6), special_subframe_pattern: fc.nat(9) }),
    }),
  ),
  epc: record<NetworkCellularConfigs['epc']>(
    {
      mcc: fc.constant('001'),
      mnc: fc.constantFrom('01', '001'),
      tac,
      lte_auth_op: bytes,
      lte_auth_amf: bytes,
      sub_profiles: fc.dictionary(text, fc.record({ max_ul_bit_rate: fc.maxSafeNat(), max_dl_bit_rate: fc.maxSafeNat() })),
      default_rule_id: text,
      hss_relay_enabled: fc.boolean(),
      gx_gy_relay_enabled: fc.boolean(),
      subscriberdb_sync_interval: uint32,
      cloud_subscriberdb_enabled: fc.boolean(),
      enable5g_features: fc.boolean(),
      congestion_control_enabled: fc.boolean(),
      network_services: fc.array(fc.constantFrom('dpi' as const, 'policy_enforcement' as const), { maxLength: 2 }),
      mobility: fc.record({
        ip_allocation_mode: fc.constantFrom('NAT' as const, 'STATIC' as const, 'DHCP_PASSTHROUGH' as const, 'DHCP_BROADCAST' as const),
      }),
      restricted_plmns: fc.array(fc.record({ mcc: text, mnc: text }), { maxLength: 3 }),
      service_area_maps: fc.dictionary(fc.oneof(text, fc.nat().map(String)), fc.array(tac, { maxLength: 3 })),
      restricted_imeis: fc.array(fc.record({ tac: text }), { maxLength: 2 }),
    },
    ['mcc', 'mnc', 'tac', 'lte_auth_op', 'lte_auth_amf', 'hss_relay_enabled', 'gx_gy_relay_enabled'],
  ),
});

const gateway: fc.Arbitrary<GatewayCellularConfigs> = record<GatewayCellularConfigs>(
  {
    ran: fc.record({ pci: fc.integer({ min: 1, max: 503 }), transmit_enabled: fc.boolean() }),
    epc: fc.record({
      nat_enabled: fc.boolean(),
      ip_block: text,
      ipv6_block: text,
      dns_primary: text,
      congestion_control_enabled: fc.boolean(),
    }),
    ngc: fc.record({ amf_name: text, amf_default_sst: fc.nat(255) }),
    non_eps_service: fc.record({
      non_eps_service_control: fc.constantFrom(0 as const, 1 as const, 2 as const, 3 as const),
      lac: uint32,
      arfcn_2g: fc.array(uint32),
    }),
    dns: fc.record({
      enable_caching: fc.boolean(),
      local_ttl: fc.integer(),
      dhcp_server_enabled: fc.boolean(),
      records: fc.array(fc.record({ domain: text }), { maxLength: 2 }),
    }),
    pooling: fc.constantFrom([], [{ gateway_pool_id: 'p1', mme_code: 1, mme_relative_capacity: 10 }]),
  },
  ['ran', 'epc'],
);

const enodeb: fc.Arbitrary<EnodebConfig> = fc.oneof(
  fc.record({
    config_type: fc.constant('MANAGED' as const),
    managed_config: record<NonNullable<EnodebConfig['managed_config']>>(
      {
        earfcndl: uint32,
        pci: fc.nat(503),
        bandwidth_mhz: bandwidth,
        tac,
        transmit_enabled: fc.boolean(),
        cell_id: uint32,
        device_class: fc.constant('FreedomFi One' as const),
      },
      ['transmit_enabled', 'cell_id', 'device_class'],
    ),
  }),
  fc.record({
    config_type: fc.constant('UNMANAGED' as const),
    unmanaged_config: fc.record({ cell_id: uint32, ip_address: fc.ipV4(), tac }),
  }),
);

const serial = fc.oneof(fc.stringMatching(/^[A-Z0-9]{1,8}$/), fc.nat().map(String));
const task = fc.record({
  target_id: text,
  target_type: fc.constantFrom('imsi', 'imei', 'msisdn'),
  delivery_type: fc.constantFrom('all', 'events_only'),
  correlation_id: fc.maxSafeNat(),
});

/** Any LTE gateway, and a second writing of the same graph with its entities in another order. */
const graphs: fc.Arbitrary<readonly [GatewayGraph, GatewayGraph]> = fc
  .record({ network, gateway, enodebs: fc.dictionary(serial, enodeb, { maxKeys: 5 }), tasks: fc.dictionary(text, task, { maxKeys: 4 }) })
  .chain((parts) => {
    const sketches: Sketch[] = [
      { type: 'magmad_gateway', key: 'gw1', children: [{ type: 'cellular_gateway', key: 'gw1' }] },
      {
        type: 'cellular_gateway',
        key: 'gw1',
        config: parts.gateway,
        children: Object.keys(parts.enodebs).map((key) => ({ type: 'cellular_enodeb', key })),
      },
      { type: 'cellular_gateway_pool', key: 'p1', config: { mme_group_id: 2 }, children: [{ type: 'cellular_gateway', key: 'gw1' }] },
      ...Object.entries(parts.enodebs).map(([key, config]) => ({ type: 'cellular_enodeb', key, config })),
      ...Object.entries(parts.tasks).map(([key, config]) => ({ type: 'network_probe_task', key, config })),
    ];
    const graph = (order: readonly Sketch[]) => gatewayGraph('gw1', { cellular_network: parts.network }, order);
    return fc.shuffledSubarray(sketches, { minLength: sketches.length }).map((shuffled) => [graph(sketches), graph(shuffled)] as const);
  });

const render = (input: GatewayGraph) => renderMconfig(build(input, baseMconfig, mconfig));

describe('any valid graph', () => {
  it('renders, to JSON that the gateways parser takes, the same whatever the order of its entities', () => {
    fc.assert(
      fc.property(graphs, ([one, other]) => {
        const rendered = render(one);
        expect(render(other)).toMatchObject({ digest: rendered.digest });
        expect(render(other).document(5)).toBe(rendered.document(5));
        const document = JSON.parse(rendered.document(5)) as { configsByKey: Record<string, { '@type': string }> };
        for (const config of Object.values(document.configsByKey)) {
          const { '@type': type, ...fields } = config;
          const schema = mconfigRegistry.getMessage(type.replace('type.googleapis.com/', ''));
          if (!schema) throw new Error(`${type} is not an mconfig message`);
          // Strict: an unknown field or a number out of range throws, as in the gateway's json_format.Parse.
          fromJson(schema, fields as Parameters<typeof fromJson>[1]);
        }
      }),
      { numRuns: 200, seed: 23 },
    );
  });

  it('does not depend on the order of keys in a config', () => {
    const reversed = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(reversed);
      if (value === null || typeof value !== 'object') return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, item]) => [key, reversed(item)]),
      );
    };
    const input = fullGraph();
    const entities = new Map(
      [...input.graph.entities].reverse().map(([key, entity]) => [key, { ...entity, config: reversed(entity.config) }]),
    );
    const other = {
      ...input,
      network: { ...input.network, configs: reversed(input.network.configs) as Record<string, unknown> },
      graph: { entities },
    };
    expect(render(other).document(9)).toBe(render(input).document(9));
    expect(render(fullGraph((sketches) => sketches.toReversed())).digest).toBe(render(input).digest);
  });
});
