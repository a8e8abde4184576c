import type { Measure } from './measure.ts';
import type { World } from './world.ts';

/** One benchmark: prepares what it needs in the world, warms up, measures by turns, and takes away what would disturb the next. */
export interface Benchmark {
  readonly name: string;
  readonly about: string;
  /** Takes minutes: run only when it is named. */
  readonly long?: true;
  run(world: World): Promise<readonly Measure[]>;
}
