import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestD1, testD1 } from '../../test/support/d1.ts';
import { Database } from '../db/database.ts';
import { commit } from './commit.ts';
import { find } from './model.ts';
import type { Mutation } from './mutations.ts';
import { loadScoped, loadScopedPage, parentsOf } from './scoped.ts';

let store: TestD1;
let db: Database;
const hub = { type: 'hub', key: 'h' };

beforeEach(async () => {
  store = testD1();
  db = new Database(store.d1);
  const own = (key: string) => ({ type: 'own', key: `${key}-own` });
  const leaves = ['k1', 'k2', 'k3'];
  const mutations: Mutation[] = [
    { do: 'create_network', type: 't', name: '', description: '', configs: {} },
    { do: 'put_entities', type: 'hub', entities: [{ key: 'h', name: '', config: null, children: [] }] },
    { do: 'put_entities', type: 'own', entities: leaves.map((key) => ({ key: own(key).key, name: '', config: null, children: [hub] })) },
    { do: 'put_entities', type: 'leaf', entities: leaves.map((key) => ({ key, name: '', config: { key }, children: [hub, own(key)] })) },
  ];
  await commit(db, { networkId: 'n', action: 'a.b', target: '', mutations }, { actor: 'x', requestId: 'r', at: 1 });
});
afterEach(() => store.close());

describe('a scope', () => {
  it('names the edges it is about, and loads the children it follows', async () => {
    const [graph] = await db.read(loadScoped('n', [{ type: 'leaf', key: 'k1' }], { edges: ['hub', 'own'], follow: ['own'] }));
    expect([...graph.entities.keys()]).toEqual(['leaf/k1', 'own/k1-own']);
    expect(find(graph, 'leaf', 'k1')).toMatchObject({
      children: [hub, { type: 'own', key: 'k1-own' }],
      parents: [],
      config: { key: 'k1' },
    });
    expect(find(graph, 'own', 'k1-own')).toMatchObject({ children: [hub], parents: [] });
  });

  it('leaves out the multitude above', async () => {
    const [bare, some] = await db.read(loadScoped('n', [hub], { edges: [] }), loadScoped('n', [hub], { edges: ['own'] }));
    expect(find(bare, 'hub', 'h')).toMatchObject({ children: [], parents: [] });
    expect(find(some, 'hub', 'h')?.parents.map(({ key }) => key)).toEqual(['k1-own', 'k2-own', 'k3-own']);
  });

  it('names other parents than children where it says so', async () => {
    const own = { type: 'own', key: 'k1-own' };
    const edges = ['hub', 'leaf'];
    const [both, below, above] = await db.read(
      loadScoped('n', [own], { edges }),
      loadScoped('n', [own], { edges, parents: [] }),
      loadScoped('n', [own], { edges: [], parents: ['leaf'] }),
    );
    const leaf = { type: 'leaf', key: 'k1' };
    expect(find(both, 'own', 'k1-own')).toMatchObject({ children: [hub], parents: [leaf] });
    expect(find(below, 'own', 'k1-own')).toMatchObject({ children: [hub], parents: [] });
    expect(find(above, 'own', 'k1-own')).toMatchObject({ children: [], parents: [leaf] });
  });

  it('goes page by page', async () => {
    const [graph, all] = await db.read(
      loadScopedPage('n', 'leaf', { after: 'k1', limit: 1, edges: [] }),
      loadScopedPage('n', 'leaf', { limit: -1, edges: [], follow: ['own'] }),
    );
    expect([...graph.entities.keys()]).toEqual(['leaf/k2']);
    expect(all.entities.size).toBe(6);
  });

  it('knows parents of given types without loading them', async () => {
    const [parents] = await db.read(parentsOf('n', hub, ['own', 'none']));
    expect(parents).toEqual(['k1', 'k2', 'k3'].map((key) => ({ type: 'own', key: `${key}-own` })));
  });

  it('is found by index from end to end', () => {
    const { sql, params } = loadScoped('n', [hub], { edges: ['own'] });
    const plan = store.sqlite
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all(...params)
      .map((row) => String(row['detail']));
    expect(plan.filter((step) => /^SCAN (e|a|associations|entities)\b/.test(step))).toEqual([]);
    expect(plan.join('\n')).toMatch(/associations_by_child \(network_id=\? AND to_type=\? AND to_key=\? AND from_type=\?\)/);
  });
});
