import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { MetricsDSchema } from '../../proto/gen/orc8r/protos/mconfig/mconfigs_pb.js';
import { StateService, SyncStatesResponseSchema } from '../../proto/gen/orc8r/protos/state_pb.js';
import { defineModule, type GatewayGraph, type GatewayStream, type ModuleDefinition, type StreamReads, unary } from './facets.ts';
import { createRegistry } from './registry.ts';
import type { Route } from './route.ts';

const a = defineModule({ name: 'a', version: '1', description: 'first' });
const module = (fields: Partial<ModuleDefinition>): ModuleDefinition => ({ ...a, name: 'b', ...fields });
const route = (fields: Partial<Route> = {}): Route => ({
  ...{ method: 'get', path: '/networks/{network_id}/x', operationId: 'getX', tag: 'T', summary: 's' },
  permission: { action: 'read', scope: 'network' },
  responses: { 204: { description: 'Done' } },
  handle: async () => ({ status: 204 }),
  ...fields,
});
const entry = (key: string) => ({ key, schema: MetricsDSchema, message: create(MetricsDSchema) });
const stream =
  (name: string) =>
  (_: unknown, reads: StreamReads): GatewayStream => ({
    name,
    description: '',
    ...reads,
    render: async () => ({ digest: '', updates: () => [] }),
  });
const indexer = (name: string, type: string) => ({ name, version: 1, types: [type], indexes: { [`of ${name}`]: '' }, entries: () => [] });
const sync = unary(StateService.method.syncStates, async () => create(SyncStatesResponseSchema));
const input: GatewayGraph = {
  network: { id: 'n', type: '', name: '', description: '', configs: {}, version: 1 },
  gateway: {
    type: 'magmad_gateway',
    key: 'g',
    id: 1,
    name: '',
    description: '',
    physicalId: null,
    config: null,
    version: 1,
    children: [],
    parents: [],
    device: undefined,
  },
  graph: { entities: new Map() },
};

