import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commit } from '../../core/configurator/commit.ts';
import type { EntityId } from '../../core/configurator/model.ts';
import type { Mutation } from '../../core/configurator/mutations.ts';
import { Database } from '../../core/db/database.ts';
import { OrcError } from '../../core/errors.ts';
import type { GatewayGraph } from '../../core/module/facets.ts';
import type { Registry } from '../../core/module/registry.ts';
import { type TestD1, testD1 } from '../../test/support/d1.ts';
import { GraphCache, type Refreshed } from './graph-cache.ts';

const GATEWAY = 'magmad_gateway';
const registry = { streamReads: { reads: ['cell', 'antenna', 'pool'], networkWide: ['notice'] } } as unknown as Registry;

let store: TestD1;
let cache: GraphCache;
let at = 1_000;

const db = () => new Database(store.d1);
const id = (type: string, key: string): EntityId => ({ type, key });
const write = async (...mutations: Mutation[]): Promise<number> => {
  at += 1;
  const change = { networkId: 'n', action: 'test', target: 'n', mutations };
  return (await commit(db(), change, { actor: 'test', requestId: `r${at}`, at })).version;
};
const network = (type = 'lte'): Mutation => ({ do: 'create_network', type, name: 'n', description: '', configs: {} });
const add = (type: string, key: string, config: unknown = {}): Mutation => ({ do: 'create_entity', id: id(type, key), config });
const link = (from: EntityId, type: string, ...keys: string[]): Mutation => ({ do: 'set_children', id: from, type, keys });
const refresh = (): Promise<Refreshed> => (cache.loaded ? cache.refresh(db(), 'n') : cache.load(db(), 'n'));

function viewOf(of: GraphCache, gatewayId: string): GatewayGraph {
  const gateway = of.gateway(gatewayId);
  if (!of.network || !gateway) throw new Error(`no gateway ${gatewayId}`);
  return of.viewFor(gateway, of.network);
}

/** What content can depend on: edges that lead out of the neighbourhood are not its business. */
function inner({ network: { version: _, ...net }, graph }: GatewayGraph): unknown {
  const keep = (ids: readonly EntityId[]) => ids.filter((end) => graph.entities.has(`${end.type}/${end.key}`));
  const entities = [...graph.entities.values()].map((entity) => ({
    ...entity,
    children: keep(entity.children),
    parents: keep(entity.parents),
  }));
  return { net, entities: entities.sort((a, b) => (`${a.type}/${a.key}` < `${b.type}/${b.key}` ? -1 : 1)) };
}

beforeEach(() => {
  store = testD1();
  cache = new GraphCache(registry);
});
afterEach(() => store.close());

