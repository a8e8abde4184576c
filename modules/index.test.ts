import { describe, expect, it } from 'vitest';
import { createRegistry } from '../core/module/registry.ts';
import { fullGraph } from './lte/mconfig/testing/graphs.ts';
import { modules } from './index.ts';

const registry = createRegistry(modules);

describe('the modules of the platform', () => {
  it('fit together', () => {
    expect(registry.modules.map(({ name }) => name)).toEqual(['orc8r', 'lte']);
    expect([...registry.streams.keys()]).toEqual(['configs']);
    expect([...registry.commands.keys()]).toEqual(['reboot', 'restart_services', 'ping', 'generic', 'tail_logs']);
  });

  it('serve every southbound method of a check-in, a poll, a metrics upload and GetMconfig', () => {
    expect([...registry.southbound.keys()].sort()).toEqual([
      '/magma.orc8r.MetricsController/Collect',
      '/magma.orc8r.StateService/DeleteStates',
      '/magma.orc8r.StateService/ReportStates',
      '/magma.orc8r.StateService/SyncStates',
      '/magma.orc8r.Streamer/GetUpdates',
      '/magma.orc8r.configurator.SouthboundConfigurator/GetMconfig',
    ]);
  });

  it('read of the graph what the builders need, and nothing as numerous as subscribers', () => {
    expect(registry.streamReads).toEqual({
      reads: ['cellular_enodeb', 'cellular_gateway', 'cellular_gateway_pool', 'magmad_gateway', 'upgrade_tier'],
      networkWide: ['network_probe_task'],
    });
  });

  it('give each mconfig key once', () => {
    const keys = registry.mconfig(fullGraph()).map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toHaveLength(18);
  });

  it('take the test graphs: their configs fit the schemas of their types', () => {
    const { graph, network } = fullGraph();
    for (const { type, config } of graph.entities.values()) {
      const schema = registry.entityTypes.get(type)?.config;
      if (schema) expect(schema.safeParse(config).error?.issues, type).toBeUndefined();
    }
    for (const [key, schema] of Object.entries(registry.networkTypes.get('lte')?.configs ?? {})) {
      if (network.configs[key] !== undefined) expect(schema.safeParse(network.configs[key]).error?.issues, key).toBeUndefined();
    }
  });
});
