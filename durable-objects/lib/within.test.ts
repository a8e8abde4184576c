import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { within } from './within.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('within', () => {
  it('is the outcome of the work, and leaves no timer behind', async () => {
    expect(await within(100, Promise.resolve(7))).toBe(7);
    await expect(within(100, Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('fails when the work takes longer, whose own failure later disturbs nobody', async () => {
    const work = Promise.withResolvers<void>();
    const outcome = within(100, work.promise).catch((error: Error) => error.message);
    await vi.advanceTimersByTimeAsync(99);
    await vi.advanceTimersByTimeAsync(1);
    expect(await outcome).toBe('no answer within 100 ms');
    work.reject(new Error('late'));
    await vi.advanceTimersByTimeAsync(1);
  });
});
