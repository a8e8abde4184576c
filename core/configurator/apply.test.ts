import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { type TestD1, testD1 } from '../../test/support/d1.ts';
import { Database } from '../db/database.ts';
import { OrcError } from '../errors.ts';
import { applyMutations, type HeldGraph } from './apply.ts';
import { commit } from './commit.ts';
import { loadTypes, networkById } from './load.ts';
import type { EntityId } from './model.ts';
import type { Mutation } from './mutations.ts';

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
