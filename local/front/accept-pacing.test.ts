import { describe, expect, it } from 'vitest';
import { paceAccepts } from './accept-pacing.ts';

/** A clock that moves only when it is told to. */
function clock(): { now: () => number; wait: (milliseconds: number, then: () => void) => void; run: (until: number) => void } {
  let time = 0;
  const timers: { at: number; then: () => void }[] = [];
  return {
    now: () => time,
    wait: (milliseconds, then) => void timers.push({ at: time + milliseconds, then }),
    run(until) {
      for (;;) {
        timers.sort((a, b) => a.at - b.at);
        const next = timers[0];
        if (!next || next.at > until) break;
        timers.shift();
        time = next.at;
        next.then();
      }
      time = until;
    },
  };
}

const never = () => expect.unreachable('nobody waits that long');

describe('paceAccepts', () => {
  it('lets a burst in at once, then the rate, in order, and forgets nobody', () => {
    const time = clock();
    const entered: number[] = [];
    const enter = paceAccepts({ rate: 100, burst: 10, now: time.now, wait: time.wait });
    for (let index = 0; index < 110; index += 1) enter(() => entered.push(index), never);
    expect(entered).toHaveLength(10);
    time.run(500);
    expect(entered.length).toBeGreaterThanOrEqual(59);
    expect(entered.length).toBeLessThanOrEqual(60);
    time.run(1100);
    expect(entered).toEqual(Array.from({ length: 110 }, (_, index) => index));
  });

  it('saves up no more than a burst', () => {
    const time = clock();
    let entered = 0;
    const enter = paceAccepts({ rate: 100, burst: 5, now: time.now, wait: time.wait });
    time.run(60_000);
    for (let index = 0; index < 20; index += 1) enter(() => (entered += 1), never);
    expect(entered).toBe(5);
  });

  it('refuses who has waited too long, which costs nobody else a turn', () => {
    const time = clock();
    const entered: number[] = [];
    const refused: number[] = [];
    const enter = paceAccepts({ rate: 10, burst: 1, patience: 1000, now: time.now, wait: time.wait });
    const arrive = (from: number, to: number) => {
      for (let index = from; index < to; index += 1)
        enter(
          () => entered.push(index),
          () => refused.push(index),
        );
    };
    arrive(0, 100);
    time.run(1000);
    const served = entered.length;
    expect(served).toBeGreaterThanOrEqual(10);
    expect(refused).toEqual([]);
    arrive(100, 105);
    time.run(1700);
    expect(refused).toEqual(Array.from({ length: 100 - served }, (_, index) => served + index));
    expect(entered.slice(served)).toEqual([100, 101, 102, 103, 104]);
  });
});
