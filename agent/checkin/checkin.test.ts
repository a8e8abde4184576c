import { describe, expect, it } from 'vitest';
import { silent } from '../log.ts';
import { ManualClock, settle } from '../testing/manual-clock.ts';
import { Checkin } from './checkin.ts';

function setUp() {
  const clock = new ManualClock();
  const start = clock.now();
  const seen = { at: [] as number[], timeouts: [] as number[], results: [] as boolean[] };
  const cloud = { fails: false, answer: Promise.resolve() };
  const checkin = new Checkin({
    clock,
    log: silent,
    report: async (timeoutMs) => {
      seen.at.push((clock.now() - start) / 1000);
      seen.timeouts.push(timeoutMs);
      await cloud.answer;
      if (cloud.fails) throw new Error('no');
    },
    onResult: ({ ok }) => void seen.results.push(ok),
  });
  return { clock, checkin, seen, cloud };
}

describe('check-in', () => {
  it('comes right after connecting, once within the first interval, then each 60 s', async () => {
    const { clock, checkin, seen } = setUp();
    checkin.connect();
    await settle();
    expect(seen.at).toEqual([0]);
    clock.chance = 0.5;
    await clock.advance(170_000);
    expect(seen.at).toEqual([0, 45, 105, 165]);
    expect(seen.timeouts[0]).toBe(10_000);
  });

  it('takes a new interval and time-out at once, and never goes below 5 s', async () => {
    const { clock, checkin, seen } = setUp();
    checkin.connect();
    await clock.advance(10_000);
    checkin.configure(15, 3);
    await clock.advance(20_000);
    expect(seen.at).toEqual([0, 15, 30]);
    expect(seen.timeouts.at(-1)).toBe(3000);
    checkin.configure(1, 0);
    await clock.advance(10_000);
    expect(seen.at).toEqual([0, 15, 30, 35, 40]);
    expect(seen.timeouts.at(-1)).toBe(10_000);
    checkin.configure(0, 0);
    await clock.advance(60_000);
    expect(seen.at.at(-1)).toBe(100);
  });

  it('takes an interval that arrives while a report is under way', async () => {
    const { clock, checkin, seen, cloud } = setUp();
    const answer = Promise.withResolvers<void>();
    cloud.answer = answer.promise;
    checkin.connect();
    await settle();
    checkin.configure(20, 0);
    answer.resolve();
    await clock.advance(40_000);
    expect(seen.at).toEqual([0, 15, 35]);
  });

  it('goes on after a failure, stops without a connection, and starts again with it', async () => {
    const { clock, checkin, seen, cloud } = setUp();
    cloud.fails = true;
    checkin.connect();
    await clock.advance(46_000);
    expect(seen.results).toEqual([false, false]);
    cloud.fails = false;
    checkin.disconnect();
    await clock.advance(600_000);
    expect(seen.results).toHaveLength(2);
    checkin.connect();
    await settle();
    expect(seen.results).toEqual([false, false, true]);
  });
});
