import { fromBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { standingOf } from '../../../core/configurator/changes.ts';
import { commit } from '../../../core/configurator/commit.ts';
import { networkById } from '../../../core/configurator/load.ts';
import { children, type EntityId, entityKey } from '../../../core/configurator/model.ts';
import type { Mutation } from '../../../core/configurator/mutations.ts';
import { Database } from '../../../core/db/database.ts';
import { OrcError } from '../../../core/errors.ts';
import type { ContentSet } from '../../../core/module/content.ts';
import { DataUpdateBatchSchema } from '../../../proto/gen/orc8r/protos/streamer_pb.js';
import { type TestD1, testD1 } from '../../../test/support/d1.ts';
import { objectStorage } from '../../../test/support/object-sql.ts';
import { after, BEGINNING, type ContentCursor, type ContentPosition } from '../../content-ports.ts';
import { networkMigrations } from '../schema.ts';
import { type Changed, Contents, type Covered } from './contents.ts';
import { ContentParts } from './parts.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);
const text = (value: Uint8Array) => new TextDecoder().decode(value);
const id = (type: string, key: string): EntityId => ({ type, key });

/** Phones show the plans below them, and name their rules; a network shows its greeting. */
const phones: ContentSet = {
  name: 'phones',
  description: '',
  stream: true,
  encoding: 1,
  root: 'phone',
  reads: ['plan'],
  names: ['rule'],
  networkConfigs: ['greeting'],
  encode({ root, below }) {
    if (root.config === 'broken') throw new Error('it is broken');
    const plans = children(root, 'plan').flatMap((key) => below.get(entityKey({ type: 'plan', key })) ?? []);
    const shown = plans.map((plan) => `${plan.key}=${plan.config}(${children(plan, 'rule')})`);
    return utf8([root.config, ...shown, ...children(root, 'rule')].join(' '));
  },
  withheld: (configs) => (configs['greeting'] === 'hush' ? 'it is quiet here' : undefined),
};
const greeting: ContentSet = {
  ...{ name: 'greeting', description: '', stream: false, encoding: 1, root: 'network', reads: [], networkConfigs: ['greeting'] },
  encode: ({ root }) => {
    const said = (root.config as Record<string, string>)['greeting'];
    return said === undefined ? undefined : utf8(said);
  },
};
const SETS = [phones, greeting];

let store: TestD1;
let storage: DurableObjectStorage;
let contents: Contents;
let at = 1_000;
let cover: Covered;

const db = () => new Database(store.d1);
const open = (sets: readonly ContentSet[] = SETS, on = storage) => new Contents(on, sets, () => at);
const write = async (...mutations: Mutation[]): Promise<number> => {
  at += 1;
  const change = { networkId: 'n', action: 'test', target: 'n', mutations };
  return (await commit(db(), change, { actor: 'test', requestId: `r${at}`, at })).version;
};
const network = (said = 'hi'): Mutation => ({ do: 'create_network', type: '', name: '', description: '', configs: { greeting: said } });
const put = (key: string, config: unknown, ...below: EntityId[]): Mutation => ({
  ...{ do: 'put_entities', type: 'phone', entities: [{ key, name: '', config, children: below }] },
});
const add = (type: string, key: string, config: unknown = null): Mutation => ({ do: 'create_entity', id: id(type, key), config });
const nothing: Covered = { since: undefined, version: -1, madeAt: null, types: new Set() };
const refresh = (of = contents, covered = cover): Promise<Changed[]> => of.refresh(db(), 'n', covered);
/** What a refresh of the graph says of now, with what it read along for the content. */
const coveredAlong = async (of: Contents): Promise<Covered> => {
  const along = of.ahead('n');
  if (!along) throw new Error('there is nothing to read along');
  const [found, standing, page] = await db().read(networkById({ id: 'n' }), standingOf({ network: 'n' }), along.query);
  if (!found) throw new Error('there is no network');
  const ahead = { since: along.since, network: found, page };
  return { since: along.since, version: found.version, madeAt: standing.madeAt, types: new Set(['phone']), ahead };
};
const shown = (set: ContentSet, of = contents) =>
  Object.fromEntries([...of.items.items(set.name, null)].map((item) => [item.id, text(item.value)]));
const headOf = (set: ContentSet, of = contents) => {
  const { version, digest, count } = of.items.set(set.name) ?? { version: -1, digest: '', count: -1 };
  return { version, digest, count };
};

/** A gateway that takes what it is given, part by part. */
class Holder {
  readonly items = new Map<string, string>();
  position: ContentPosition | null = null;

  /** Takes what is missing; answers how many items and deletions came. */
  take(of: Contents): number {
    if (!of.items.set('phones')) return 0;
    const parts = new ContentParts(of.items);
    let base = this.position;
    let cursor: ContentCursor | null = base ? after(base.version) : BEGINNING;
    let came = 0;
    while (cursor) {
      const part = parts.part('phones', base, cursor);
      if (!part) {
        this.items.clear();
        [base, cursor] = [null, BEGINNING];
        continue;
      }
      for (const { key, value } of fromBinary(DataUpdateBatchSchema, part.batch).updates) this.items.set(key, text(value));
      for (const key of part.deleted) this.items.delete(key);
      came += fromBinary(DataUpdateBatchSchema, part.batch).updates.length + part.deleted.length;
      base ??= part.head;
      cursor = part.next;
      this.position = part.head;
    }
    return came;
  }
}

beforeEach(() => {
  store = testD1();
  storage = objectStorage(networkMigrations);
  contents = open();
  cover = nothing;
  vi.spyOn(console, 'error').mockImplementation(() => {});
});
afterEach(() => {
  store.close();
  vi.restoreAllMocks();
});

describe('the content of a network', () => {
  beforeEach(async () => {
    await write(network());
    await write(add('plan', 'p1', 'slow'), add('plan', 'p2', 'fast'), add('rule', 'r1'), add('rule', 'r2'));
    await write(put('a', 1, id('plan', 'p1'), id('rule', 'r1')), put('b', 2, id('plan', 'p1'), id('plan', 'p2')), put('c', 3));
    await refresh();
  });

  it('is made of all there is, the first time', () => {
    expect(shown(phones)).toEqual({ a: '1 p1=slow() r1', b: '2 p1=slow() p2=fast()', c: '3' });
    expect(shown(greeting)).toEqual({ '': 'hi' });
    expect(headOf(phones)).toMatchObject({ version: 3, count: 3 });
  });

  it.each([
    ['a phone is changed', [put('c', 4)], { c: '4' }],
    [
      'a plan is changed',
      [{ do: 'update_entity', id: id('plan', 'p1'), config: 'dead' }],
      { a: '1 p1=dead() r1', b: '2 p1=dead() p2=fast()' },
    ],
    ['a plan goes', [{ do: 'delete_entity', id: id('plan', 'p1') }], { a: '1 r1', b: '2 p2=fast()' }],
    ['a rule that is only named is changed', [{ do: 'update_entity', id: id('rule', 'r1'), config: 5 }], {}],
    ['a rule that is only named goes', [{ do: 'delete_entity', id: id('rule', 'r1') }], { a: '1 p1=slow()' }],
    ['a plan gets a rule', [{ do: 'add_children', id: id('plan', 'p2'), type: 'rule', keys: ['r2'] }], { b: '2 p1=slow() p2=fast(r2)' }],
    ['nothing of it is changed', [put('c', 3)], {}],
    ['the network is', [{ do: 'update_network', description: 'x' }], {}],
  ] as [string, Mutation[], Record<string, string>][])('changes where it has to when %s', async (_, mutations, expected) => {
    const holder = new Holder();
    holder.take(contents);
    const before = headOf(phones);
    const version = await write(...mutations);
    const trips = store.trips();
    await refresh();
    expect(store.trips() - trips).toBe(1);
    const changed = Object.keys(expected).length;
    expect(headOf(phones).version).toBe(changed > 0 ? version : before.version);
    expect(holder.take(contents)).toBe(changed);
    expect(Object.fromEntries(holder.items)).toEqual({ a: '1 p1=slow() r1', b: '2 p1=slow() p2=fast()', c: '3', ...expected });
  });

  it('loses what is deleted, and tells those who had it', async () => {
    const [holder, late] = [new Holder(), new Holder()];
    holder.take(contents);
    await write({ do: 'delete_entities', type: 'phone', keys: ['a', 'b'] });
    expect((await refresh()).map(({ name }) => name)).toEqual(['phones']);
    expect([holder.take(contents), [...holder.items.keys()]]).toEqual([2, ['c']]);
    expect([late.take(contents), [...late.items.keys()]]).toEqual([1, ['c']]);
  });

  it('knows a plan that was made again from the one before, whose edges went with it', async () => {
    await write({ do: 'delete_entity', id: id('plan', 'p1') });
    await write(add('plan', 'p1', 'again'));
    await refresh();
    expect(shown(phones)).toEqual({ a: '1 r1', b: '2 p2=fast()', c: '3' });
  });

  it('is not read again when the graph’s refresh shows that nothing of it was touched', async () => {
    const { made_at: madeAt } = storage.sql.exec<{ made_at: number }>('SELECT made_at FROM content_state').toArray()[0] ?? { made_at: 0 };
    const trips = store.trips();
    expect(await refresh(contents, { since: 3, version: 4, madeAt, types: new Set(['gateway']) })).toEqual([]);
    expect(await refresh(open(), { since: undefined, version: 4, madeAt, types: new Set() })).toEqual([]);
    expect(store.trips()).toBe(trips);
    await write(put('c', 5));
    await refresh(contents, { since: 4, version: 5, madeAt, types: new Set(['phone']) });
    expect(store.trips()).toBe(trips + 2);
  });

  it('is withheld when the network says so, and given out again', async () => {
    await write({ do: 'update_network', configs: { greeting: 'hush' } });
    expect((await refresh()).map(({ name }) => name).sort()).toEqual(['greeting', 'phones']);
    expect(contents.items.set('phones')?.withheld).toBe('it is quiet here');
    await write({ do: 'update_network', configs: { greeting: 'hi' } });
    await refresh();
    expect(contents.items.set('phones')?.withheld).toBeNull();
  });

  it('keeps the last good form of an item that cannot be made, and shows why', async () => {
    await write(put('a', 'broken', id('plan', 'p2')), put('c', 'x'.repeat(1024 * 1024 + 1)));
    await refresh();
    expect(shown(phones)).toMatchObject({ a: '1 p1=slow() r1', c: '3' });
    const faults = () => storage.sql.exec('SELECT content, id, reason FROM content_faults ORDER BY id').toArray();
    expect(faults()).toEqual([
      { content: 'phones', id: 'a', reason: 'it is broken' },
      { content: 'phones', id: 'c', reason: 'it has 1048577 bytes, at most 1048576 can be sent' },
    ]);
    await write(put('a', 9), put('c', 9));
    await refresh();
    expect([faults(), shown(phones)]).toEqual([[], expect.objectContaining({ a: '9', c: '9' })]);
  });

  it('is made anew when its encoding changes, without D1, and only what differs is new', async () => {
    const holder = new Holder();
    holder.take(contents);
    const louder: ContentSet = { ...phones, encoding: 2, encode: (input) => (input.root.key === 'c' ? utf8('C') : phones.encode(input)) };
    contents = open([louder, greeting]);
    expect(contents.complete).toBe(false);
    const { made_at: madeAt } = storage.sql.exec<{ made_at: number }>('SELECT made_at FROM content_state').toArray()[0] ?? { made_at: 0 };
    const trips = store.trips();
    // Not "untouched": the same versions, other code.
    await refresh(contents, { since: undefined, version: 3, madeAt, types: new Set() });
    expect(store.trips()).toBeLessThanOrEqual(trips + 1);
    expect(headOf(phones)).toMatchObject({ version: 4, count: 3 });
    expect([holder.take(contents), holder.items.get('c')]).toEqual([1, 'C']);
  });

  it('reads everything again when sets look at other types, and keeps what stays the same', async () => {
    const before = headOf(phones);
    contents = open([{ ...phones, reads: ['plan', 'extra'] }, greeting]);
    await refresh();
    expect(headOf(phones)).toEqual(before);
  });

  it('has nothing in common with a network that had the id before', async () => {
    const holder = new Holder();
    holder.take(contents);
    await write({ do: 'delete_network' });
    await write(network('again'));
    await write(put('z', 1));
    await refresh();
    expect([shown(phones), shown(greeting)]).toEqual([{ z: '1' }, { '': 'again' }]);
    holder.take(contents);
    expect([...holder.items.keys()]).toEqual(['z']);
  });

  it('goes with its network', async () => {
    await write({ do: 'delete_network' });
    await refresh();
    expect([shown(phones), headOf(phones).version]).toEqual([{}, -1]);
  });

  it('follows a store that went back in time', async () => {
    const holder = new Holder();
    holder.take(contents);
    await write(put('d', 4));
    await refresh();
    holder.take(contents);
    store.sqlite.exec("DELETE FROM entities WHERE key = 'd'; UPDATE networks SET version = 2");
    await refresh();
    expect(holder.take(contents)).toBe(1);
    expect([...holder.items.keys()]).toEqual(['a', 'b', 'c']);
    expect(headOf(phones).version).toBe(5);
  });
});

describe('many items', () => {
  const many = (count: number, config: unknown): Mutation => ({
    do: 'put_entities',
    type: 'phone',
    entities: Array.from({ length: count }, (_, index) => ({ key: `k${String(index).padStart(5, '0')}`, name: '', config, children: [] })),
  });

  it('are read page by page, and a bulk write likewise', async () => {
    await write(network(), many(4100, 'x'));
    await refresh();
    expect(store.trips()).toBe(1 + 3);
    expect(headOf(phones).count).toBe(4100);
    await write(many(4100, 'y'));
    await refresh();
    expect(store.trips()).toBe(1 + 3 + 1 + 3);
    expect(new Set(Object.values(shown(phones)))).toEqual(new Set(['y']));
  });

  it('come with the graph’s refresh: a round trip only for what did not fit', async () => {
    await write(network(), many(10, 'x'));
    await refresh();
    let trips = store.trips();
    await write(put('k00001', 'y'));
    await refresh(contents, await coveredAlong(contents));
    expect([store.trips() - trips, shown(phones)['k00001'], headOf(phones).version]).toEqual([1 + 1, 'y', 2]);
    trips = store.trips();
    await write(many(2100, 'z'));
    await refresh(contents, await coveredAlong(contents));
    expect([store.trips() - trips, headOf(phones)]).toEqual([1 + 1 + 1, expect.objectContaining({ count: 2100, version: 3 })]);
    expect(new Set(Object.values(shown(phones)))).toEqual(new Set(['z']));
  });

  it('that came with a refresh and were overtaken by a later read are no return to the past', async () => {
    await write(network(), many(10, 'x'));
    await refresh();
    await write(put('k00001', 'y'));
    const old = await coveredAlong(contents);
    await write(put('k00001', 'z'));
    await refresh();
    const trips = store.trips();
    expect(await refresh(contents, old)).toEqual([]);
    expect([store.trips() - trips, shown(phones)['k00001'], headOf(phones).version]).toEqual([1, 'z', 3]);
  });

  it('cost one change what it costs among few', async () => {
    await write(network(), many(4100, 'x'));
    await refresh();
    const holder = new Holder();
    holder.take(contents);
    await write(put('k02050', 'other'));
    const [trips, changes] = [store.trips(), vi.spyOn(storage, 'transactionSync')];
    await refresh();
    // One page, and one batch for each set.
    expect([store.trips() - trips, changes.mock.calls.length]).toEqual([1, 3]);
    expect(holder.take(contents)).toBe(1);
  });

  it('are finished by another instance when the first was lost in the middle', async () => {
    await write(network(), many(4100, 'x'));
    const failing = new Database(store.d1);
    const read = failing.read.bind(failing);
    let pages = 0;
    failing.read = (async (...queries: Parameters<typeof read>) => {
      pages += 1;
      if (pages === 2) throw new OrcError('unavailable', 'lost');
      return read(...queries);
    }) as typeof failing.read;
    await expect(contents.refresh(failing, 'n', nothing)).rejects.toThrow('lost');
    expect(contents.complete).toBe(false);
    await write({ do: 'delete_entities', type: 'phone', keys: ['k00000'] }, put('k00001', 'z'));
    contents = open();
    await refresh();
    await refresh();
    expect([headOf(phones).count, shown(phones)['k00001']]).toEqual([4099, 'z']);
  });
});

describe('any sequence of writes', () => {
  const keys = ['1', '2', '3', '4'];
  const key = fc.constantFrom(...keys);
  const below = fc.uniqueArray(fc.tuple(fc.constantFrom('plan', 'rule'), key), { selector: String, maxLength: 4 });
  const mutation: fc.Arbitrary<(exists: (id: EntityId) => boolean) => Mutation[]> = fc.oneof(
    fc.tuple(key, fc.integer({ min: 0, max: 3 }), below).map(([name, config, edges]) => (exists: (id: EntityId) => boolean) => [
      put(name, config, ...edges.map(([type, end]) => id(type, end)).filter(exists)),
    ]),
    fc
      .tuple(fc.constantFrom('plan', 'rule'), key, fc.integer({ min: 0, max: 3 }))
      .map(([type, name, config]) => (exists: (id: EntityId) => boolean) => [
        exists(id(type, name)) ? { do: 'update_entity' as const, id: id(type, name), config } : add(type, name, config),
      ]),
    fc.tuple(fc.constantFrom('phone', 'plan', 'rule'), key).map(
      ([type, name]) =>
        (exists: (id: EntityId) => boolean) =>
          exists(id(type, name)) ? [{ do: 'delete_entity' as const, id: id(type, name) }] : [],
    ),
    fc.tuple(key, fc.uniqueArray(key)).map(
      ([name, ends]) =>
        (exists: (id: EntityId) => boolean) =>
          exists(id('plan', name))
            ? [{ do: 'set_children' as const, id: id('plan', name), type: 'rule', keys: ends.filter((end) => exists(id('rule', end))) }]
            : [],
    ),
    fc.constantFrom('hi', 'ho', 'hush').map((said) => () => [{ do: 'update_network' as const, configs: { greeting: said } }]),
  );
  const step = fc.oneof(
    { weight: 6, arbitrary: mutation.map((make) => ({ do: 'write' as const, make })) },
    { weight: 3, arbitrary: fc.constant({ do: 'refresh' as const }) },
    { weight: 2, arbitrary: fc.nat(2).map((holder) => ({ do: 'take' as const, holder })) },
    { weight: 1, arbitrary: fc.constant({ do: 'evict' as const }) },
    { weight: 1, arbitrary: fc.constant({ do: 'remake' as const }) },
  );

  it('leaves what a fresh start would make, and gateways that follow by changes hold the same', async () => {
    const exists = ({ type, key: name }: EntityId) =>
      store.sqlite.prepare('SELECT 1 FROM entities WHERE type = ? AND key = ?').all(type, name).length > 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
        store.close();
        store = testD1();
        storage = objectStorage(networkMigrations);
        contents = open();
        const holders = [new Holder(), new Holder(), new Holder()];
        await write(network());
        for (const one of [...steps, { do: 'refresh' as const }]) {
          if (one.do === 'write') {
            const mutations = one.make(exists);
            if (mutations.length > 0) await write(...mutations);
          } else if (one.do === 'refresh') await refresh();
          else if (one.do === 'take') holders[one.holder]?.take(contents);
          else if (one.do === 'evict') contents = open();
          else await write({ do: 'delete_network' }).then(() => write(network()));
        }
        const fresh = open(SETS, objectStorage(networkMigrations));
        await refresh(fresh);
        for (const set of SETS) {
          expect(shown(set)).toEqual(shown(set, fresh));
          expect({ ...headOf(set), version: 0 }).toEqual({ ...headOf(set, fresh), version: 0 });
        }
        for (const holder of holders) {
          holder.take(contents);
          expect(Object.fromEntries(holder.items)).toEqual(shown(phones));
          expect(holder.position?.digest).toBe(headOf(phones).digest);
        }
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});
