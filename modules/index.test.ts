import { describe, expect, it } from 'vitest';
import { createRegistry } from '../core/module/registry.ts';
import { full as fullCwf } from './cwf/mconfig/testing/graphs.ts';
import { fullGraph } from './lte/mconfig/testing/graphs.ts';
import { modules } from './index.ts';

const registry = createRegistry(modules);

describe('the modules of the platform', () => {
  it('fit together', () => {
    expect(registry.modules.map(({ name }) => name)).toEqual(['orc8r', 'lte', 'feg', 'cwf', 'dp']);
    expect([...registry.streams.keys()]).toEqual(['configs']);
    const commands = [...registry.commands.keys()];
    expect(commands).toEqual(expect.arrayContaining(['echo', 'health', 'agw_health', 'reboot_enodeb']));
    for (const shell of ['bash', 'fab']) expect(commands).not.toContain(shell);
  });

  it('serve every southbound method of a check-in, a poll, of reported states, a subscriber sync, a metrics upload and GetMconfig', () => {
    expect([...registry.southbound.keys()]).toEqual(
      expect.arrayContaining([
        '/magma.lte.Ha/GetEnodebOffloadState',
        '/magma.lte.PolicyAssignmentController/DisableStaticRules',
        '/magma.lte.PolicyAssignmentController/EnableStaticRules',
        '/magma.lte.SmsD/GetMessages',
        '/magma.lte.SmsD/ReportDelivery',
        '/magma.lte.SubscriberDBCloud/CheckInSync',
        '/magma.lte.SubscriberDBCloud/ListSubscribers',
        '/magma.lte.SubscriberDBCloud/ListSuciProfiles',
        '/magma.lte.SubscriberDBCloud/Sync',
        '/magma.orc8r.CallTraceController/ReportEndedCallTrace',
        '/magma.orc8r.CloudStateService/GetStates',
        '/magma.orc8r.GatewayDirectoryService/DeleteRecord',
        '/magma.orc8r.GatewayDirectoryService/GetAllDirectoryRecords',
        '/magma.orc8r.GatewayDirectoryService/GetDirectoryField',
        '/magma.orc8r.GatewayDirectoryService/UpdateRecord',
        '/magma.orc8r.MetricsController/Collect',
        '/magma.orc8r.StateService/DeleteStates',
        '/magma.orc8r.StateService/ReportStates',
        '/magma.orc8r.StateService/SyncStates',
        '/magma.orc8r.Streamer/GetUpdates',
        '/magma.orc8r.configurator.SouthboundConfigurator/GetMconfig',
      ]),
    );
  });

  it('read of the graph what the builders need, and nothing as numerous as subscribers', () => {
    expect(registry.streamReads).toEqual({
      reads: [
        'apn_resource',
        'carrier_wifi_gateway',
        'cellular_enodeb',
        'cellular_gateway',
        'cellular_gateway_pool',
        'cwf_ha_pair',
        'federation_gateway',
        'magmad_gateway',
        'upgrade_tier',
      ],
      networkWide: ['network_probe_task'],
    });
  });

  it.each([
    ['an LTE', fullGraph(), 18],
    ['a carrier Wi-Fi', fullCwf, 16],
  ])('give %s gateway each mconfig key once', (_, input, count) => {
    const keys = registry.mconfig(input).map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toHaveLength(count);
  });

  it.each([
    ['lte', fullGraph()],
    ['carrier_wifi_network', fullCwf],
  ])('take the test graphs of %s networks: their configs fit the schemas of their types', (type, { graph, network }) => {
    for (const { type, config } of graph.entities.values()) {
      const schema = registry.entityTypes.get(type)?.config;
      if (schema) expect(schema.safeParse(config).error?.issues, type).toBeUndefined();
    }
    for (const [key, schema] of Object.entries(registry.networkTypes.get(type)?.configs ?? {})) {
      if (network.configs[key] !== undefined) expect(schema.safeParse(network.configs[key]).error?.issues, key).toBeUndefined();
    }
  });
});
