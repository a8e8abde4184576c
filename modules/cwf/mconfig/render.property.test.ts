import { fromJson } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderMconfig } from '../../../core/mconfig/render.ts';
import type { GatewayGraph } from '../../../core/module/facets.ts';
import { parse } from '../../../core/rest/parse.ts';
import { neighbourhood } from '../../../core/streams/neighbourhood.ts';
import { mconfigRegistry } from '../../../proto/mconfig-registry.ts';
import { mconfig as baseMconfig } from '../../orc8r/mconfig/index.ts';
import { build, gatewayGraph } from '../../orc8r/mconfig/testing/graph.ts';
import { gatewayCwfConfigs } from '../schemas/gateway-cwf-configs.ts';
import { networkCarrierWifiConfigs } from '../schemas/network-carrier-wifi-configs.ts';
import { full } from './testing/graphs.ts';
import { mconfig } from './index.ts';

const uint32 = fc.nat({ max: 0xffffffff });
const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const texts = fc.array(text, { maxLength: 3 });
const optional = <T>(shape: { [K in keyof T]: fc.Arbitrary<T[K]> }, requiredKeys: (keyof T)[] = []) => fc.record(shape, { requiredKeys });
const bytes = fc.uint8Array({ maxLength: 16 }).map((value) => Buffer.from(value).toString('base64'));

const eap = optional({
  timeout: optional({ challenge_ms: uint32, error_notification_ms: uint32, session_ms: uint32, session_authenticated_ms: uint32 }),
  plmn_ids: fc.array(fc.constantFrom('00101', '310260'), { maxLength: 2 }),
  use_s6a: fc.boolean(),
  mnc_len: fc.integer({ min: -0x80000000, max: 0x7fffffff }),
});

const network = optional(
  {
    default_rule_id: text,
    network_services: fc.array(fc.constantFrom('dpi', 'policy_enforcement'), { maxLength: 3 }),
    eap_aka: eap,
    eap_sim: eap,
    aaa_server: optional({
      idle_session_timeout_ms: uint32,
      accounting_enabled: fc.boolean(),
      create_session_on_auth: fc.boolean(),
      event_logging_enabled: fc.boolean(),
      acct_reporting_enabled: fc.boolean(),
      radius_config: optional({ secret: bytes, network: text, auth_addr: text, acct_addr: text, DAE_addr: text }),
    }),
    li_ues: fc.record({ imsis: texts, msisdns: texts, macs: texts, ips: texts }),
  },
  ['default_rule_id', 'network_services', 'eap_aka', 'aaa_server'],
);

const float = fc.double({ min: -3.4028234663852886e38, max: 3.4028234663852886e38, noNaN: true });
const gateway = optional(
  {
    allowed_gre_peers: fc.uniqueArray(optional({ ip: fc.ipV4(), key: uint32 }, ['ip']), {
      selector: (peer) => `${peer.ip} ${peer.key ?? 0}`,
      maxLength: 3,
    }),
    ipdr_export_dst: fc.record({ ip: fc.ipV4(), port: fc.integer({ min: 1, max: 0xffffffff }) }),
    gateway_health_configs: optional({
      cpu_util_threshold_pct: float,
      mem_util_threshold_pct: float,
      gre_probe_interval_secs: uint32,
      icmp_probe_pkt_count: uint32,
    }),
  },
  ['allowed_gre_peers'],
);

/** What the gateway of a graph is rendered from: its part of the network, as the network object selects it. */
const render = (input: GatewayGraph) =>
  renderMconfig(build({ ...input, graph: neighbourhood(input.graph, input.gateway, []) }, baseMconfig, mconfig));

describe('any carrier Wi-Fi settings that REST accepts', () => {
  it('render to JSON that the parser of gateways takes', () => {
    fc.assert(
      fc.property(network, gateway, (networkBody, gatewayBody) => {
        const input = gatewayGraph('gw1', { carrier_wifi_network: parse(networkCarrierWifiConfigs, networkBody, 'body') }, [
          { type: 'magmad_gateway', key: 'gw1', children: [{ type: 'carrier_wifi_gateway', key: 'gw1' }] },
          { type: 'carrier_wifi_gateway', key: 'gw1', config: parse(gatewayCwfConfigs, gatewayBody, 'body') },
        ]);
        const document = JSON.parse(render(input).document(5)) as { configsByKey: Record<string, { '@type': string }> };
        for (const { '@type': type, ...fields } of Object.values(document.configsByKey)) {
          const schema = mconfigRegistry.getMessage(type.replace('type.googleapis.com/', ''));
          if (!schema) throw new Error(`${type} is not an mconfig message`);
          // Strict: an unknown field or a number out of range throws, as in the gateway's json_format.Parse.
          fromJson(schema, fields as Parameters<typeof fromJson>[1]);
        }
      }),
      { numRuns: 200, seed: 29 },
    );
  });

  it('hold the pair of the gateway, which stands above it in the graph', () => {
    const document = JSON.parse(render(full).document(5)) as { configsByKey: { health: object } };
    expect(document.configsByKey.health).toMatchObject({ clusterVirtualIp: '10.10.10.11/24' });
  });
});
