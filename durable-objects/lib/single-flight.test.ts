import { describe, expect, it } from 'vitest';
import { SingleFlight } from './single-flight.ts';

/** Work whose runs end when the test says so. */
function controlled() {
  const runs: PromiseWithResolvers<void>[] = [];
  const flight = new SingleFlight(() => {
    const run = Promise.withResolvers<void>();
    runs.push(run);
    return run.promise;
  });
  return { flight, runs };
}
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('SingleFlight', () => {
  it('runs at once, one at a time, and gives those who ask meanwhile one run that starts after they asked', async () => {
    const { flight, runs } = controlled();
    const done: string[] = [];
    const note = (name: string) => () => void done.push(name);
    const all = [flight.run().then(note('a')), flight.run().then(note('b')), flight.run().then(note('c'))];
    expect(runs).toHaveLength(1);
    runs[0]?.resolve();
    await settle();
    expect(done).toEqual(['a']);
    expect(runs).toHaveLength(2);
    const late = flight.run().then(note('d'));
    runs[1]?.resolve();
    await Promise.all(all);
    expect(done).toEqual(['a', 'b', 'c']);
    await settle();
    expect(runs).toHaveLength(3);
    runs[2]?.resolve();
    await late;
  });

  it('fails those whose run failed, and goes on with the next', async () => {
    const { flight, runs } = controlled();
    const [first, second] = [flight.run(), flight.run()];
    runs[0]?.reject(new Error('no'));
    await expect(first).rejects.toThrow('no');
    await settle();
    runs[1]?.resolve();
    await expect(second).resolves.toBeUndefined();
    const third = flight.run();
    runs[2]?.reject(new Error('again'));
    await expect(third).rejects.toThrow('again');
    expect(runs).toHaveLength(3);
  });

  it('joins the run under way, or starts one', async () => {
    const { flight, runs } = controlled();
    const joined = [flight.join(), flight.join()];
    expect(runs).toHaveLength(1);
    runs[0]?.resolve();
    await Promise.all(joined);
    const another = flight.join();
    expect(runs).toHaveLength(2);
    runs[1]?.resolve();
    await another;
  });
});
