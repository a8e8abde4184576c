import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestD1, testD1 } from '../../test/support/d1.ts';
import { Database } from '../db/database.ts';
import { commit } from './commit.ts';
import { byPhysicalId, countEntities, existing, idsJson, loadChanged, loadEntities, loadPage, loadTypes, networkIds } from './load.ts';
import { find, type Graph } from './model.ts';
import type { Mutation } from './mutations.ts';

const id = (type: string, key: string) => ({ type, key });
const keys = (graph: Graph) => [...graph.entities.keys()];

describe('load', () => {
  let store: TestD1;
  let db: Database;

  beforeAll(async () => {
    store = testD1();
    db = new Database(store.d1);
    const author = { actor: 'system', requestId: 'r', at: 1 };
    const network = (networkId: string, type: string, more: readonly Mutation[] = []) =>
      commit(
        db,
        {
          networkId,
          action: 'a',
          target: 't',
          mutations: [{ do: 'create_network', type, name: 'n', description: 'd', configs: {} }, ...more],
        },
        author,
      );
    // tier -> g1, g2, g3; g1 -> cellular g1 -> enb
    await network('n1', 'lte', [
      ...['g3', 'g1', 'g2'].map(
        (key): Mutation => ({ do: 'create_entity', id: id('magmad_gateway', key), physicalId: `hw-${key}`, config: { of: key } }),
      ),
      { do: 'create_entity', id: id('upgrade_tier', 'default') },
      { do: 'create_entity', id: id('cellular_gateway', 'g1') },
      { do: 'create_entity', id: id('cellular_enodeb', 'enb') },
      { do: 'add_children', id: id('upgrade_tier', 'default'), type: 'magmad_gateway', keys: ['g1', 'g2', 'g3'] },
      { do: 'add_children', id: id('magmad_gateway', 'g1'), type: 'cellular_gateway', keys: ['g1'] },
      { do: 'add_children', id: id('cellular_gateway', 'g1'), type: 'cellular_enodeb', keys: ['enb'] },
      { do: 'put_device', hardwareId: 'hw-g1', type: 'access_gateway_record', info: { hardware_id: 'hw-g1' } },
    ]);
    await network('n2', 'feg', [{ do: 'create_entity', id: id('magmad_gateway', 'g1'), physicalId: 'hw-other' }]);
  });
  afterAll(() => store.close());

  it('answers an entity with its edges named, its device and its config', async () => {
    const [graph] = await db.read(loadEntities('n1', [id('magmad_gateway', 'g1'), id('magmad_gateway', 'ghost')]));
    expect(keys(graph)).toEqual(['magmad_gateway/g1']);
    expect(find(graph, 'magmad_gateway', 'g1')).toMatchObject({
      physicalId: 'hw-g1',
      config: { of: 'g1' },
      device: { hardware_id: 'hw-g1' },
      parents: [id('upgrade_tier', 'default')],
      children: [id('cellular_gateway', 'g1')],
    });
    const [bare] = await db.read(loadEntities('n1', [id('magmad_gateway', 'g2')], { withConfig: false }));
    expect(find(bare, 'magmad_gateway', 'g2')).toMatchObject({ config: null, device: undefined });
  });

  it('walks down and up as far as asked, and not sideways', async () => {
    const from = [id('magmad_gateway', 'g1')];
    const walk = async (down: number, up: number) => keys((await db.read(loadEntities('n1', from, { down, up })))[0]);
    expect(await walk(1, 0)).toEqual(['cellular_gateway/g1', 'magmad_gateway/g1']);
    expect(await walk(2, 0)).toEqual(['cellular_enodeb/enb', 'cellular_gateway/g1', 'magmad_gateway/g1']);
    expect(await walk(0, 1)).toEqual(['magmad_gateway/g1', 'upgrade_tier/default']);
    expect(await walk(9, 9)).toEqual(['cellular_enodeb/enb', 'cellular_gateway/g1', 'magmad_gateway/g1', 'upgrade_tier/default']);
  });

  it('pages by seek in order of key', async () => {
    const page = async (after: string, limit: number) => keys((await db.read(loadPage('n1', 'magmad_gateway', { after, limit })))[0]);
    expect(await page('', 2)).toEqual(['magmad_gateway/g1', 'magmad_gateway/g2']);
    expect(await page('g2', 2)).toEqual(['magmad_gateway/g3']);
    expect(await page('g3', 2)).toEqual([]);
    expect(await page('g1x', 1)).toEqual(['magmad_gateway/g2']);
    const [total] = await db.read(countEntities({ networkId: 'n1', type: 'magmad_gateway' }));
    expect(total).toBe(3);
  });

  it('finds edges by one of their ends, never by walking through those of the whole network', () => {
    const neighbourhoods = [
      loadEntities('n1', [id('magmad_gateway', 'g1')], { down: 2, up: 2 }),
      loadPage('n1', 'magmad_gateway', { limit: 2, down: 1, up: 1 }),
    ];
    for (const { sql, params } of neighbourhoods) {
      const plan = store.sqlite
        .prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all(...params)
        .map((row) => String(row['detail']));
      const edges = plan.filter((step) => step.includes('associations'));
      expect(edges.length).toBeGreaterThanOrEqual(4);
      for (const step of edges) expect(step).toMatch(/\(network_id=\? AND (from|to)_type=\? AND (from|to)_key=\?/);
    }
  });

  it('names only edges among the types asked for', async () => {
    const [graph] = await db.read(loadTypes('n1', ['magmad_gateway', 'cellular_gateway']));
    expect(keys(graph)).toEqual(['cellular_gateway/g1', 'magmad_gateway/g1', 'magmad_gateway/g2', 'magmad_gateway/g3']);
    expect(find(graph, 'cellular_gateway', 'g1')).toMatchObject({ children: [], parents: [id('magmad_gateway', 'g1')] });
  });

  it('answers what commits after a version touched and left, once each', async () => {
    const change = (mutations: readonly Mutation[]) =>
      commit(db, { networkId: 'n3', action: 'a', target: 't', mutations }, { actor: 'system', requestId: 'r', at: 2 });
    await change([{ do: 'create_network', type: '', name: 'n', description: 'd', configs: {} }]);
    await change([{ do: 'create_entity', id: id('magmad_gateway', 'a') }]);
    await change([
      { do: 'create_entity', id: id('magmad_gateway', 'b') },
      { do: 'create_entity', id: id('apn', 'x') },
    ]);
    await change([{ do: 'update_entity', id: id('magmad_gateway', 'b'), name: 'B' }]);
    await change([{ do: 'create_entity', id: id('magmad_gateway', 'c') }]);
    await change([{ do: 'delete_entity', id: id('magmad_gateway', 'c') }]);
    const [changed, none] = await db.read(loadChanged('n3', ['magmad_gateway'], 2), loadChanged('n3', ['magmad_gateway'], 6));
    expect(keys(changed)).toEqual(['magmad_gateway/b']);
    expect(keys(none)).toEqual([]);
  });

  it('finds by physical id across networks, and tells what exists', async () => {
    const [owner, nobody, known] = await db.read(
      byPhysicalId({ physicalId: 'hw-other' }),
      byPhysicalId({ physicalId: 'hw-none' }),
      existing({ networkId: 'n1', ids: idsJson([id('magmad_gateway', 'g1'), id('magmad_gateway', 'nope'), id('upgrade_tier', 'g1')]) }),
    );
    expect(owner).toEqual({ networkId: 'n2', type: 'magmad_gateway', key: 'g1' });
    expect(nobody).toBeUndefined();
    expect([...known]).toEqual(['magmad_gateway/g1']);
  });

  it('lists networks of all types or of one', async () => {
    const [all, feg] = await db.read(networkIds({ type: null }), networkIds({ type: 'feg' }));
    expect(all).toEqual(['n1', 'n2', 'n3']);
    expect(feg).toEqual(['n2']);
  });
});
