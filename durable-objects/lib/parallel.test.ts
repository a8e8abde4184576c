import { describe, expect, it } from 'vitest';
import { inParallel } from './parallel.ts';

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('inParallel', () => {
  it('has no more than the limit under way, and starts the next as soon as one ends', async () => {
    const waiting: PromiseWithResolvers<void>[] = [];
    const started: number[] = [];
    const all = inParallel(2, [1, 2, 3, 4], (item) => {
      started.push(item);
      const work = Promise.withResolvers<void>();
      waiting.push(work);
      return work.promise;
    });
    expect(started).toEqual([1, 2]);
    waiting[1]?.resolve();
    await settle();
    expect(started).toEqual([1, 2, 3]);
    for (let index = 0; index < 4; index += 1) {
      waiting[index]?.resolve();
      await settle();
    }
    expect(await all).toEqual([]);
    expect(started).toEqual([1, 2, 3, 4]);
  });

  it('goes on after failures, thrown or rejected, and answers them with their items', async () => {
    const done: number[] = [];
    const failed = await inParallel(3, [1, 2, 3, 4, 5], (item) => {
      if (item === 2) throw new Error('thrown');
      if (item === 4) return Promise.reject(new Error('rejected'));
      done.push(item);
      return Promise.resolve();
    });
    expect(done).toEqual([1, 3, 5]);
    expect(failed.map(({ item, error }) => [item, String(error)])).toEqual([
      [2, 'Error: thrown'],
      [4, 'Error: rejected'],
    ]);
  });

  it('has nothing to do for nobody', async () => {
    expect(await inParallel(4, [], () => Promise.reject(new Error('never')))).toEqual([]);
  });
});
