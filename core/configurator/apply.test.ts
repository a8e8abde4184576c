import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { type TestD1, testD1 } from '../../test/support/d1.ts';
import { Database } from '../db/database.ts';
import { OrcError } from '../errors.ts';
import { applyMutations, type HeldGraph } from './apply.ts';
import { commit } from './commit.ts';
import { loadTypes, networkById } from './load.ts';
import { type EntityId, entityKey } from './model.ts';
import { isBulk, type Mutation, revised } from './mutations.ts';
import { type Image, revisionsOf } from './revisions.ts';

const TYPES = ['gateway', 'tier', 'radio'] as const;
const UNHELD = 'note';
const held = new Set<string>(TYPES);
const author = { actor: 'operator:test', requestId: 'r', at: 1 };
const stores: TestD1[] = [];

afterEach(() => {
  for (const store of stores.splice(0)) store.close();
});

function open(): { db: Database; store: TestD1 } {
  const store = testD1();
  stores.push(store);
  return { store, db: new Database(store.d1) };
}

const write = (db: Database, mutations: readonly Mutation[]) =>
  commit(db, { networkId: 'n1', action: 'test.write', target: 'n1', mutations }, author);

async function load(db: Database): Promise<HeldGraph> {
  const [network, { entities }] = await db.read(networkById({ id: 'n1' }), loadTypes('n1', TYPES));
  return { network, entities };
}

/** Numbers and versions are the store's own business. */
const comparable = ({ network, entities }: HeldGraph) => ({
  network: network && { ...network, version: 0 },
  entities: Object.fromEntries(
    [...entities].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, entity]) => [key, { ...entity, id: 0, version: 0 }]),
  ),
});

const setUp: Mutation[] = [
  { do: 'create_network', type: 'lte', name: 'n', description: '', configs: { a: { x: 1 }, b: { y: 2 } } },
  { do: 'create_entity', id: { type: 'tier', key: 'k1' }, config: { version: '1' } },
  { do: 'create_entity', id: { type: 'tier', key: 'k2' } },
  { do: 'create_entity', id: { type: 'gateway', key: 'k1' }, physicalId: 'hw1', config: { of: 1 } },
  { do: 'create_entity', id: { type: 'gateway', key: 'k2' }, physicalId: 'hw2' },
  { do: 'create_entity', id: { type: 'radio', key: 'k1' }, name: 'r' },
  { do: 'create_entity', id: { type: UNHELD, key: 'k1' } },
  { do: 'put_device', hardwareId: 'hw1', type: 't', info: { key: 1 } },
  { do: 'add_children', id: { type: 'tier', key: 'k1' }, type: 'gateway', keys: ['k1', 'k2'] },
  { do: 'add_children', id: { type: 'gateway', key: 'k1' }, type: 'radio', keys: ['k1'] },
  { do: 'add_children', id: { type: 'gateway', key: 'k1' }, type: UNHELD, keys: ['k1'] },
];

const type = fc.constantFrom(...TYPES, UNHELD);
const key = fc.constantFrom('k1', 'k2', 'k3');
const id: fc.Arbitrary<EntityId> = fc.record({ type, key });
const keys = fc.uniqueArray(key, { maxLength: 3 });
const config = fc.constantFrom<unknown>(undefined, null, { a: 1 }, { b: [1, 2] });
const hardware = fc.constantFrom<string | null | undefined>(undefined, null, 'hw1', 'hw2', 'hw3');
const does = <const D extends Mutation['do']>(what: D) => fc.constant(what);
const text = fc.constantFrom<string | undefined>(undefined, 'one', 'two');
const defined = <T extends object>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<Mutation> =>
  arbitrary.map((value) => Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as unknown as Mutation);

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  defined(fc.record({ do: does('create_entity'), id, name: text, physicalId: hardware, config })),
  defined(fc.record({ do: does('update_entity'), id, name: text, description: text, physicalId: hardware, config })),
  fc.record({ do: does('delete_entity'), id }),
  defined(fc.record({ do: fc.constantFrom('set_children', 'add_children'), id, type, keys, exclusive: fc.boolean() })),
  fc.record({ do: does('remove_children'), id, type, keys }),
  fc.record({ do: does('set_parents'), id, type, keys }),
  defined(
    fc.record({
      do: does('put_entities'),
      type,
      entities: fc.uniqueArray(
        fc.record({
          key,
          name: fc.constantFrom('', 'bulk'),
          config,
          children: fc.uniqueArray(id, { maxLength: 2, selector: (each) => `${each.type}/${each.key}` }),
        }),
        { maxLength: 2, selector: (each) => each.key },
      ),
      onlyNew: fc.boolean(),
      owns: fc.option(type, { nil: undefined }),
    }),
  ),
  fc.record({ do: does('delete_entities'), type, keys }),
  fc.record({
    do: does('put_device'),
    hardwareId: fc.constantFrom('hw1', 'hw2', 'hw3'),
    type: fc.constant('t'),
    info: fc.constantFrom({ key: 2 }, { key: 3 }),
  }),
  fc.record({ do: does('delete_device'), hardwareId: fc.constantFrom('hw1', 'hw2', 'hw3') }),
  defined(fc.record({ do: does('update_network'), name: text, configs: fc.constantFrom(undefined, { a: null }, { a: { z: 1 }, c: {} }) })),
);

