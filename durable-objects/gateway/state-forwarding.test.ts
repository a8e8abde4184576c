import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { objectSql } from '../../test/support/object-sql.ts';
import { stateStorage, stateTypes } from '../network/states/testing/states.ts';
import type { StateBatch, StateReceipt } from '../ports.ts';
import { gatewayMigrations } from './schema.ts';
import { StateForwarding } from './state-forwarding.ts';
import { StateOutbox } from './state-outbox.ts';
import { stateStore } from './states.ts';

type Sent = Omit<StateBatch, 'hardwareId'>;

/** A gateway's states on their way to a network, with the object's alarm. `evict` forgets what was in memory; the alarm stays. */
function gateway(send: (batch: Sent) => Promise<StateReceipt>) {
  const sql = objectSql(gatewayMigrations);
  let alarm: ReturnType<typeof setTimeout> | undefined;
  let ringsAt: number | undefined;
  const setAlarm = (due: number | undefined) => {
    clearTimeout(alarm);
    ringsAt = due;
    if (due !== undefined) alarm = setTimeout(() => void ring(), Math.max(0, due - Date.now()));
  };
  const schedule = vi.fn(() => setAlarm(forwarding.due()));
  const open = () => {
    const states = stateStore(sql, Date.now);
    return new StateForwarding({ states, outbox: new StateOutbox(sql, states), types: stateTypes, send, schedule, now: Date.now });
  };
  let forwarding = open();
  const ring = async () => {
    await forwarding.flush();
    setAlarm(forwarding.due());
  };
  return {
    schedule,
    get forwarding() {
      return forwarding;
    },
    evict() {
      vi.clearAllTimers();
      forwarding = open();
      setAlarm(ringsAt);
    },
    put: (deviceId: string, text: string, type = 'phone') =>
      forwarding.store.put([{ type, deviceId, value: new TextEncoder().encode(text), version: 0n }]),
    remove: (deviceId: string, type = 'phone') => forwarding.store.delete([{ type, deviceId }]),
  };
}