describe('a registry refuses', () => {
  const twice = (fields: Partial<ModuleDefinition>) => [module({ ...fields, name: 'b' }), module({ ...fields, name: 'c' })];
  it.each<[string, readonly ModuleDefinition[], string]>([
    ['a module listed twice', [a, a], 'module "a" is listed twice'],
    ['a dependency that is not there', [module({ dependsOn: ['gone'] })], 'module "b" depends on "gone", which is not there'],
    [
      'modules that wait for each other',
      [module({ dependsOn: ['c'] }), module({ name: 'c', dependsOn: ['b'] })],
      'in a circle: b -> c -> b',
    ],
    ['a module that waits for itself', [module({ dependsOn: ['b'] })], 'in a circle: b -> b'],
    ['a network type declared twice', twice({ networkTypes: { lte: { configs: {} } } }), 'network type "lte" is declared by both b and c'],
    ['an entity type declared twice', twice({ entityTypes: { e: { description: '' } } }), 'entity type "e" is declared by both b and c'],
    [
      'an edge to an unknown type',
      [module({ entityTypes: { e: { description: '', children: ['gone'] } } })],
      'entity type "e" has edges to "gone", which no module declares',
    ],
    [
      'an edge that is said to be the only one, and is none',
      [module({ entityTypes: { e: { description: '', exclusive: ['f'], owns: ['e'] }, f: { description: '' } } })],
      'entity type "e" has no edges to "f", which it says are exclusive',
    ],
    [
      'a rule for restoring an unknown type',
      [module({ restoring: [{ types: ['network', 'gone'], complete: () => ({}) }] })],
      'a rule for restoring is about "gone", which no module declares',
    ],
    [
      'the same route twice',
      [module({ routes: [route(), route({ operationId: 'other' })] })],
      'route "get /networks/{}/x" is declared by both b and b',
    ],
    [
      'routes that differ in the names of parameters only',
      [
        module({
          routes: [
            route(),
            route({ path: '/networks/{network_id}/x', operationId: 'o1' }),
            route({ path: '/networks/{id}/x', operationId: 'o2' }),
          ],
        }),
      ],
      'route "get /networks/{}/x" is declared by both b and b',
    ],
    [
      'an operation id used twice',
      [module({ routes: [route(), route({ method: 'put' })] })],
      'operation id "getX" is declared by both b and b',
    ],
    [
      'a route without a permission',
      [module({ routes: [{ ...route(), permission: undefined } as unknown as Route] })],
      'route "get /networks/{}/x" declares no permission',
    ],
    [
      'a network permission without a network',
      [module({ routes: [route({ path: '/about' })] })],
      'route "get /about" needs permission on a network but has no {network_id}',
    ],
    [
      'an indexer of a state type that nobody shares',
      [module({ stateTypes: { own: {} as never }, stateIndexers: [indexer('i', 'own'), indexer('j', 'gone')] })],
      'state indexer "i" reads "own", which no module declares as a shared state type\n- state indexer "j" reads "gone"',
    ],
    [
      'an indexer declared twice, and its indexes with it',
      [
        module({ stateTypes: { s: { shared: true } as never }, stateIndexers: [indexer('i', 's')] }),
        module({ name: 'c', stateIndexers: [indexer('i', 's')] }),
      ],
      'state indexer "i" is declared by both b and c\n- state index "of i" is declared by both b and c',
    ],
    ['a state type declared twice', twice({ stateTypes: { s: {} as never } }), 'state type "s" is declared by both b and c'],
    [
      'a southbound method served twice',
      twice({ southbound: [sync] }),
      'southbound method "/magma.orc8r.StateService/SyncStates" is declared by both b and c',
    ],
    ['a command declared twice', twice({ commands: [{ name: 'ping' } as never] }), 'command "ping" is declared by both b and c'],
    [
      'a builder declared twice',
      twice({ mconfig: { reads: [], builders: { m: () => [] } } }),
      'mconfig builder "m" is declared by both b and c',
    ],
    ['a stream declared twice', twice({ streams: [stream('configs')] }), 'stream "configs" is declared by both b and c'],
    [
      'a stream that reads an unknown type',
      [module({ streams: [stream('s')], mconfig: { reads: ['gone'], builders: {} } })],
      'a stream reads entity type "gone", which no module declares',
    ],
  ])('%s', (_, modules, message) => {
    expect(() => createRegistry(modules)).toThrow(message);
  });

  it('everything that is wrong in one message', () => {
    const wrong = module({
      dependsOn: ['gone'],
      entityTypes: { e: { description: '', children: ['nowhere'] } },
      routes: [route({ path: '/about' })],
    });
    expect(() => createRegistry([wrong])).toThrow(/fit together:\n- .*"gone".*\n- .*"nowhere".*\n- .*"get \/about"/);
  });

  it('an mconfig in which two builders give one key', () => {
    const registry = createRegistry([
      module({ mconfig: { reads: [], builders: { one: () => [entry('metricsd')], two: () => [entry('metricsd')] } } }),
    ]);
    expect(() => registry.mconfig(input)).toThrow('mconfig key "metricsd" came from two builders, the second is "two"');
  });
});

describe('a registry', () => {
  it('puts dependencies first, whatever the order of the list', () => {
    const registry = createRegistry([module({ name: 'c', dependsOn: ['b'] }), module({ dependsOn: ['a'] }), a]);
    expect(registry.modules.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(registry.summaries.map(({ name, dependsOn }) => [name, dependsOn])).toEqual([
      ['a', []],
      ['b', ['a']],
      ['c', ['b']],
    ]);
  });

  it('lets a module have edges to types of another', () => {
    const other = module({ entityTypes: { e: { description: '', children: ['f'] } } });
    expect(createRegistry([other, module({ name: 'c', entityTypes: { f: { description: '' } } })]).entityTypes.size).toBe(2);
  });

  it('gives streams what the builders of all modules make and read', () => {
    const entityTypes = { e: { description: '' }, f: { description: '' }, wide: { description: '' } };
    const one = module({ entityTypes, mconfig: { reads: ['f', 'e'], networkWide: ['wide'], builders: { one: () => [entry('one')] } } });
    let seen: ((graph: GatewayGraph) => readonly { key: string }[]) | undefined;
    const two = module({
      name: 'c',
      mconfig: { reads: ['e'], builders: { two: () => [entry('two')], none: () => [] } },
      streams: [
        (mconfigs, reads) => {
          // The first time; the registry makes it again, without builders, for its summary.
          seen ??= mconfigs;
          return stream('configs')(mconfigs, reads);
        },
      ],
    });
    const registry = createRegistry([one, two]);
    expect(seen?.(input).map(({ key }) => key)).toEqual(['one', 'two']);
    expect(registry.streamReads).toEqual({ reads: ['e', 'f'], networkWide: ['wide'] });
  });
});
