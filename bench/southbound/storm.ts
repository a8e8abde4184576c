import { loadOf, peakWhile, runtimeOf } from '../../test/harness/runtime-load.ts';
import type { Benchmark } from '../benchmark.ts';
import type { Measure } from '../measure.ts';
import { startWithRegistrar } from './registrar/registrar.ts';
import { Crowd } from './crowd.ts';

const NETWORK = 'storm';
/** The least that a descriptor limit has to leave: a runtime that reaches it aborts. */
const FILE_LIMIT = 20_000;
/** A fleet that checks in once a minute. */
const MINUTE_MS = 60_000;

interface Storm {
  readonly size: number;
  readonly rounds: number;
  readonly aim?: Measure['aim'];
  /** Also: one change that touches everybody, and everybody's check-in. */
  readonly more?: true;
}

/** All gateways of a network lose their connections in the same moment and come back. Accepts are paced as in `npm start`. */
const storm = ({ size, rounds, aim, more }: Storm): Benchmark => ({
  name: `southbound-storm-${size}`,
  about: `${size} gateways lose their connections at once and come back, each with jitter${more ? '; then one change to all' : ''}`,
  ...(size > 1000 && { long: true }),
  async run() {
    // Not the world of the other benchmarks: its front lets everybody in at once.
    const test = await startWithRegistrar();
    let crowd: Crowd | undefined;
    try {
      crowd = await Crowd.register(test, NETWORK, size);
      const members = crowd;
      await members.gather();
      const runtime = runtimeOf(test);
      const seconds: number[] = [];
      const again: number[] = [];
      const files: number[] = [];
      const memory: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const { peak: leaving } = await peakWhile(runtime, () => members.scatter());
        await members.takeUpdates();
        const { result, peak } = await peakWhile(runtime, () => members.storm());
        seconds.push(result);
        again.push(await members.takeUpdates());
        files.push(Math.max(leaving.files, peak.files));
        memory.push(peak.memory);
      }
      const measures: Measure[] = [
        { name: `${size} gateways back in sync`, unit: 's', product: seconds, ...(aim && { aim }) },
        { name: 'updates sent again to who had them', unit: 'updates', product: again, aim: { atMost: 0 } },
        { name: 'most files the runtime had open', unit: 'files', product: files, aim: { below: FILE_LIMIT } },
        { name: 'most memory the runtime had', unit: 'MB', product: memory },
      ];
      if (more) {
        const push = await peakWhile(runtime, () => members.push());
        const checkIn = await peakWhile(runtime, () => members.checkIn(MINUTE_MS));
        measures.push(
          { name: 'a change that all are in sync with', unit: 's', product: [push.result] },
          { name: 'most files while it was told', unit: 'files', product: [push.peak.files], aim: { below: FILE_LIMIT } },
          {
            name: 'most files while all checked in, in a minute',
            unit: 'files',
            product: [checkIn.peak.files],
            aim: { below: FILE_LIMIT },
          },
        );
      }
      // Nobody noticed a runtime that died on the way and was started again: its number is another then.
      loadOf(runtime);
      return measures;
    } finally {
      await crowd?.close();
      await test.close();
    }
  },
});

export const storms: readonly Benchmark[] = [
  storm({ size: 1000, rounds: 3, aim: { below: 15 } }),
  storm({ size: 6000, rounds: 1, more: true }),
];
