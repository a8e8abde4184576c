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
    for (let index = 0; index < 110; index += 1)
      enter((settled) => {
        entered.push(index);
        settled();
      }, never);
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
    const crowd = new Crowd();
    let room = true;
    const options = { rate: 10, burst: 1, patience: 1000, now: time.now, wait: time.wait };
    const enter = paceAccepts(options, () => (room ? () => {} : undefined));
    room = false;
    crowd.arrive(enter, 0, 9);
    time.run(1000);
    expect(crowd).toMatchObject({ entered: [], refused: [] });
    crowd.arrive(enter, 9, 10);
    room = true;
    time.run(1200);
    expect(crowd).toMatchObject({ entered: [9], refused: [0, 1, 2, 3, 4, 5, 6, 7, 8] });
  });

  it('refuses at once who could not have a turn in time', () => {
    const time = clock();
    const crowd = new Crowd();
    const enter = paceAccepts({ rate: 10, burst: 5, patience: 1000, now: time.now, wait: time.wait });
    crowd.arrive(enter, 0, 40);
    expect(crowd.refused).toEqual(Array.from({ length: 25 }, (_, index) => 15 + index));
    time.run(1000);
    expect(crowd.entered).toEqual(Array.from({ length: 15 }, (_, index) => index));
    expect(crowd.refused).toHaveLength(25);
  });

  it('has so many handshakes under way, however slow they are, and goes on when one is over or takes too long', () => {
    const time = clock();
    const crowd = new Crowd();
    const enter = paceAccepts({ rate: 100, burst: 100, atOnce: 3, now: time.now, wait: time.wait });
    crowd.arrive(enter, 0, 9);
    time.run(1000);
    expect(crowd.entered).toEqual([0, 1, 2]);
    const [first] = crowd.settle;
    first?.();
    first?.();
    time.run(1001);
    expect(crowd.entered).toEqual([0, 1, 2, 3]);
    time.run(4999);
    expect(crowd.entered).toEqual([0, 1, 2, 3]);
    time.run(5100);
    expect(crowd.entered).toEqual([0, 1, 2, 3, 4, 5]);
    for (const settle of crowd.settle) settle();
    time.run(5200);
    expect(crowd).toMatchObject({ entered: [0, 1, 2, 3, 4, 5, 6, 7, 8], refused: [] });
  });

  it('holds while there is no room and goes on, at the same rate, soon after there is', () => {
    const time = clock();
    const crowd = new Crowd();
    let room = 3;
    const admit = () => {
      if (room === 0) return undefined;
      room -= 1;
      return () => void (room += 1);
    };
    const enter = paceAccepts({ rate: 100, burst: 10, now: time.now, wait: time.wait }, admit);
    crowd.arrive(enter, 0, 8);
    time.run(5000);
    expect(crowd.entered).toEqual([0, 1, 2]);
    for (const settle of crowd.settle.splice(0, 2)) settle();
    time.run(5100);
    expect(crowd.entered).toEqual([0, 1, 2, 3, 4]);
    room = 100;
    time.run(5200);
    expect(crowd).toMatchObject({ entered: [0, 1, 2, 3, 4, 5, 6, 7], refused: [] });
  });
});

/** Who arrives, by number, and what becomes of them. */
class Crowd {
  readonly entered: number[] = [];
  readonly refused: number[] = [];
  readonly settle: (() => void)[] = [];

  arrive(enter: ReturnType<typeof paceAccepts>, from: number, to: number): void {
    for (let index = from; index < to; index += 1)
      enter(
        (settled) => {
          this.entered.push(index);
          this.settle.push(settled);
        },
        () => this.refused.push(index),
      );
  }
}
