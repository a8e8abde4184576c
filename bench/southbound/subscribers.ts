import { join } from 'node:path';
import { ensureNetwork } from '../../local/demo/network.ts';
import { call } from '../../local/fixture/client.ts';
import { adminOf } from '../../test/harness/identities.ts';
import type { TestPlatform } from '../../test/harness/platform.ts';
import { peakWhile, runtimeOf } from '../../test/harness/runtime-load.ts';
import { apnBody } from '../../test/support/lte.ts';
import { imsi, subscriberBody } from '../../test/support/subscribers.ts';
import type { Benchmark } from '../benchmark.ts';
import type { D1Count } from '../counted/d1.ts';
import { byTurns } from '../load.ts';
import { startWithRegistrar } from './registrar/registrar.ts';
import { Takers } from './takers.ts';

const STREAM = 'subscriberdb';
const GATEWAYS = 500;
const SUBSCRIBERS = 20_000;
const CHANGES = 20;
const [FEW, MANY] = [1_000, 100_000];
const ROUNDS = 5;
const IDLE_MS = 60_000;
const EVERY_MINUTE = '* * * * *';

/** Subscribers on their way to the gateways that serve them. */
export const subscribers: Benchmark = {
  name: 'southbound-subscribers',
  about: `${SUBSCRIBERS} subscribers and ${GATEWAYS} gateways: first sync, one changed; and one changed among ${MANY} against ${FEW}`,
  async run() {
    // The sweeper runs when it is told to, so that what it asks is not taken for what gateways cost.
    const test = await startWithRegistrar({ main: COUNTED_WORKER, cronInterval: 86_400_000 });
    try {
      await fill(test, 'fleet', SUBSCRIBERS);
      const fleet = await Takers.register(test, 'fleet', GATEWAYS);
      await takeD1(test);
      const { result: first, peak } = await peakWhile(runtimeOf(test), () => seconds(() => fleet.connect(STREAM)));
      const firstBytes = fleet.bytesEach();
      const firstD1 = await takeD1(test);
      const times: number[] = [];
      for (let turn = 0; turn < CHANGES; turn += 1) times.push(await fleet.follow(() => change(test, 'fleet', turn)));
      const bytes = fleet.bytesEach() / CHANGES;
      const changeD1 = await takeD1(test);
      await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
      const idle = fleet.bytesEach();
      const idleD1 = await takeD1(test);
      await test.platform.scheduled(EVERY_MINUTE);
      const sweepD1 = await takeD1(test);
      fleet.close();

      await fill(test, 'few', FEW);
      await fill(test, 'many', MANY);
      const [few, many] = [await Takers.register(test, 'few', 1), await Takers.register(test, 'many', 1)];
      for (const takers of [few, many]) await takers.connect(STREAM);
      let turn = 0;
      const milliseconds = (takers: Takers, network: string) => async () => {
        let sum = 0;
        for (let count = 0; count < CHANGES; count += 1) sum += await takers.follow(() => change(test, network, (turn += 1)));
        return (sum * 1000) / CHANGES;
      };
      const costD1 = async (takers: Takers, network: string): Promise<number> => {
        await takeD1(test);
        await milliseconds(takers, network)();
        return (await takeD1(test)).queries / CHANGES;
      };
      const queries = { product: [await costD1(many, 'many')], baseline: [await costD1(few, 'few')] };
      const cost = await byTurns(ROUNDS, { product: milliseconds(many, 'many'), baseline: milliseconds(few, 'few') });
      few.close();
      many.close();
      return [
        { name: `first sync of ${GATEWAYS} gateways that come at once`, unit: 's', product: [first] },
        { name: 'bytes a gateway, first sync', unit: 'kB', product: [firstBytes / 1024] },
        { name: 'most memory the runtime had then', unit: 'MB', product: [peak.memory] },
        { name: 'D1 queries a gateway, first sync', unit: 'queries', product: [firstD1.queries / GATEWAYS] },
        { name: `one subscriber changed, until the last of ${GATEWAYS} has it`, unit: 's', product: times, aim: { below: 2 } },
        { name: 'bytes a gateway, one changed', unit: 'bytes', product: [bytes], aim: { below: 1024 } },
        { name: `D1 queries, one changed for ${GATEWAYS} gateways`, unit: 'queries', product: [changeD1.queries / CHANGES] },
        { name: `D1 round trips, one changed for ${GATEWAYS} gateways`, unit: 'trips', product: [changeD1.trips / CHANGES] },
        { name: `bytes a gateway, ${IDLE_MS / 1000} s of nothing`, unit: 'bytes', product: [idle], aim: { atMost: 0 } },
        { name: `D1 queries, ${IDLE_MS / 1000} s of nothing`, unit: 'queries', product: [idleD1.queries], aim: { atMost: 0 } },
        { name: "D1 queries of the sweeper, each minute, whatever the fleet's size", unit: 'queries', product: [sweepD1.queries] },
        { name: `D1 queries, one changed among ${MANY}, against ${FEW}`, unit: 'queries', ...queries, aim: { ratio: 1 } },
        { name: `one changed among ${MANY}, against ${FEW}`, unit: 'ms', ...cost, aim: { ratio: 1 / 1.5 } },
      ];
    } finally {
      await test.close();
    }
  },
};

const COUNTED_WORKER = join(import.meta.dirname, '..', 'counted', 'worker.ts');

/** What was asked of D1 since this was last called. */
async function takeD1(test: TestPlatform): Promise<D1Count> {
  return (await test.rest.must('GET', '/bench/d1')).body as D1Count;
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** Makes a network with so many subscribers, in bulk. */
async function fill(test: TestPlatform, network: string, count: number): Promise<void> {
  await ensureNetwork(test.rest, network, network);
  await test.rest.must('POST', `/magma/v1/lte/${network}/apns`, apnBody('internet'));
  const url = `${test.platform.addresses.api}/magma/v1/lte/${network}/subscribers:bulk`;
  for (let start = 0; start < count; start += SUBSCRIBERS) {
    const numbers = Array.from({ length: Math.min(SUBSCRIBERS, count - start) }, (_, index) => start + index);
    const body = numbers.map((number) => JSON.stringify(subscriberBody(number))).join('\n');
    const answer = await call(adminOf(test), url, { method: 'POST', headers: { 'content-type': 'application/x-ndjson' }, body });
    if (answer.status !== 200) throw new Error(`the subscribers were refused with ${answer.status}: ${answer.text}`);
  }
}

/** Changes the first subscriber, each turn to something else. */
async function change(test: TestPlatform, network: string, turn: number): Promise<void> {
  const body = { ...subscriberBody(0), forbidden_network_types: turn % 2 === 0 ? ['EPC'] : ['5GC'] };
  await test.rest.must('PUT', `/magma/v1/lte/${network}/subscribers/${imsi(0)}`, body);
}
