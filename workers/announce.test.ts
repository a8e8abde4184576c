import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ObjectBindings } from '../durable-objects/ports.ts';
import { announce } from './announce.ts';

describe('commits', () => {
  /** Networks in the order in which they were told, and what ends each call. */
  let told: string[];
  let ends: ((error?: Error) => void)[];
  const NETWORK = {
    getByName: (name: string) => ({
      changed: () => {
        told.push(name);
        return new Promise<void>((resolve, reject) => ends.push((error) => (error ? reject(error) : resolve())));
      },
    }),
  };
  const bindings = { NETWORK } as unknown as ObjectBindings;
  const tell = (networkId: string) => announce(bindings, { networkId });
  const end = async (index: number, error?: Error): Promise<void> => {
    ends[index]?.(error);
    await vi.advanceTimersByTimeAsync(0);
  };

  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    told = [];
    ends = [];
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it('that come while their network is being told are told together, after it', async () => {
    const all = [tell('n'), tell('n'), tell('other'), tell('n')];
    expect(told).toEqual(['n', 'other']);
    await end(0);
    expect(told).toEqual(['n', 'other', 'n']);
    await end(1);
    await end(2);
    await Promise.all(all);
    expect(told).toHaveLength(3);
    const next = tell('n');
    expect(told).toHaveLength(4);
    await end(3);
    await next;
  });

  it('that came while a call failed are told all the same', async () => {
    const all = [tell('n'), tell('n')];
    await end(0, new Error('gone'));
    expect(told).toEqual(['n', 'n']);
    await end(1, new Error('gone'));
    await Promise.all(all);
    expect(told).toHaveLength(2);
  });

  it('wait for no call that does not end', async () => {
    const first = tell('n');
    await vi.advanceTimersByTimeAsync(1_999);
    await tell('n');
    expect(told).toEqual(['n']);
    await vi.advanceTimersByTimeAsync(1);
    const second = tell('n');
    expect(told).toEqual(['n', 'n']);
    await end(1);
    await second;
    await end(0);
    expect(told).toHaveLength(3);
    await end(2);
    await first;
  });

  it('are told by another request when one has told for ten seconds', async () => {
    const first = tell('n');
    for (let call = 0; call < 10; call += 1) {
      await vi.advanceTimersByTimeAsync(1_000);
      await tell('n');
      await end(call);
    }
    expect(told).toHaveLength(11);
    const second = tell('n');
    expect(told).toHaveLength(12);
    await tell('n');
    await end(10);
    await first;
    expect(told).toHaveLength(12);
    await end(11);
    expect(told).toHaveLength(13);
    await end(12);
    await second;
  });
});
