import { loadOf, runtimeOf } from '../../test/harness/runtime-load.ts';
import type { Benchmark } from '../benchmark.ts';
import { startWithRegistrar } from './registrar/registrar.ts';
import { Crowd } from './crowd.ts';

const SIZE = 5000;
/** Objects hibernate some ten seconds after their last work. */
const REST_MS = 30_000;

/** What it costs that gateways are there and nothing happens. */
export const idle: Benchmark = {
  name: 'southbound-idle',
  about: `${SIZE} gateways that are connected and in sync, and nothing happens: memory and open files`,
  long: true,
  async run() {
    const test = await startWithRegistrar();
    let crowd: Crowd | undefined;
    try {
      const empty = loadOf(runtimeOf(test));
      crowd = await Crowd.register(test, 'idle', SIZE);
      await crowd.gather();
      const busy = loadOf(runtimeOf(test));
      await new Promise((resolve) => setTimeout(resolve, REST_MS));
      const asleep = loadOf(runtimeOf(test));
      const each = (megabytes: number): number => ((megabytes - empty.memory) * 1024) / SIZE;
      return [
        { name: 'memory a gateway, just connected', unit: 'kB', product: [each(busy.memory)] },
        { name: 'memory a gateway, asleep', unit: 'kB', product: [each(asleep.memory)] },
        { name: 'memory of the runtime, asleep', unit: 'MB', product: [asleep.memory] },
        { name: 'files of the runtime, asleep', unit: 'files', product: [asleep.files] },
      ];
    } finally {
      await crowd?.close();
      await test.close();
    }
  },
};
