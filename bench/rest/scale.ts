import { encodePageToken } from '../../core/paging.ts';
import type { RestClient } from '../../local/rest-client.ts';
import { imsi, subscriberBody } from '../../test/support/subscribers.ts';
import type { Benchmark } from '../benchmark.ts';
import { byTurns, latency } from '../load.ts';
import type { Measure } from '../measure.ts';
import { addSubscribers, subscriberNetwork } from './network.ts';

const SMALL = 1000;
const LARGER = [10_000, 100_000];
const ROUNDS = 5;
const CALLS = 40;
const PAGE = 50;

/** What it costs that a network has many subscribers: nothing, where one or a page of them is concerned. The small network is the baseline. */
export const restScale: Benchmark = {
  name: 'rest-scale',
  about: `one subscriber replaced, and a page in the middle of all, in networks of ${LARGER.join(' and ')} against one of ${SMALL}`,
  async run({ product: { rest } }) {
    const small = await network(rest, SMALL);
    const measures: Measure[] = [];
    for (const size of LARGER) {
      const large = await network(rest, size);
      for (const what of ['update', 'page'] as const) {
        await byTurns(1, { product: () => latency(large[what], CALLS), baseline: () => latency(small[what], CALLS) });
        const times = await byTurns(ROUNDS, { product: () => latency(large[what], CALLS), baseline: () => latency(small[what], CALLS) });
        measures.push({ name: `${what} among ${size}, against ${SMALL}`, unit: 'ms', ...times, aim: { ratio: 0.67 } });
      }
    }
    return measures;
  },
};

interface Calls {
  readonly update: () => Promise<void>;
  readonly page: () => Promise<void>;
}

/** A network with so many subscribers: how one in its middle is replaced, and the page after it is read. */
async function network(rest: RestClient, size: number): Promise<Calls> {
  const id = `scale${size}`;
  await subscriberNetwork(rest, id);
  await addSubscribers(rest, id, 0, size);
  const middle = size / 2;
  const path = `/magma/v1/lte/${id}/subscribers`;
  const token = encodeURIComponent(encodePageToken(imsi(middle)));
  let turn = 0;
  return {
    update: async () =>
      void (await rest.must('PUT', `${path}/${imsi(middle)}`, { ...subscriberBody(middle), name: `Phone ${(turn += 1)}` })),
    page: async () => void (await rest.must('GET', `${path}?page_size=${PAGE}&page_token=${token}`)),
  };
}
