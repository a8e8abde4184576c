import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestD1, testD1 } from '../../test/support/d1.ts';
import { Database } from '../db/database.ts';
import { bulkStatements } from './bulk.ts';
import { commit } from './commit.ts';
import { keptAnswer } from './kept-answers.ts';
import { countEntities, loadEntities } from './load.ts';
import { type EntityId, find } from './model.ts';
import type { BulkMutation, Mutation } from './mutations.ts';
import { revisionsOf } from './revisions.ts';

let store: TestD1;
let db: Database;
let requests = 0;
const write = (...mutations: Mutation[]) => {
  requests += 1;
  return commit(
    db,
    { networkId: 'n', action: 'a.b', target: '', mutations },
    { actor: 'operator:x', requestId: `r${requests}`, at: 1000 + requests },
  );
};
const put = (keys: readonly string[], children: readonly string[] = [], more: { onlyNew?: boolean; name?: string } = {}): BulkMutation => ({
  do: 'put_entities',
  type: 'leaf',
  entities: keys.map((key) => ({
    key,
    name: more.name ?? '',
    config: { key },
    children: children.map((child) => ({ type: 'root', key: child })),
  })),
  ...(more.onlyNew ? { onlyNew: true } : {}),
});
const leaf = async (key: string) => find((await db.read(loadEntities('n', [{ type: 'leaf', key }])))[0], 'leaf', key);
const total = async (type: string) => (await db.read(countEntities({ networkId: 'n', type })))[0];
/** Oldest first. */
async function revisions(key: string, type = 'leaf') {
  const newest = { before: [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER], limit: 100 };
  return (await db.read(revisionsOf('n', { type, key }, newest)))[0].reverse();
}

beforeEach(async () => {
  store = testD1();
  db = new Database(store.d1);
  await write({ do: 'create_network', type: 't', name: '', description: '', configs: {} });
  await write({ do: 'create_entity', id: { type: 'root', key: 'a' } }, { do: 'create_entity', id: { type: 'root', key: 'b' } });
});
afterEach(() => store.close());

