import { toJson } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { renderMconfig } from '../../../core/mconfig/render.ts';
import type { GatewayGraph } from '../../../core/module/facets.ts';
import { expectGolden } from '../../orc8r/mconfig/testing/golden.ts';
import { build, gatewayGraph, type Sketch } from '../../orc8r/mconfig/testing/graph.ts';
import { bare, CREATED_AT } from '../../orc8r/mconfig/testing/graphs.ts';
import { mconfig as baseMconfig } from '../../orc8r/mconfig/index.ts';
import type { GatewayCellularConfigs } from '../schemas/gateway-cellular-configs.ts';
import { fullGateway, fullGraph, fullNetwork, minimal, minimalGateway, minimalNetwork } from './testing/graphs.ts';
import { mconfig } from './index.ts';

const json = (input: GatewayGraph, key: string) => {
  const found = build(input, mconfig).find((item) => item.key === key);
  if (!found) throw new Error(`no entry ${key}`);
  return toJson(found.schema, found.message);
};

/** The minimal gateway with some other configs. */
const withConfigs = (network: unknown, gateway: unknown, more: readonly Sketch[] = [], enodebs: readonly string[] = []): GatewayGraph =>
  gatewayGraph('gw1', { cellular_network: network }, [
    { type: 'magmad_gateway', key: 'gw1', children: [{ type: 'cellular_gateway', key: 'gw1' }] },
    { type: 'cellular_gateway', key: 'gw1', config: gateway, children: enodebs.map((key) => ({ type: 'cellular_enodeb', key })) },
    ...more,
  ]);
const withEpc = (network: object, gateway: Partial<GatewayCellularConfigs['epc']> = {}) =>
  withConfigs(
    { ...minimalNetwork, epc: { ...minimalNetwork.epc, ...network } },
    { ...minimalGateway, epc: { ...minimalGateway.epc, ...gateway } },
  );