describe('mutations applied to a held graph', () => {
  it('give what the store would give', async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 5 }), async (mutations) => {
        const { db, store } = open();
        try {
          await write(db, setUp);
          const before = await load(db);
          const untouched = JSON.stringify(comparable(before));
          const tried = applyMutations('n1', before, mutations, held);
          expect(JSON.stringify(comparable(before))).toBe(untouched);
          await write(db, mutations);
          expect(comparable(tried)).toEqual(comparable(await load(db)));
          compared += 1;
        } catch (error) {
          // What the store refuses never gets as far as a preview.
          if (!(error instanceof OrcError)) throw error;
        } finally {
          store.close();
          stores.pop();
        }
      }),
      { numRuns: 150 },
    );
    expect(compared).toBeGreaterThan(30);
  });

  it('make a network, and take it away with all that it holds', async () => {
    const { db } = open();
    const made = applyMutations('n1', { network: undefined, entities: new Map() }, setUp, held);
    await write(db, setUp);
    const stored = await load(db);
    expect(comparable(made)).toEqual(comparable(stored));
    expect(applyMutations('n1', stored, [{ do: 'delete_network' }], held)).toEqual({ network: undefined, entities: new Map() });
  });
});

describe('the history of an entity', () => {
  /** Children in one order. */
  const plain = (image: Image | null): unknown =>
    image && { ...image, children: (image.children ?? []).map(([of, key]) => `${of}/${key}`).sort() };
  const types = [...TYPES, UNHELD];

  /** What is put by the many has neither description nor physical id. */
  const many = new Set<string>(['radio', UNHELD]);
  const possible = (one: Mutation): boolean =>
    one.do === 'put_entities'
      ? many.has(one.type)
      : (one.do !== 'create_entity' && one.do !== 'update_entity') || !many.has(one.id.type) || !(one.physicalId || one.description);

  /** Nobody puts by the many what is deleted in the same commit, or loses a child by it. */
  const namesOnce = (mutations: readonly Mutation[]): boolean => {
    const names = mutations.flatMap(revised).map(entityKey);
    return new Set(names).size === names.length && new Set(mutations.map(({ do: what }) => what)).size === 1;
  };

  it('has each of its changes, whatever made them, from what it was before to what it is now', async () => {
    const commits = fc.array(
      fc.oneof(
        fc.array(
          mutation.filter((one) => !isBulk(one) && possible(one)),
          { minLength: 1, maxLength: 3 },
        ),
        fc
          .array(
            mutation.filter((one) => isBulk(one) && possible(one)),
            { minLength: 1, maxLength: 2 },
          )
          .filter(namesOnce),
      ),
      { minLength: 1, maxLength: 4 },
    );
    let written = 0;
    await fc.assert(
      fc.asyncProperty(commits, async (all) => {
        const { db, store } = open();
        try {
          await write(db, setUp);
          for (const mutations of all) {
            const done = await write(db, mutations).then(
              () => 1,
              (error: unknown) => {
                if (error instanceof OrcError) return 0;
                throw error;
              },
            );
            written += done;
          }
          const last = new Map<string, unknown>();
          const newest = { before: [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER], limit: 1000 };
          const [found] = await db.read(revisionsOf('n1', { type: null, key: null }, newest));
          for (const revision of found.reverse().filter(({ type: of }) => of !== 'network')) {
            const name = entityKey(revision);
            expect(plain(revision.before), name).toEqual(last.get(name) ?? null);
            last.set(name, plain(revision.after));
          }
          const [{ entities }] = await db.read(loadTypes('n1', types));
          for (const [name, { name: title, description, physicalId, config: settings, children }] of entities) {
            const image: Image = {
              name: title,
              description,
              physical_id: physicalId,
              config: settings,
              children: children.map(({ type: of, key: at }) => [of, at]),
            };
            expect(last.get(name), name).toEqual(plain(image));
          }
          for (const [name, image] of last) if (!entities.has(name)) expect(image, name).toBeNull();
        } finally {
          store.close();
          stores.pop();
        }
      }),
      { numRuns: 150 },
    );
    expect(written).toBeGreaterThan(50);
  });
});
