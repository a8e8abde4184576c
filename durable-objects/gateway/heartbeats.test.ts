import { describe, expect, it } from 'vitest';
import type { StateStore } from '../../core/state/store.ts';
import { objectSql } from '../../test/support/object-sql.ts';
import { Heartbeats } from './heartbeats.ts';
import { gatewayMigrations } from './schema.ts';
import { stateStore } from './states.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const report = (type: string, text: string, version = 0n) => ({ type, deviceId: 'hw1', value: bytes(text), version });
const shown = (store: StateStore) =>
  store.list().map(({ type, value, version }) => `${type} ${new TextDecoder().decode(value)} v${version}`);

function scene() {
  const sql = objectSql(gatewayMigrations);
  let now = 1_000;
  const stored = stateStore(sql, () => now);
  const timers: (() => void)[] = [];
  const waits: number[] = [];
  const make = () =>
    new Heartbeats({
      store: stored,
      isHeartbeat: (type) => type === 'gw_state',
      now: () => now,
      later: (wait, work) => {
        waits.push(wait);
        timers.push(work);
      },
    });
  const pass = (milliseconds: number) => {
    now += milliseconds;
  };
  return { stored, states: make(), make, timers, waits, pass };
}

describe('a heartbeat', () => {
  it('is answered from memory and written once, the newest of many', () => {
    const { stored, states, timers, waits } = scene();
    expect(['a', 'b', 'b'].map((text) => states.put([report('gw_state', text)])[0])).toMatchObject([
      { version: 0n, changed: true, receivedAt: 1_000 },
      { version: 1n, changed: true },
      { version: 2n, changed: false },
    ]);
    expect(shown(stored)).toEqual([]);
    expect(waits).toEqual([1_000]);
    timers[0]?.();
    expect(shown(stored)).toEqual(['gw_state b v2']);
    states.put([report('gw_state', 'c')]);
    expect(waits).toEqual([1_000, 1_000]);
  });

  it('is seen by who reads, and gone for who deletes, before it is written', () => {
    const { stored, states } = scene();
    states.put([report('gw_state', 'a', 7n)]);
    expect(states.get([{ type: 'gw_state', deviceId: 'hw1' }])).toMatchObject([{ version: 7n }]);
    states.put([report('gw_state', 'b')]);
    expect(shown(states)).toEqual(['gw_state b v8']);
    states.put([report('gw_state', 'c')]);
    states.delete([{ type: 'gw_state', deviceId: 'hw1' }]);
    expect(shown(stored)).toEqual([]);
    expect(states.put([report('gw_state', 'd')])).toMatchObject([{ version: 0n, changed: true }]);
  });

  it('keeps the time at which it came, whenever it is written', () => {
    const { states, pass } = scene();
    states.put([report('gw_state', 'a')]);
    pass(900);
    expect(states.list()).toMatchObject([{ receivedAt: 1_000 }]);
    pass(900);
    states.put([report('gw_state', 'b')]);
    pass(100);
    states.flush();
    expect(states.get([{ type: 'gw_state', deviceId: 'hw1' }])).toMatchObject([{ receivedAt: 2_800 }]);
  });

  it('counts on from what an earlier life of the object wrote', () => {
    const { states, make } = scene();
    states.put([report('gw_state', 'a')]);
    states.flush();
    expect(make().put([report('gw_state', 'a')])).toMatchObject([{ version: 1n, changed: false }]);
  });
});

it('writes every other state at once, in the order in which they came', () => {
  const { stored, states } = scene();
  const answers = states.put([report('gw_state', 'a'), report('single_enodeb', 'x'), report('single_enodeb', 'y')]);
  expect(answers.map(({ type, version }) => `${type} v${version}`)).toEqual(['gw_state v0', 'single_enodeb v0', 'single_enodeb v1']);
  expect(shown(stored)).toEqual(['single_enodeb y v1']);
});
