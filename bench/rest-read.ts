import { ensureNetwork } from '../local/demo/network.ts';
import type { RestClient } from '../local/rest-client.ts';
import { addGateway, holderOf } from '../test/harness/identities.ts';
import { connectRaw } from '../test/harness/raw-gateway.ts';
import type { Benchmark } from './benchmark.ts';
import { type Call, byTurns, latency, rate } from './load.ts';
import { checkinFrame } from './state-report.ts';
import type { World } from './world.ts';

const NETWORK = 'read';
const GATEWAY = 'gw1';
const PATH = `/magma/v1/lte/${NETWORK}/gateways/${GATEWAY}`;
const CONCURRENCY = 16;
const ROUNDS = 5;
const ROUND_MS = 2_000;
const LATENCY_CALLS = 200;

/** Reading one gateway that is there and reports, against a bare handler that reads the same document by its key. */
export const restRead: Benchmark = {
  name: 'rest-read',
  about: 'GET of one LTE gateway, against a bare Hono handler with one D1 point read and the same JSON',
  async run(world) {
    const product = reader(world.product.rest, PATH);
    const baseline = reader(world.baseline.rest, `/documents/${GATEWAY}`);
    const leave = await joinAndReport(world);
    const { body } = await world.product.rest.must('GET', PATH);
    await world.baseline.rest.must('PUT', `/documents/${GATEWAY}`, body);
    try {
      for (const call of [product, baseline]) await rate(call, CONCURRENCY, ROUND_MS);
      const rates = await byTurns(ROUNDS, {
        product: () => rate(product, CONCURRENCY, ROUND_MS),
        baseline: () => rate(baseline, CONCURRENCY, ROUND_MS),
      });
      const times = await byTurns(ROUNDS, {
        product: () => latency(product, LATENCY_CALLS),
        baseline: () => latency(baseline, LATENCY_CALLS),
      });
      return [
        { name: `reads, ${CONCURRENCY} at a time`, unit: 'calls/s', ...rates, aim: { ratio: 0.7 } },
        { name: 'time of a read, 1 at a time', unit: 'ms', ...times },
      ];
    } finally {
      await leave();
    }
  },
};

const reader =
  (rest: RestClient, path: string): Call =>
  async () =>
    void (await rest.must('GET', path));

/** A gateway with a status to show. Answers what ends its connection. */
async function joinAndReport({ product }: World): Promise<() => Promise<void>> {
  await ensureNetwork(product.rest, NETWORK, NETWORK);
  const hardwareId = await addGateway(product, NETWORK, GATEWAY);
  const gateway = await connectRaw(product, await holderOf(product, { subject: hardwareId }));
  await gateway.hello();
  gateway.send(checkinFrame(hardwareId, 0));
  await gateway.take('reply');
  const shown = async (): Promise<boolean> => (await product.rest.call('GET', `${PATH}/status`)).status === 200;
  while (!(await shown())) await new Promise((resolve) => setTimeout(resolve, 20));
  return async () => void (await gateway.end());
}
