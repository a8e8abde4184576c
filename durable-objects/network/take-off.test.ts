import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TakeOff } from './take-off.ts';

const MOMENT = 500;

describe('what was dealt with', () => {
  let removed: number[];
  let fails: boolean;
  let takeOff: TakeOff;

  beforeEach(() => {
    vi.useFakeTimers();
    removed = [];
    fails = false;
    takeOff = new TakeOff(
      async (version) => {
        if (fails) throw new Error('lost');
        removed.push(version);
      },
      MOMENT,
      Date.now,
    );
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it('is taken off at once, and then with all that comes within a moment', async () => {
    await takeOff.dealt(3);
    expect(removed).toEqual([3]);
    for (const version of [4, 5, 6]) await takeOff.dealt(version);
    await vi.advanceTimersByTimeAsync(MOMENT - 1);
    expect(removed).toEqual([3]);
    await vi.advanceTimersByTimeAsync(1);
    expect(removed).toEqual([3, 6]);
    await vi.advanceTimersByTimeAsync(MOMENT);
    await takeOff.dealt(7);
    expect(removed).toEqual([3, 6, 7]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is nothing when the outbox was empty', async () => {
    await takeOff.dealt(0);
    expect(removed).toEqual([]);
    await takeOff.dealt(2);
    await takeOff.dealt(3);
    await takeOff.dealt(0);
    await vi.advanceTimersByTimeAsync(MOMENT);
    expect(removed).toEqual([2, 3]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is the newest word, not the highest: a network that was restored counts from lower', async () => {
    await takeOff.dealt(9);
    await takeOff.dealt(12);
    await takeOff.dealt(5);
    await vi.advanceTimersByTimeAsync(MOMENT);
    expect(removed).toEqual([9, 5]);
  });

  it('is tried again with the next when it could not be taken off', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    fails = true;
    await expect(takeOff.dealt(1)).rejects.toThrow('lost');
    await takeOff.dealt(2);
    await vi.advanceTimersByTimeAsync(MOMENT);
    expect(warn).toHaveBeenCalledOnce();
    fails = false;
    await takeOff.dealt(2);
    await vi.advanceTimersByTimeAsync(MOMENT);
    expect(removed).toEqual([2]);
  });

  it('waits no longer than a moment when the clock is set back', async () => {
    await takeOff.dealt(1);
    vi.setSystemTime(Date.now() - 3_600_000);
    await takeOff.dealt(2);
    await vi.advanceTimersByTimeAsync(MOMENT);
    expect(removed).toEqual([1, 2]);
  });
});
