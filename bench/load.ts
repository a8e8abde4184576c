import { median } from './statistics.ts';

/** Makes one call and waits for its end. `worker` numbers those who call at the same time, from 0. */
export type Call = (worker: number) => Promise<void>;

/** Calls for `ms` milliseconds with `concurrency` callers, each making its next call when the last has ended. Answers ended calls a second. */
export async function rate(call: Call, concurrency: number, ms: number): Promise<number> {
  const start = performance.now();
  const end = start + ms;
  let ended = 0;
  const caller = async (worker: number): Promise<void> => {
    while (performance.now() < end) {
      await call(worker);
      ended += 1;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, (_, worker) => caller(worker)));
  return (ended * 1000) / (performance.now() - start);
}

/** The median time of one call among others of the same caller, in milliseconds. */
export async function latency(call: Call, times: number): Promise<number> {
  const samples: number[] = [];
  for (let count = 0; count < times; count += 1) {
    const start = performance.now();
    await call(0);
    samples.push(performance.now() - start);
  }
  return median(samples);
}

export interface Sides<T> {
  readonly product: T;
  readonly baseline: T;
}

/** Measures product and baseline by turns, so that what else the machine does meets both alike. Who begins changes from round to round. */
export async function byTurns<T>(rounds: number, measure: Sides<() => Promise<T>>): Promise<Sides<T[]>> {
  const taken: Sides<T[]> = { product: [], baseline: [] };
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? (['product', 'baseline'] as const) : (['baseline', 'product'] as const);
    for (const side of order) taken[side].push(await measure[side]());
  }
  return taken;
}
