import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commit } from '../../../core/configurator/commit.ts';
import type { Mutation } from '../../../core/configurator/mutations.ts';
import { Database } from '../../../core/db/database.ts';
import { GetEnodebOffloadStateResponse_EnodebOffloadState as State, Ha } from '../../../proto/gen/lte/protos/ha_orc8r_pb.js';
import { testD1, type TestD1 } from '../../../test/support/d1.ts';
import { call, fakeContext } from '../../orc8r/southbound/testing/fake-context.ts';
import { southbound } from './index.ts';

/** Unix milliseconds, with a rest: ages are counted in whole seconds. */
const NOW = 1_800_000_000_900;
const ago = (seconds: number) => NOW - seconds * 1000;
const record = (pool: string, capacity: number) => ({ gateway_pool_id: pool, mme_code: 1, mme_relative_capacity: capacity });
const cell = (id: number) => ({ config_type: 'MANAGED', managed_config: { cell_id: id } });
const serving = { enodeb_connected: true, mme_connected: true, ues_connected: 3 };
const idle = { ...serving, ues_connected: 0 };

let store: TestD1;
let fake: ReturnType<typeof fakeContext>;

const write = async (...mutations: Mutation[]) => {
  const change = { networkId: 'n1', action: 'test.write', target: '', mutations };
  await commit(new Database(store.d1), change, { actor: 'operator:test', requestId: 'r', at: 1 });
};
const gateway = (key: string, pooling: readonly { gateway_pool_id: string }[] | undefined, serials: readonly string[] = []): Mutation[] => [
  { do: 'create_entity', id: { type: 'cellular_gateway', key }, config: pooling ? { pooling } : {} },
  { do: 'set_children', id: { type: 'cellular_gateway', key }, type: 'cellular_enodeb', keys: serials },
  {
    do: 'set_parents',
    id: { type: 'cellular_gateway', key },
    type: 'cellular_gateway_pool',
    keys: (pooling ?? []).map(({ gateway_pool_id: pool }) => pool),
  },
];
const enodeb = (key: string, config: unknown): Mutation => ({ do: 'create_entity', id: { type: 'cellular_enodeb', key }, config });
/** A gateway of the network says something of an eNodeB, so many seconds ago. */
const say = (by: string, serial: string, value: unknown, seconds = 0) =>
  fake.network.tell(by, 'single_enodeb', serial, value, ago(seconds));
const ask = async () => {
  const context = { ...fake.context, now: () => NOW };
  return (await call(southbound, Ha.method.getEnodebOffloadState, context, {}))[0]?.enodebOffloadStates;
};

/** The caller is gw1, with capacity 10 in pools a and b. Primaries are p1 (in a, with eNodeBs e1 to e3) and p2 (in both, with e4). */
beforeEach(async () => {
  store = testD1();
  fake = fakeContext(undefined, store.d1);
  await write(
    { do: 'create_network', type: 'lte', name: 'n1', description: '', configs: {} },
    ...['a', 'b', 'c'].map(
      (key): Mutation => ({ do: 'create_entity', id: { type: 'cellular_gateway_pool', key }, config: { mme_group_id: 1 } }),
    ),
    ...[1, 2, 3, 4].map((number) => enodeb(`e${number}`, cell(number))),
    enodeb('e5', { config_type: 'UNMANAGED', unmanaged_config: { cell_id: 55 } }),
    enodeb('e6', null),
    enodeb('e7', cell(7)),
    ...gateway('gw1', [record('a', 10), record('b', 10)], ['e7']),
    ...gateway('p1', [record('a', 11)], ['e1', 'e2', 'e3', 'e5', 'e6']),
    ...gateway('p2', [record('a', 255), record('b', 255)], ['e4']),
    ...gateway('equal', [record('a', 10)], ['e7']),
    ...gateway('less', [record('b', 9)], ['e7']),
    ...gateway('apart', [record('c', 255)], ['e7']),
  );
  for (const id of ['p1', 'p2', 'equal', 'less', 'apart']) fake.network.checkins.set(id, ago(10));
});
afterEach(() => store.close());