/** A network that notes what it is told. */
function listener(answer: (batch: Sent) => StateReceipt = () => ({ taken: true })) {
  const batches: Sent[] = [];
  const send = async (batch: Sent): Promise<StateReceipt> => {
    batches.push(batch);
    return answer(batch);
  };
  const said = () =>
    batches.map(({ confirmed, news }) => [
      confirmed,
      news.map(
        ({ deviceId, number, state }) => `${deviceId} ${number} ${state?.value ? new TextDecoder().decode(state.value) : state && 'again'}`,
      ),
    ]);
  return { send, batches, said };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('forwarding of states', () => {
  it('gathers what changes, tells each once, as it is then, and counts what is confirmed', async () => {
    const { send, said } = listener();
    const { put, remove } = gateway(send);
    put('p1', '1');
    put('p2', '1');
    put('p1', '2');
    put('p3', '1');
    remove('p3');
    await vi.advanceTimersByTimeAsync(100);
    put('p1', '2');
    remove('nobody');
    put('p2', '2');
    await vi.advanceTimersByTimeAsync(100);
    expect(said()).toEqual([
      [0, ['p2 2 1', 'p1 3 2', 'p3 5 null']],
      [5, ['p2 6 2']],
    ]);
  });

  it('tells nothing of what the network does not share, and of timed states also that they are as they were', async () => {
    const { send, said } = listener();
    const { put, remove, schedule } = gateway(send);
    put('hw1', '{}', 'gw_state');
    remove('hw1', 'gw_state');
    await vi.advanceTimersByTimeAsync(100);
    expect([said(), schedule.mock.calls]).toEqual([[], []]);
    put('w1', '1', 'watch');
    await vi.advanceTimersByTimeAsync(100);
    put('w1', '1', 'watch');
    await vi.advanceTimersByTimeAsync(100);
    expect(said()).toEqual([
      [0, ['w1 1 1']],
      [1, ['w1 2 again']],
    ]);
  });

  it('tells in bounded batches, in order', async () => {
    const { send, batches } = listener();
    const { forwarding } = gateway(send);
    const value = new Uint8Array(10);
    forwarding.store.put(Array.from({ length: 600 }, (_, index) => ({ type: 'phone', deviceId: `p${index}`, value, version: 0n })));
    forwarding.store.put(
      Array.from({ length: 5 }, (_, index) => ({
        type: 'phone',
        deviceId: `large${index}`,
        value: new Uint8Array(1_000_000),
        version: 0n,
      })),
    );
    await forwarding.flush();
    expect(batches.map(({ news }) => news.length)).toEqual([256, 256, 91, 2]);
    const numbers = batches.flatMap(({ news }) => news.map(({ number }) => number));
    expect(numbers).toEqual(numbers.toSorted((left, right) => left - right));
    expect(new Set(numbers).size).toBe(605);
  });

  it('tries again until the network is back, waiting longer each time, by the alarm and without timers', async () => {
    let away = true;
    const { send, batches } = listener(() => {
      if (away) throw new Error('away');
      return { taken: true };
    });
    const { put, forwarding, schedule } = gateway(send);
    put('p1', '1');
    expect(schedule).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(batches).toHaveLength(4);
    expect(forwarding.due()).toBeGreaterThan(Date.now());
    // The alarm, and nothing that keeps the object in memory.
    expect(vi.getTimerCount()).toBe(1);
    away = false;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(batches).toHaveLength(5);
    expect(forwarding.due()).toBeUndefined();
  });

  it('keeps waiting for a network that does not know the gateway yet', async () => {
    let known = false;
    const { send, batches } = listener(() => (known ? { taken: true } : { taken: false, reason: 'stranger' }));
    const { put, forwarding } = gateway(send);
    put('p1', '1');
    await vi.advanceTimersByTimeAsync(500);
    known = true;
    forwarding.resume();
    await vi.advanceTimersByTimeAsync(0);
    expect(batches).toHaveLength(2);
    expect(forwarding.due()).toBeUndefined();
  });

  it('finds after an eviction what was not told, by its alarm', async () => {
    const { send, said } = listener();
    const held = gateway(send);
    held.put('p1', '1');
    held.evict();
    await vi.advanceTimersByTimeAsync(1000);
    expect(said()).toEqual([]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(said()).toEqual([[0, ['p1 1 1']]]);
  });

  it('tells everything again to a network that has lost what it was told', async () => {
    let lost = false;
    const { send, said } = listener(({ confirmed }) => (lost && confirmed > 0 ? { taken: false, reason: 'gap' } : { taken: true }));
    const { put, remove } = gateway(send);
    put('p1', '1');
    put('p2', '1');
    await vi.advanceTimersByTimeAsync(100);
    lost = true;
    remove('p2');
    put('p3', '1');
    await vi.advanceTimersByTimeAsync(100);
    expect(said().slice(1)).toEqual([
      [2, ['p2 3 null', 'p3 4 1']],
      [0, ['p1 5 1', 'p3 6 1']],
    ]);
  });

  it('forgets everything when the object serves another gateway', async () => {
    const { send, batches } = listener();
    const { put, forwarding } = gateway(send);
    put('p1', '1');
    forwarding.forget();
    await vi.advanceTimersByTimeAsync(1000);
    expect([batches, forwarding.store.list(), forwarding.due()]).toEqual([[], [], undefined]);
  });
});

describe('whatever happens on the way', () => {
  const device = fc.constantFrom('p0', 'p1', 'p2');
  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('put' as const),
        device,
        type: fc.constantFrom('phone', 'watch'),
        text: fc.constantFrom('1', '2', '{'),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), device, type: fc.constantFrom('phone', 'watch') }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), for: fc.constantFrom(10, 100, 5_000) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('evict' as const, 'lose network' as const, 'late arrive' as const) }) },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('next call' as const), how: fc.constantFrom('lost', 'unanswered', 'late' as const) }),
    },
  );

  it('the network has in the end what the gateway has', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        vi.clearAllTimers();
        let network = stateStorage().open();
        const faults: ('lost' | 'unanswered' | 'late')[] = [];
        const late: Sent[] = [];
        const take = (batch: Sent) => network.take('gw1', { hardwareId: 'hw1', ...batch });
        const held = gateway(async (batch) => {
          const fault = faults.shift();
          if (fault === 'late') late.push(batch);
          if (fault === 'unanswered') take(batch);
          if (fault) throw new Error(fault);
          return take(batch);
        });
        vi.spyOn(console, 'warn').mockReturnValue();
        for (const item of steps) {
          if (item.do === 'put') held.put(item.device, item.text, item.type);
          else if (item.do === 'delete') held.remove(item.device, item.type);
          else if (item.do === 'wait') await vi.advanceTimersByTimeAsync(item.for);
          else if (item.do === 'evict') held.evict();
          else if (item.do === 'lose network') network = stateStorage().open();
          // Calls that the gateway gave up are taken after others.
          else if (item.do === 'late arrive') for (const batch of late.splice(0)) take(batch);
          else if (item.do === 'next call') faults.push(item.how);
        }
        await vi.advanceTimersByTimeAsync(600_000);
        // Something more to tell: only then does a gateway notice that its network lost what it knew.
        held.put('end', String(steps.length));
        await vi.advanceTimersByTimeAsync(600_000);
        await held.forwarding.flush();
        const here = held.forwarding.store
          .list()
          .map(({ type, deviceId, value }) => `${type} ${deviceId} ${new TextDecoder().decode(value)}`);
        const there = network
          .about({ types: ['phone', 'watch'] }, '')
          .subjects.flatMap(([id, { states }]) => states.map(({ type, value }) => `${type} ${id} ${value}`));
        expect(there.sort()).toEqual(here.sort());
      }),
      { numRuns: 300 },
    );
  });
});
