import { describe, expect, it } from 'vitest';
import { paceDepartures } from './departures.ts';

describe('paceDepartures', () => {
  it('lets everybody go at once while there is room', () => {
    const gone: number[] = [];
    const depart = paceDepartures(
      (wanted) => wanted,
      () => expect.unreachable('nobody waits'),
    );
    for (let index = 0; index < 100; index += 1) depart(() => gone.push(index));
    expect(gone).toHaveLength(100);
  });

  it('keeps the others until there is room again, in order, and forgets nobody', () => {
    const gone: number[] = [];
    const timers: (() => void)[] = [];
    let room = 2;
    const wakes = (wanted: number) => {
      const granted = Math.min(room, wanted);
      room -= granted;
      return granted;
    };
    const depart = paceDepartures(wakes, (_, then) => void timers.push(then));
    for (let index = 0; index < 6; index += 1) depart(() => gone.push(index));
    expect(gone).toEqual([0, 1]);
    expect(timers).toHaveLength(1);
    room = 3;
    timers.shift()?.();
    expect(gone).toEqual([0, 1, 2, 3, 4]);
    room = 10;
    timers.shift()?.();
    expect(gone).toEqual([0, 1, 2, 3, 4, 5]);
    expect(timers).toEqual([]);
    depart(() => gone.push(6));
    expect(gone).toContain(6);
  });
});
