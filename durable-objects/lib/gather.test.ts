import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Gather } from './gather.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('Gather', () => {
  it('does what comes within a moment in one go, in order, and tells each its outcome', async () => {
    const gather = new Gather(5);
    const done: number[] = [];
    const piece = (n: number) => gather.run(() => done.push(n) && n * 10);
    const first = piece(1);
    vi.advanceTimersByTime(3);
    const second = piece(2);
    expect(done).toEqual([]);
    vi.advanceTimersByTime(2);
    expect(done).toEqual([1, 2]);
    expect(await Promise.all([first, second])).toEqual([10, 20]);
  });

  it('goes on with the others when one fails', async () => {
    const gather = new Gather(5);
    const failing = gather.run(() => {
      throw new Error('on purpose');
    });
    const fine = gather.run(() => 1);
    vi.advanceTimersByTime(5);
    await expect(failing).rejects.toThrow('on purpose');
    expect(await fine).toBe(1);
  });

  it('does at once what waits when somebody wants to see it, and only once', async () => {
    const gather = new Gather(5);
    const work = vi.fn();
    const piece = gather.run(work);
    gather.flush();
    await piece;
    vi.advanceTimersByTime(10);
    expect(work).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
    void gather.run(work);
    vi.advanceTimersByTime(5);
    expect(work).toHaveBeenCalledTimes(2);
  });
});