describe('GraphCache', () => {
  beforeEach(async () => {
    await write(network());
    await write(...['g1', 'g2', 'g3'].map((key) => add(GATEWAY, key)), add('cell', 'c1'), link(id(GATEWAY, 'g1'), 'cell', 'c1'));
    await write(add('pool', 'p'), link(id('pool', 'p'), GATEWAY, 'g1', 'g2'));
    await refresh();
    for (const key of cache.gatewayIds()) viewOf(cache, key);
  });

  it('brings itself up to date in one round trip, however many commits there were', async () => {
    await write({ do: 'update_entity', id: id('cell', 'c1'), config: { a: 1 } });
    const version = await write(add('cell', 'c2'), link(id(GATEWAY, 'g2'), 'cell', 'c2'));
    const before = store.trips();
    expect(await refresh()).toMatchObject({ affected: ['g1', 'g2'], touched: ['g2'], whole: false, announced: version });
    expect(store.trips() - before).toBe(1);
    expect(viewOf(cache, 'g2').graph.entities.has('cell/c2')).toBe(true);
  });

  it('finds those below a pool, and everybody for a notice or the network itself', async () => {
    await write({ do: 'update_entity', id: id('pool', 'p'), config: { a: 1 } });
    expect((await refresh()).affected.toSorted()).toEqual(['g1', 'g2']);
    await write(add('notice', 'x'));
    expect((await refresh()).affected.toSorted()).toEqual(['g1', 'g2', 'g3']);
    await write({ do: 'update_network', description: 'new' });
    expect((await refresh()).affected.toSorted()).toEqual(['g1', 'g2', 'g3']);
    await write({ do: 'delete_entity', id: id('notice', 'x') });
    expect((await refresh()).affected.toSorted()).toEqual(['g1', 'g2', 'g3']);
  });

  it('finds nobody for types that no stream reads, and for nothing at all', async () => {
    const version = await write(add('subscriber', 's1'));
    expect(await refresh()).toMatchObject({ affected: [], touched: [], announced: version });
    expect(await refresh()).toMatchObject({ affected: [], touched: [], whole: false });
  });

  it('names a gateway that is gone among the touched, and is affected again when it comes back', async () => {
    await write({ do: 'delete_entity', id: id(GATEWAY, 'g1') });
    expect(await refresh()).toMatchObject({ affected: [], touched: ['g1'], whole: false });
    expect(cache.gateway('g1')).toBeUndefined();
    expect(viewOf(cache, 'g2').graph.entities.get('pool/p')?.children).toEqual([id(GATEWAY, 'g2')]);
    await write(add(GATEWAY, 'g1'));
    expect(await refresh()).toMatchObject({ affected: ['g1'], touched: ['g1'] });
  });

  it('starts over with a network that was made anew under its id, and empties itself when there is none', async () => {
    await write({ do: 'delete_network' });
    await write(network());
    const version = await write(add(GATEWAY, 'g9'));
    expect(await refresh()).toMatchObject({ affected: ['g9'], touched: ['g9'], whole: true, announced: version });
    expect(cache.gatewayIds()).toEqual(['g9']);
    const last = await write({ do: 'delete_network' });
    expect(await refresh()).toMatchObject({ affected: [], touched: [], whole: true, announced: last });
    expect(cache.loaded).toBe(false);
  });

  it('starts over with a network that was restored to an earlier version', async () => {
    store.sqlite.exec("UPDATE networks SET version = 1 WHERE id = 'n'; DELETE FROM outbox; DELETE FROM entities WHERE key = 'g3'");
    expect(await refresh()).toMatchObject({ affected: ['g1', 'g2'], whole: true, announced: 0 });
  });

  it('stays as it is when D1 fails', async () => {
    const broken = new Database({
      prepare: () => ({ bind: () => ({}) }),
      batch: async () => Promise.reject(new Error('away')),
    } as unknown as D1Database);
    await write({ do: 'update_entity', id: id('cell', 'c1'), config: { a: 1 } });
    await expect(cache.refresh(broken, 'n')).rejects.toThrow(OrcError);
    expect((await refresh()).affected).toEqual(['g1']);
  });
});

