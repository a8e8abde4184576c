import { describe, expect, it } from 'vitest';
import { Headroom } from './headroom.ts';
import type { LogLine } from './log.ts';

/** A runtime that may open 1,000 files. */
function runtime(open: number, counts = true) {
  const state = { open, time: 0 };
  const lines: LogLine[] = [];
  const headroom = new Headroom({
    limit: 1000,
    count: () => (counts ? state.open : undefined),
    log: (line) => void lines.push(line),
    now: () => state.time,
  });
  /** Lets in as many connections as it can; answers what settles each. */
  const connect = (): (() => void)[] => {
    const settles: (() => void)[] = [];
    for (let settle = headroom.connection(); settle && settles.length < 10_000; settle = headroom.connection()) settles.push(settle);
    return settles;
  };
  return { headroom, state, lines, connect };
}

describe('Headroom', () => {
  it('lets connections in up to a share of the limit, counting five files for each that does not show yet', () => {
    const { state, connect } = runtime(750);
    const settles = connect();
    expect(settles).toHaveLength(20);
    state.open += 100;
    for (const settle of settles) settle();
    expect(connect()).toHaveLength(0);
    state.open -= 9;
    expect(connect()).toHaveLength(1);
  });

  it('forgets who settles twice or never', () => {
    const { state, connect } = runtime(800);
    const [first] = connect();
    first?.();
    first?.();
    expect(connect()).toHaveLength(1);
    state.time = 4_999;
    expect(connect()).toHaveLength(0);
    state.time = 5_000;
    expect(connect()).toHaveLength(10);
  });

  it('wakes objects beyond what it lets connections in for, three files each, and counts them until they show', () => {
    const { headroom, state, connect } = runtime(860);
    expect(connect()).toHaveLength(0);
    expect(headroom.wakes(15)).toBe(15);
    expect(headroom.wakes(100)).toBe(5);
    expect(headroom.wakes(100)).toBe(0);
    state.time = 4_000;
    expect(headroom.wakes(100)).toBe(20);
    state.open = 2_000;
    state.time = 8_000;
    expect(headroom.wakes(1)).toBe(0);
  });

  it('holds nothing where files cannot be counted', () => {
    const { headroom, lines } = runtime(990, false);
    expect(headroom.wakes(100_000)).toBe(100_000);
    expect(headroom.connection()).toBeDefined();
    expect(lines).toEqual([]);
  });

  it('tells the operator once, with the fix, and again after ten minutes', () => {
    const { headroom, state, lines } = runtime(990);
    for (let time = 0; time < 600_000; time += 1_000) {
      state.time = time;
      headroom.connection();
      headroom.wakes(1);
    }
    expect(lines).toMatchObject([{ level: 'warn', message: expect.stringMatching(/990 of 1000 files.*connections.*wait.*Raise nofile/) }]);
    state.time = 600_000;
    headroom.wakes(1);
    expect(lines).toHaveLength(2);
  });
});
