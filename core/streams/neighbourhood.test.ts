import { describe, expect, it } from 'vitest';
import { type Entity, type EntityId, entityKey, type Graph } from '../configurator/model.ts';
import { neighbourhood } from './neighbourhood.ts';

const idOf = (name: string): EntityId => {
  const [type = '', key = ''] = name.split('/');
  return { type, key };
};

/** A graph from its edges, `parent > child`. */
function graphOf(edges: readonly string[], lone: readonly string[] = []): Graph {
  const pairs = edges.map((edge) => edge.split(' > ').map((end) => end.trim()) as [string, string]);
  const names = new Set([...pairs.flat(), ...lone]);
  const entities = [...names].map((name): Entity => {
    const children = pairs.filter(([from]) => from === name).map(([, to]) => idOf(to));
    const parents = pairs.filter(([, to]) => to === name).map(([from]) => idOf(from));
    return {
      ...idOf(name),
      id: 1,
      name: '',
      description: '',
      physicalId: null,
      config: null,
      version: 1,
      device: undefined,
      children,
      parents,
    };
  });
  return { entities: new Map(entities.map((entity) => [entityKey(entity), entity])) };
}

function namesAround(gateway: string, graph: Graph, networkWide: readonly string[] = []): string[] {
  const get = (name: string): Entity => {
    const entity = graph.entities.get(name);
    if (!entity) throw new Error(`no ${name}`);
    return entity;
  };
  return [...neighbourhood(graph, get(gateway), networkWide.map(get)).entities.keys()].sort();
}

describe('what a gateway’s content can depend on', () => {
  it('is the gateway itself, when it is alone', () => {
    expect(namesAround('gw/1', graphOf([], ['gw/1', 'gw/2']))).toEqual(['gw/1']);
  });

  it('is everything below it', () => {
    expect(namesAround('gw/1', graphOf(['gw/1 > lte/1', 'lte/1 > enb/1', 'lte/1 > enb/2', 'gw/2 > lte/2']))).toEqual([
      'enb/1',
      'enb/2',
      'gw/1',
      'lte/1',
    ]);
  });

  it('is everything above it and above what is below it', () => {
    const graph = graphOf(['tier/t > gw/1', 'channel/c > tier/t', 'gw/1 > lte/1', 'pool/p > lte/1', 'region/r > pool/p']);
    expect(namesAround('gw/1', graph)).toEqual(['channel/c', 'gw/1', 'lte/1', 'pool/p', 'region/r', 'tier/t']);
  });

  it('is not what else hangs below its ancestors', () => {
    const graph = graphOf(['tier/t > gw/1', 'tier/t > gw/2', 'gw/2 > lte/2', 'gw/1 > lte/1', 'pool/p > lte/1', 'pool/p > lte/2']);
    expect(namesAround('gw/1', graph)).toEqual(['gw/1', 'lte/1', 'pool/p', 'tier/t']);
  });

  it('is what is network-wide, alone', () => {
    expect(namesAround('gw/1', graphOf(['notice/n > gw/2', 'notice/n > x/1'], ['gw/1']), ['notice/n'])).toEqual(['gw/1', 'notice/n']);
  });

  it('ends in circles, and where an edge leads out of the graph', () => {
    expect(namesAround('gw/1', graphOf(['gw/1 > a/1', 'a/1 > b/1', 'b/1 > a/1', 'b/1 > gw/1']))).toEqual(['a/1', 'b/1', 'gw/1']);
    const { entities } = graphOf(['gw/1 > a/1', 'tier/t > gw/1']);
    const partial = { entities: new Map([...entities].filter(([name]) => name === 'gw/1')) };
    expect(namesAround('gw/1', partial)).toEqual(['gw/1']);
  });

  it('takes a chain of thousands without running out of stack', () => {
    const edges = Array.from({ length: 5_000 }, (_, index) => `${index === 0 ? 'gw/1' : `a/${index}`} > a/${index + 1}`);
    const { entities } = graphOf([], ['gw/1', ...Array.from({ length: 5_000 }, (_, index) => `a/${index + 1}`)]);
    const linked = new Map(
      [...entities].map(([name, entity], index) => [name, { ...entity, children: index < edges.length ? [idOf(`a/${index + 1}`)] : [] }]),
    );
    const gateway = linked.get('gw/1');
    expect(gateway && neighbourhood({ entities: linked }, gateway, []).entities.size).toBe(5_001);
  });
});
