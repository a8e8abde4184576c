import { toJson } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { renderMconfig } from '../../../core/mconfig/render.ts';
import type { GatewayGraph } from '../../../core/module/facets.ts';
import { mconfig as lteMconfig } from '../../lte/mconfig/index.ts';
import { minimal as lteMinimal } from '../../lte/mconfig/testing/graphs.ts';
import { mconfig as baseMconfig } from '../../orc8r/mconfig/index.ts';
import { expectGolden } from '../../orc8r/mconfig/testing/golden.ts';
import { build } from '../../orc8r/mconfig/testing/graph.ts';
import { bare, CREATED_AT } from '../../orc8r/mconfig/testing/graphs.ts';
import { networkTypes } from '../entities.ts';
import { gatewayCwfConfigs } from '../schemas/gateway-cwf-configs.ts';
import { cwfGraph, full, fullGateway, fullNetwork, minimal, minimalGateway, minimalNetwork } from './testing/graphs.ts';
import { mconfig } from './index.ts';

const keys = (input: GatewayGraph) =>
  build(input, mconfig)
    .map(({ key }) => key)
    .sort();
const json = (input: GatewayGraph, key: string) => {
  const found = build(input, mconfig).find((item) => item.key === key);
  if (!found) throw new Error(`no entry ${key}`);
  return toJson(found.schema, found.message);
};

describe('the mconfig of a carrier Wi-Fi gateway', () => {
  it.each([
    ['minimal', minimal],
    ['full', full],
  ])('with %s config is the golden one', (name, input) => {
    const rendered = renderMconfig(build(input, baseMconfig, mconfig));
    expectGolden(`${import.meta.dirname}/golden/${name}.json`, rendered.document(CREATED_AT));
  });

  it('has the keys of the facts, eap_sim when it is configured, and none when network or gateway have no Wi-Fi side', () => {
    const always = ['aaa_server', 'directoryd', 'eap_aka', 'health', 'pipelined', 'redirectd', 'sessiond'];
    expect(keys(minimal)).toEqual(always);
    expect(keys(full)).toEqual([...always, 'eap_sim'].sort());
    for (const silent of [bare, lteMinimal, cwfGraph(undefined, minimalGateway), cwfGraph(minimalNetwork, null)])
      expect(build(silent, mconfig)).toEqual([]);
  });

  it('shares no key with an LTE gateway, whose builders are silent here', () => {
    expect(build(full, lteMconfig)).toEqual([]);
  });

  it('is made from configs that REST accepts', () => {
    const network = networkTypes['carrier_wifi_network']?.configs['carrier_wifi_network'];
    for (const config of [minimalNetwork, fullNetwork]) expect(network?.safeParse(config).error).toBeUndefined();
    for (const config of [minimalGateway, fullGateway]) expect(gatewayCwfConfigs.safeParse(config).error).toBeUndefined();
  });

  it('enforces policies unless other services are chosen', () => {
    const services = (network_services: string[]) =>
      (json(cwfGraph({ ...minimalNetwork, network_services }, minimalGateway), 'pipelined') as { services?: string[] }).services;
    expect(services([])).toEqual(['ENFORCEMENT']);
    expect(services(['dpi'])).toEqual(['DPI']);
    expect(services(['dpi', 'policy_enforcement'])).toEqual(['DPI', 'ENFORCEMENT']);
  });

  it('names the address of its pair, and none outside of one', () => {
    expect(json(full, 'health')).toMatchObject({ clusterVirtualIp: '10.10.10.11/24' });
    expect(json(cwfGraph(fullNetwork, fullGateway), 'health')).not.toHaveProperty('clusterVirtualIp');
  });

  it('takes a stored config that lacks what REST demands today', () => {
    expect(keys(cwfGraph({}, {}))).toEqual(['directoryd', 'health', 'pipelined', 'redirectd', 'sessiond']);
  });
});