describe('many entities at once', () => {
  it('are made, and replaced with their edges', async () => {
    const made = await write(put(['k1', 'k2'], ['b', 'a']));
    expect(made.changes).toEqual([
      { type: 'leaf', key: 'k1' },
      { type: 'leaf', key: 'k2' },
    ]);
    expect(await leaf('k1')).toMatchObject({
      version: made.version,
      config: { key: 'k1' },
      children: [
        { type: 'root', key: 'a' },
        { type: 'root', key: 'b' },
      ],
    });
    const changed = await write(put(['k1'], ['b'], { name: 'new' }));
    expect(await leaf('k1')).toMatchObject({ version: changed.version, name: 'new', children: [{ type: 'root', key: 'b' }] });
    expect(await leaf('k2')).toMatchObject({ version: made.version, children: [{}, {}] });
  });

  it('leave the revisions that one after the other would leave', async () => {
    await write(put(['k1'], ['b', 'a']));
    await write({ do: 'update_entity', id: { type: 'leaf', key: 'k1' }, name: 'x' });
    await write(put(['k1'], ['a']));
    await write({ do: 'delete_entities', type: 'leaf', keys: ['k1', 'never'] });
    const found = await revisions('k1');
    expect(found.map(({ version }) => version)).toEqual([3, 4, 5, 6]);
    expect(found.map(({ before }) => before)).toEqual([null, ...found.slice(0, -1).map(({ after }) => after)]);
    expect(found.at(-1)).toMatchObject({ after: null, actor: 'operator:x' });
    expect(await leaf('k1')).toBeUndefined();
  });

  it('go with what they belong to, without being read: revised, announced and counted', async () => {
    await write(put(['k1', 'k2'], ['a']), put(['k3'], ['b']));
    const owner = (...children: EntityId[]): BulkMutation => ({
      do: 'put_entities',
      type: 'owner',
      entities: [{ key: 'o', name: '', config: null, children }],
      owns: 'leaf',
    });
    await write(owner({ type: 'leaf', key: 'k2' }, { type: 'leaf', key: 'k1' }, { type: 'root', key: 'b' }));
    const made = await write(owner({ type: 'root', key: 'a' }), put(['k4']));
    expect([await leaf('k1'), await leaf('k2')]).toEqual([undefined, undefined]);
    expect(await leaf('k3')).toBeDefined();
    expect(await total('leaf')).toBe(2);
    const gone = (await revisions('k1')).at(-1);
    expect(gone).toMatchObject({ version: made.version, after: null, actor: 'operator:x' });
    expect(gone?.before).toMatchObject({ config: { key: 'k1' }, children: [['root', 'a']] });
    const outbox = store.sqlite.prepare('SELECT changes FROM outbox WHERE version = ?').get(made.version);
    expect(JSON.parse(String(outbox?.changes))).toEqual([
      ['owner', 'o'],
      ['leaf', 'k4'],
      ['leaf', 'k1'],
      ['leaf', 'k2'],
    ]);
    const [first, second] = await revisions('o', 'owner');
    expect(first?.after).toMatchObject({
      children: [
        ['leaf', 'k1'],
        ['leaf', 'k2'],
        ['root', 'b'],
      ],
    });
    expect(second?.before).toEqual(first?.after);
    const [graph] = await db.read(loadEntities('n', [{ type: 'owner', key: 'o' }]));
    expect(find(graph, 'owner', 'o')?.children).toEqual([{ type: 'root', key: 'a' }]);
  });

  it('may have any keys and names, and revisions that hold them', async () => {
    const keys = ['', 'a"b', 'back\\slash', '\u0001\n', 'é😀', "it's", '$.x[0]', '__proto__', '7'];
    for (const onlyNew of [true, false]) {
      await write(put(keys, ['a'], { onlyNew, name: `name "of" \n😀 ${onlyNew}` }));
      for (const key of keys) {
        const image = { name: `name "of" \n😀 ${onlyNew}`, config: { key }, children: [{ type: 'root', key: 'a' }] };
        expect(await leaf(key), key).toMatchObject(image);
        const last = (await revisions(key)).at(-1);
        expect(last?.after, key).toEqual({ ...image, description: '', physical_id: null, children: [['root', 'a']] });
      }
    }
  });

  it('refuse one that is there when all have to be new, and an edge to nowhere; nothing is kept then', async () => {
    await write(put(['k1']));
    await expect(write(put(['k2', 'k1'], [], { onlyNew: true }))).rejects.toMatchObject({ code: 'conflict' });
    await expect(write(put(['k2'], ['gone']))).rejects.toMatchObject({ code: 'invalid' });
    expect(await leaf('k2')).toBeUndefined();
  });

  it('are counted by type, whoever makes or removes them', async () => {
    expect(await total('leaf')).toBe(0);
    await write(put(['k1', 'k2', 'k3']));
    await write(put(['k3', 'k4']), { do: 'delete_entity', id: { type: 'leaf', key: 'k1' } });
    expect(await total('leaf')).toBe(3);
    expect(await total('root')).toBe(2);
    await write({ do: 'delete_network' });
    expect(store.sqlite.prepare('SELECT * FROM entity_counts').all()).toEqual([]);
  });

  it('travel in parameters that D1 takes, in a number of statements that does not follow theirs', () => {
    const by = { actor: '', request: '', at: 0 };
    const entities = Array.from({ length: 20_000 }, (_, index) => ({
      key: `k${index}`,
      name: 'x'.repeat(200),
      config: null,
      children: [],
    }));
    const statements = bulkStatements({ do: 'put_entities', type: 'leaf', entities }, 'n', by);
    expect(statements.length).toBeLessThan(60);
    const longest = Math.max(...statements.flatMap(({ params }) => params.map((param) => String(param).length)));
    expect(longest).toBeLessThan(501_000);
    expect(bulkStatements({ do: 'delete_entities', type: 'leaf', keys: [] }, 'n', by)).toEqual([]);
  });
});

describe('a kept answer', () => {
  const keep = (key: string): Mutation => ({ do: 'keep_answer', operation: 'o', key, fingerprint: 'f', answer: { n: 1 } });
  const kept = async (key: string) => (await db.read(keptAnswer({ networkId: 'n', operation: 'o', key })))[0];

  it('is found under its key, and cannot be given twice', async () => {
    await write(keep('k'));
    expect(await kept('k')).toEqual({ fingerprint: 'f', answer: { n: 1 } });
    expect(await kept('other')).toBeUndefined();
    await expect(write(keep('k'))).rejects.toMatchObject({ code: 'conflict' });
  });
});