// Any order of any changes: what was rendered for those who were affected is, for everybody, what a fresh load would give.
const keys: Record<string, fc.Arbitrary<string>> = {
  [GATEWAY]: fc.constantFrom('1', '2', '3'),
  cell: fc.constantFrom('1', '2', '3'),
  antenna: fc.constantFrom('1', '2'),
  pool: fc.constantFrom('1', '2'),
  notice: fc.constantFrom('1', '2'),
  subscriber: fc.constantFrom('1'),
};
const edges = [
  ['pool', GATEWAY],
  ['pool', 'cell'],
  [GATEWAY, 'cell'],
  ['cell', 'antenna'],
  ['notice', 'antenna'],
  [GATEWAY, 'subscriber'],
  ['subscriber', 'cell'],
] as const;
const keyOf = (type: string) => keys[type] ?? fc.constant('1');
const anyId = fc.constantFrom(...Object.keys(keys)).chain((type) => keyOf(type).map((key) => id(type, key)));
const edge = fc.constantFrom(...edges);

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  { weight: 4, arbitrary: anyId.map((of): Mutation => ({ do: 'create_entity', id: of, config: {} })) },
  { weight: 2, arbitrary: fc.tuple(anyId, fc.nat(3)).map(([of, n]): Mutation => ({ do: 'update_entity', id: of, config: { n } })) },
  { weight: 1, arbitrary: anyId.map((of): Mutation => ({ do: 'delete_entity', id: of })) },
  {
    weight: 6,
    arbitrary: edge.chain(([from, to]) =>
      fc
        .tuple(
          keyOf(from),
          fc.uniqueArray(keyOf(to), { maxLength: 2 }),
          fc.constantFrom('set_children', 'add_children', 'remove_children'),
          fc.boolean(),
        )
        .map(([key, ends, verb, exclusive]): Mutation => {
          const common = { id: id(from, key), type: to, keys: ends };
          return verb === 'remove_children' ? { do: verb, ...common } : { do: verb as 'set_children', ...common, exclusive };
        }),
    ),
  },
  {
    weight: 2,
    arbitrary: edge.chain(([from, to]) =>
      fc
        .tuple(keyOf(to), fc.uniqueArray(keyOf(from), { maxLength: 2 }))
        .map(([key, ends]): Mutation => ({ do: 'set_parents', id: id(to, key), type: from, keys: ends })),
    ),
  },
);
const step = fc.oneof(
  { weight: 12, arbitrary: fc.array(mutation, { minLength: 1, maxLength: 3 }) },
  { weight: 1, arbitrary: fc.string({ maxLength: 3 }).map((description): Mutation[] => [{ do: 'update_network', description }]) },
  { weight: 1, arbitrary: fc.constant('new network' as const) },
);
const history = fc.array(fc.record({ step, refresh: fc.boolean() }), { minLength: 1, maxLength: 25 });

describe('GraphCache, after any sequence of changes', () => {
  it('equals a fresh load, and has named every gateway whose neighbourhood changed', async () => {
    let applied = 0;
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        store.close();
        store = testD1();
        cache = new GraphCache(registry);
        await write(network());
        // A world to start from, so that most changes find what they are about.
        await write(...Object.keys(keys).map((type) => add(type, '1')), ...edges.map(([from, to]) => link(id(from, '1'), to, '1')));
        const rendered = new Map<string, unknown>();
        const members = new Set<string>();
        for (const { step: change, refresh: look } of [...steps, { step: [] as Mutation[], refresh: true }]) {
          if (change === 'new network') {
            await write({ do: 'delete_network' });
            await write(network(), add(GATEWAY, '1'), add('cell', '1'));
          } else if (change.length > 0) {
            // Many do not fit what is there; they are refused as a whole, as they would be for an operator.
            await write(...change).then(
              () => (applied += 1),
              (error: unknown) => expect(error).toBeInstanceOf(OrcError),
            );
          }
          if (!look) continue;
          const { affected, touched, whole } = await refresh();
          for (const key of whole ? [...members, ...touched] : touched) {
            if (cache.gateway(key)) members.add(key);
            else {
              members.delete(key);
              rendered.delete(key);
            }
          }
          for (const key of affected) rendered.set(key, inner(viewOf(cache, key)));
          const fresh = new GraphCache(registry);
          await fresh.load(db(), 'n');
          expect([...members].sort()).toEqual(fresh.gatewayIds().sort());
          expect(Object.fromEntries(rendered)).toEqual(
            Object.fromEntries(fresh.gatewayIds().map((key) => [key, inner(viewOf(fresh, key))])),
          );
        }
        const fresh = new GraphCache(registry);
        await fresh.load(db(), 'n');
        expect(cache.network).toEqual(fresh.network);
        for (const key of fresh.gatewayIds()) expect(viewOf(cache, key)).toEqual(viewOf(fresh, key));
      }),
      { numRuns: 150 },
    );
    expect(applied).toBeGreaterThan(150);
  }, 120_000);
});