describe('Ha.GetEnodebOffloadState', () => {
  it('tells of the eNodeBs of all primaries of all its pools, by cell id, managed or not', async () => {
    for (const serial of ['e1', 'e2', 'e5', 'e7']) say('p1', serial, serving);
    say('p2', 'e4', idle);
    for (const by of ['equal', 'less', 'apart', 'gw1']) say(by, 'e7', serving);
    expect(await ask()).toEqual({
      1: State.PRIMARY_CONNECTED_AND_SERVING_UES,
      2: State.PRIMARY_CONNECTED_AND_SERVING_UES,
      4: State.PRIMARY_CONNECTED,
      55: State.PRIMARY_CONNECTED_AND_SERVING_UES,
    });
  });

  it.each([
    ['serves devices', serving, 0, State.PRIMARY_CONNECTED_AND_SERVING_UES],
    ['serves none', idle, 0, State.PRIMARY_CONNECTED],
    ['does not say how many', { enodeb_connected: true, mme_connected: true }, 0, State.PRIMARY_CONNECTED],
    ['is not connected', { ...serving, enodeb_connected: false }, 0, State.NO_OP],
    ['has no S1 connection', { ...serving, mme_connected: false }, 0, State.NO_OP],
    ['does not say whether it is connected', { ues_connected: 3 }, 0, State.NO_OP],
    ['was said so 180 s ago', serving, 180, State.PRIMARY_CONNECTED_AND_SERVING_UES],
    ['was said so 181 s ago', serving, 181, State.NO_OP],
  ])('an eNodeB that %s', async (_, value, seconds, state) => {
    say('p1', 'e1', value, seconds);
    expect(await ask()).toEqual({ 1: state });
  });

  it.each([
    ['179 s ago', 179, { 1: State.PRIMARY_CONNECTED }],
    ['180 s ago', 180, {}],
    ['never', undefined, {}],
  ])('a primary that checked in %s', async (_, seconds, states) => {
    if (seconds === undefined) fake.network.checkins.delete('p1');
    else fake.network.checkins.set('p1', ago(seconds));
    say('p1', 'e1', idle);
    expect(await ask()).toEqual(states);
  });

  it('believes a primary of its own eNodeBs only, whatever another gateway said later', async () => {
    say('p1', 'e1', serving, 20);
    say('p2', 'e1', idle, 10);
    say('p2', 'e2', serving, 10);
    expect(await ask()).toEqual({ 1: State.PRIMARY_CONNECTED_AND_SERVING_UES });
  });

  it('skips an eNodeB that cannot be told of, and goes on with the others', async () => {
    say('p1', 'e1', 'not json');
    say('p1', 'e2', { ...serving, ues_connected: 'many' });
    say('p1', 'e6', serving);
    say('p1', 'e5', idle);
    expect(await ask()).toEqual({ 55: State.PRIMARY_CONNECTED });
  });

  it('takes the furthest of two primaries that share an eNodeB', async () => {
    await write({ do: 'add_children', id: { type: 'cellular_gateway', key: 'p2' }, type: 'cellular_enodeb', keys: ['e1'] });
    say('p1', 'e1', serving);
    say('p2', 'e1', { ...serving, mme_connected: false });
    expect(await ask()).toEqual({ 1: State.PRIMARY_CONNECTED_AND_SERVING_UES });
  });

  it('knows no primaries for the greatest, and refuses a gateway that is in no pool', async () => {
    const caller = { type: 'cellular_gateway', key: 'gw1' };
    await write({ do: 'update_entity', id: caller, config: { pooling: [record('a', 255), record('b', 255)] } });
    say('p2', 'e4', serving);
    expect(await ask()).toEqual({});
    for (const config of [{}, { pooling: [] }, null]) {
      await write({ do: 'update_entity', id: caller, config });
      await expect(ask()).rejects.toMatchObject({ code: 'precondition_failed', message: 'gateway gw1 is in no gateway pool' });
    }
  });
});
