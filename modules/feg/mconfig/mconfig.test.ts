import { toJson } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { renderMconfig } from '../../../core/mconfig/render.ts';
import type { GatewayGraph } from '../../../core/module/facets.ts';
import { mconfig as lteMconfig } from '../../lte/mconfig/index.ts';
import { mconfig as baseMconfig } from '../../orc8r/mconfig/index.ts';
import { expectGolden } from '../../orc8r/mconfig/testing/golden.ts';
import { build, gatewayGraph } from '../../orc8r/mconfig/testing/graph.ts';
import { bare, CREATED_AT } from '../../orc8r/mconfig/testing/graphs.ts';
import { networkFederationConfigs } from '../schemas/federation-configs.ts';
import { mconfig } from './index.ts';
import { bareSettings, federationGraph, full } from './testing/graphs.ts';

const keys = (input: GatewayGraph) =>
  build(input, mconfig)
    .map(({ key }) => key)
    .sort();
const json = (input: GatewayGraph, key: string) => {
  const found = build(input, mconfig).find((item) => item.key === key);
  if (!found) throw new Error(`no entry ${key}`);
  return toJson(found.schema, found.message);
};
const own = (settings: object) => federationGraph(undefined, { ...bareSettings, ...settings });

describe('the mconfig of a federation gateway', () => {
  it.each([
    ['minimal', federationGraph(undefined, bareSettings)],
    ['full', federationGraph(full, null)],
  ])('with %s config is the golden one', (name, input) => {
    const rendered = renderMconfig(build(input, baseMconfig, lteMconfig, mconfig));
    expectGolden(`${import.meta.dirname}/golden/${name}.json`, rendered.document(CREATED_AT));
  });

  it('is rendered from settings that REST would take', () => {
    for (const settings of [full, bareSettings]) expect(networkFederationConfigs.safeParse(settings).error?.issues).toBeUndefined();
  });

  it('has a key for each part that is configured, and none without a federation side', () => {
    const always = ['aaa_server', 'eap_aka', 'health', 'hss', 's6a_proxy', 'session_proxy', 'swx_proxy'];
    expect(keys(federationGraph(undefined, bareSettings))).toEqual(always);
    expect(keys(federationGraph(full, null))).toEqual([...always, 'csfb', 'eap_sim', 's8_proxy'].sort());
    expect(keys(federationGraph(undefined, null))).toEqual([]);
    expect(keys(federationGraph({}, null))).toEqual([]);
    expect(keys(bare)).toEqual([]);
    expect(keys(gatewayGraph('gw1', { federation_network: full }, [{ type: 'magmad_gateway', key: 'gw1' }]))).toEqual([]);
  });

  it('takes the settings of the gateway whole, else those of the network, never some of each', () => {
    const gateway = { ...bareSettings, s6a: { plmn_ids: ['99999'] } };
    expect(json(federationGraph(full, gateway), 's6a_proxy')).toMatchObject({ PlmnIds: ['99999'] });
    expect(keys(federationGraph(full, gateway))).not.toContain('s8_proxy');
    expect(json(federationGraph(full, null), 's6a_proxy')).toMatchObject({ PlmnIds: ['00101', '310260'] });
  });

  it('lets the network decide on health, for the thresholds of the proxies too', () => {
    const gateway = {
      ...bareSettings,
      health: { update_interval_secs: 99, request_failure_threshold: 0.25, minimum_request_threshold: 9 },
    };
    const both = federationGraph(full, gateway);
    expect(json(both, 'health')).toMatchObject({ updateIntervalSecs: 10, requiredServices: ['S6A_PROXY', 'SESSION_PROXY'] });
    for (const key of ['s6a_proxy', 'session_proxy'])
      expect(json(both, key)).toMatchObject({ requestFailureThreshold: 0.5, minimumRequestThreshold: 4 });
    const alone = federationGraph(undefined, gateway);
    expect(json(alone, 'health')).toEqual({ updateIntervalSecs: 99 });
    for (const key of ['s6a_proxy', 'session_proxy'])
      expect(json(alone, key)).toMatchObject({ requestFailureThreshold: 0.25, minimumRequestThreshold: 9 });
  });

  it('lists servers: those of the list, else the single one, else none', () => {
    const servers = (settings: object) => json(own({ swx: settings }), 'swx_proxy') as { servers?: { host: string }[]; server?: unknown };
    const [a, b] = [{ host: 'a' }, { host: 'b' }];
    expect(servers({ server: a, servers: [b, a] })).toMatchObject({ servers: [b, a] });
    expect(servers({ server: a, servers: [] })).toMatchObject({ servers: [a] });
    expect(servers({ server: a, servers: null })).toMatchObject({ servers: [a] });
    expect(servers({})).not.toHaveProperty('servers');
    expect(servers({ server: a })).not.toHaveProperty('server');
    const session = json(own({ gx: { server: a }, gy: { servers: [b] } }), 'session_proxy');
    expect(session).toMatchObject({ gx: { servers: [a] }, gy: { servers: [b] } });
  });

  it('names how credit is first asked for', () => {
    const method = (gy: object) => (json(own({ gy }), 'session_proxy') as { gy: { initMethod?: string } }).gy.initMethod;
    expect([method({ init_method: 1 }), method({ init_method: 2 }), method({})]).toEqual(['PER_SESSION', 'PER_KEY', undefined]);
  });

  it('stays in the range of its messages at the bounds of REST', () => {
    const most = 4_294_967_295;
    const input = own({
      s6a: { server: { retransmits: most, request_timeout: most } },
      eap_aka: { mnc_len: -2_147_483_648, timeout: { session_ms: most } },
      health: { request_failure_threshold: 3.4028234663852886e38, update_interval_secs: most },
      hss: { sub_profiles: { a: { max_ul_bit_rate: Number.MAX_SAFE_INTEGER } } },
    });
    expect(() => renderMconfig(build(input, mconfig)).document(CREATED_AT)).not.toThrow();
  });
});
