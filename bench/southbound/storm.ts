import { peakWhile, runtimeOf } from '../../test/harness/runtime-load.ts';
import type { Benchmark } from '../benchmark.ts';
import type { Measure } from '../measure.ts';
import { startWithRegistrar } from './registrar/registrar.ts';
import { Crowd } from './crowd.ts';

const NETWORK = 'storm';
const ROUNDS = 3;
/** The least that a descriptor limit has to leave: a runtime that reaches it aborts. */
const FILE_LIMIT = 20_000;

/** All gateways of a network lose their connections in the same moment and come back. Accepts are paced as in `npm start`. */
const storm = (size: number, aim: Measure['aim'], rounds: number): Benchmark => ({
  name: `southbound-storm-${size}`,
  about: `${size} gateways lose their connections at once and come back, each with jitter`,
  ...(size > 1000 && { long: true }),
  async run() {
    // Not the world of the other benchmarks: its front lets everybody in at once.
    const test = await startWithRegistrar();
    let crowd: Crowd | undefined;
    try {
      crowd = await Crowd.register(test, NETWORK, size);
      const members = crowd;
      await members.gather();
      const seconds: number[] = [];
      const again: number[] = [];
      const files: number[] = [];
      const memory: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        await members.scatter();
        await members.takeUpdates();
        const { result, peak } = await peakWhile(runtimeOf(test), () => members.storm());
        seconds.push(result);
        again.push(await members.takeUpdates());
        files.push(peak.files);
        memory.push(peak.memory);
      }
      return [
        { name: `${size} gateways back in sync`, unit: 's', product: seconds, ...(aim && { aim }) },
        { name: 'updates sent again to who had them', unit: 'updates', product: again, aim: { atMost: 0 } },
        { name: 'most files the runtime had open', unit: 'files', product: files, aim: { below: FILE_LIMIT } },
        { name: 'most memory the runtime had', unit: 'MB', product: memory },
      ];
    } finally {
      await crowd?.close();
      await test.close();
    }
  },
});

export const storms: readonly Benchmark[] = [storm(1000, { below: 15 }, ROUNDS), storm(6000, undefined, 1)];
