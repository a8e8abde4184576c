import type { Benchmark } from './benchmark.ts';
import { openFleet } from './config-push/fleet.ts';
import { openHub } from './config-push/hub.ts';
import { type PushTimes, toMeasures } from './config-push/times.ts';
import { byTurns } from './load.ts';

const MANY = 100;
const ROUNDS = 5;
const WRITES = 30;
const WARM_UP = 10;
const AIMS = { p50: { below: 100 }, p99: { below: 500 } };

/** From a REST write to the ACK of the last agent it concerns, against one D1 write and one object that sends to bare sockets. */
export const configPush: Benchmark = {
  name: 'config-push',
  about: `a write until the agents concerned have confirmed, with 1 and ${MANY} connected, against one D1 write and a bare push`,
  async run(world) {
    const [one, many] = [await openFleet(world.product, 'one', 1), await openFleet(world.product, 'many', MANY)];
    const [single, hub] = [await openHub(world, 'single', 1), await openHub(world, 'hub', MANY)];
    const bytes = many.configBytes;
    try {
      const alone = await compare(
        () => one.touchOne(),
        () => single.push(bytes),
      );
      const oneOfMany = await compare(
        () => many.touchOne(),
        () => single.push(bytes),
      );
      const all = await compare(
        () => many.touchAll(),
        () => hub.push(bytes),
      );
      return [
        ...toMeasures('1 agent:', alone, {}),
        ...toMeasures(`1 of ${MANY} agents:`, oneOfMany, AIMS),
        ...toMeasures(`all ${MANY} agents:`, all, AIMS),
      ];
    } finally {
      single.close();
      hub.close();
    }
  },
};

type Push = () => Promise<PushTimes>;

async function compare(product: Push, baseline: Push) {
  const several = (push: Push, times: number) => async (): Promise<PushTimes[]> => {
    const taken: PushTimes[] = [];
    while (taken.length < times) taken.push(await push());
    return taken;
  };
  for (const push of [product, baseline]) await several(push, WARM_UP)();
  return byTurns(ROUNDS, { product: several(product, WRITES), baseline: several(baseline, WRITES) });
}