describe('the mconfig of an LTE gateway', () => {
  it.each([
    ['minimal', minimal],
    ['full', fullGraph()],
  ])('with %s config is the golden one', (name, input) => {
    const rendered = renderMconfig(build(input, baseMconfig, mconfig));
    expectGolden(`${import.meta.dirname}/golden/${name}.json`, rendered.document(CREATED_AT));
  });

  it('has all keys of the facts, and none when network or gateway have no LTE side', () => {
    const keys = ['dnsd', 'enodebd', 'liagentd', 'mme', 'mobilityd', 'pipelined', 'policydb', 'sctpd', 'sessiond', 'subscriberdb'];
    expect(
      build(minimal, mconfig)
        .map(({ key }) => key)
        .sort(),
    ).toEqual(keys);
    expect(build(bare, mconfig)).toEqual([]);
    expect(build(withConfigs(undefined, minimalGateway), mconfig)).toEqual([]);
    expect(build(withConfigs(minimalNetwork, null), mconfig)).toEqual([]);
    expect(build(gatewayGraph('gw1', { cellular_network: minimalNetwork }, [{ type: 'magmad_gateway', key: 'gw1' }]), mconfig)).toEqual([]);
  });

  it.each([
    ['the network has no ran', withConfigs({ epc: minimalNetwork.epc }, minimalGateway), 'network "n1" has no ran part'],
    ['the network has no epc', withConfigs({ ran: minimalNetwork.ran }, minimalGateway), 'network "n1" has no epc part'],
    ['the gateway has no ran', withConfigs(minimalNetwork, { epc: minimalGateway.epc }), 'gateway "gw1" has no ran part'],
    ['the gateway has no epc', withConfigs(minimalNetwork, { ran: minimalGateway.ran, epc: null }), 'gateway "gw1" has no epc part'],
    ['its pool is not there', withConfigs(minimalNetwork, fullGateway), 'pool "pool2", which does not exist'],
  ])('is refused as a whole when %s', (_, input, message) => {
    expect(() => build(input, mconfig)).toThrow(expect.objectContaining({ code: 'aborted', message: expect.stringContaining(message) }));
  });

  it('takes the first pool record with its pool', () => {
    expect(json(fullGraph(), 'mme')).toMatchObject({ mmeGid: 3, mmeCode: 4, mmeRelativeCapacity: 255 });
    expect(json(minimal, 'mme')).toMatchObject({ mmeGid: 1, mmeCode: 1, mmeRelativeCapacity: 10 });
  });

  it('lists the tracking areas of all eNodeBs in numeric order, duplicates kept', () => {
    const enodeb = (key: string, tac?: number): Sketch => ({
      ...{ type: 'cellular_enodeb', key },
      config: { config_type: 'MANAGED', managed_config: { tac, transmit_enabled: true, cell_id: 1, device_class: 'FreedomFi One' } },
    });
    const unset: Sketch = { type: 'cellular_enodeb', key: 'd', config: null };
    const input = withConfigs(
      minimalNetwork,
      minimalGateway,
      [enodeb('a', 100), enodeb('b'), enodeb('c', 20), enodeb('e', 100), unset],
      ['e', 'd', 'c', 'b', 'a', 'gone'],
    );
    expect(json(input, 'mme')).toMatchObject({ attachedEnodebTacs: [1, 20, 100, 100] });
    expect(Object.keys((json(input, 'enodebd') as { enbConfigsBySerial: object }).enbConfigsBySerial)).toEqual(['a', 'b', 'c', 'e']);
  });

  it('fills what an eNodeB leaves open from the FDD or TDD settings of the network', () => {
    const open: Sketch = {
      ...{ type: 'cellular_enodeb', key: 'a' },
      config: {
        config_type: 'MANAGED',
        managed_config: { earfcndl: 0, transmit_enabled: true, cell_id: 1, device_class: 'FreedomFi One' },
      },
    };
    const common = { transmitEnabled: true, cellId: 1, deviceClass: 'FreedomFi One', pci: 260, tac: 1 };
    expect(json(withConfigs(minimalNetwork, minimalGateway, [open], ['a']), 'enodebd')).toMatchObject({
      enbConfigsBySerial: { a: { ...common, earfcndl: 44590, subframeAssignment: 2, specialSubframePattern: 7, bandwidthMhz: 20 } },
    });
    const fdd = json(withConfigs({ ...minimalNetwork, ran: fullNetwork.ran }, minimalGateway, [open], ['a']), 'enodebd');
    expect(fdd).toMatchObject({ enbConfigsBySerial: { a: { ...common, earfcndl: 1, bandwidthMhz: 10 } } });
  });

  it('lets the gateway decide on congestion control, then the network, then says yes', () => {
    const control = (network: object, gateway: object) =>
      (json(withEpc(network, gateway), 'mme') as { congestionControlEnabled?: boolean }).congestionControlEnabled ?? false;
    expect(control({}, {})).toBe(true);
    expect(control({ congestion_control_enabled: false }, {})).toBe(false);
    expect(control({ congestion_control_enabled: false }, { congestion_control_enabled: true })).toBe(true);
    expect(control({ congestion_control_enabled: true }, { congestion_control_enabled: false })).toBe(false);
  });

  it('takes the subscriber interval of the gateway, then of the network, then 300 s, with jitter', () => {
    // fnv1a32('gw1') is 74 of 100: a factor of 1.148.
    const interval = (network: object, gateway: object) => json(withEpc(network, gateway), 'subscriberdb');
    expect(interval({}, {})).toMatchObject({ syncInterval: 344 });
    expect(interval({ subscriberdb_sync_interval: 1000 }, {})).toMatchObject({ syncInterval: 1148 });
    expect(interval({ subscriberdb_sync_interval: 1000 }, { subscriberdb_sync_interval: 60 })).toMatchObject({ syncInterval: 68 });
    expect(interval({ subscriberdb_sync_interval: 1000 }, { subscriberdb_sync_interval: 59 })).toMatchObject({ syncInterval: 1148 });
  });

  it('asks a DHCP server only for DHCP_BROADCAST', () => {
    const allocator = (mode: string) =>
      (json(withEpc({ mobility: { ip_allocation_mode: mode } }), 'mobilityd') as { ipAllocatorType?: string }).ipAllocatorType;
    expect(['NAT', 'STATIC', 'DHCP_PASSTHROUGH', 'DHCP_BROADCAST'].map(allocator)).toEqual([undefined, undefined, undefined, 'DHCP']);
  });

  it('tells the gateway of interceptions that want traffic, not of those that want events', () => {
    expect(json(fullGraph(), 'pipelined')).toMatchObject({ liUes: { imsis: ['IMSI001010000000001'], msisdns: ['491701234567'] } });
    expect(json(fullGraph(), 'liagentd')).toMatchObject({ nprobeTasks: [{ taskId: 'task1', domainId: 'lea1' }, { taskId: 'task2' }] });
  });
});
