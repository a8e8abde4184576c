import type { RestClient } from '../../local/rest-client.ts';
import { addGateway } from '../../test/harness/identities.ts';
import { calm, runtimeOf } from '../../test/harness/runtime-load.ts';
import { imsi, subscriberBody } from '../../test/support/subscribers.ts';
import type { Benchmark } from '../benchmark.ts';
import { byTurns, type Call, rate } from '../load.ts';
import { addSubscribers, putBulk, subscriberLines, subscriberNetwork, tripsOf } from './network.ts';

const NETWORK = 'writes';
const CONCURRENCY = 4;
const ROUNDS = 5;
const ROUND_MS = 1500;
const BULK_ROUNDS = 7;
const BULK_ROWS = 5000;
/** Characters of JSON in one parameter of a statement, as the product cuts them. */
const MAX_PARAMETER = 500_000;

/** Writes of one entity and of many, against bare writes to D1. */
export const restWrites: Benchmark = {
  name: 'rest-writes',
  about:
    'PUT of one entity, against a batch of two D1 statements on the same tables; subscribers in bulk, against a json_each insert of the same rows',
  async run({ product, baseline }) {
    await subscriberNetwork(product.rest, NETWORK);
    await addGateway(product, NETWORK, 'gw1');
    await addSubscribers(product.rest, NETWORK, 0, CONCURRENCY);
    const ours = putter(product.rest, (worker, turn) => [subscriberPath(worker), { ...subscriberBody(worker), name: `Phone ${turn}` }]);
    const theirs = putter(baseline.rest, (worker, turn) => [`/rest/pair/${worker}`, { ...subscriberBody(worker), name: `Phone ${turn}` }]);
    for (const call of [ours, theirs]) await rate(call, CONCURRENCY, ROUND_MS);
    const rates = await byTurns(ROUNDS, {
      product: () => rate(ours, CONCURRENCY, ROUND_MS),
      baseline: () => rate(theirs, CONCURRENCY, ROUND_MS),
    });
    const trips = tripsOf(await product.rest.must('PUT', subscriberPath(0), subscriberBody(0)));
    const first = { product: CONCURRENCY, baseline: 0 };
    // The network's object looks at what was committed after the answer: that is left neither side to wait for.
    const settled = () => calm(runtimeOf(product));
    const bulkAgainst = async (history: boolean) => {
      const bulkWrites = {
        product: async () => {
          const lines = subscriberLines((first.product += BULK_ROWS), BULK_ROWS);
          await settled();
          return rowsPerSecond(() => putBulk(product.rest, NETWORK, lines));
        },
        baseline: async () => {
          const lines = rowLines((first.baseline += BULK_ROWS));
          await settled();
          return rowsPerSecond(() => insertRows(baseline.rest, lines, history));
        },
      };
      await byTurns(1, bulkWrites);
      return byTurns(BULK_ROUNDS, bulkWrites);
    };
    const bulk = await bulkAgainst(false);
    const bulkWithHistory = await bulkAgainst(true);
    return [
      { name: `a subscriber replaced, ${CONCURRENCY} at a time`, unit: 'calls/s', ...rates, aim: { ratio: 0.5 } },
      { name: 'a subscriber replaced: D1 round trips', unit: 'trips', product: [trips], aim: { atMost: 2 } },
      { name: `subscribers in bulk, ${BULK_ROWS} a call`, unit: 'rows/s', ...bulk, aim: { ratio: 0.5 } },
      { name: 'the same, against rows with their history', unit: 'rows/s', ...bulkWithHistory, aim: { ratio: 0.5 } },
    ];
  },
};

const subscriberPath = (number: number): string => `/magma/v1/lte/${NETWORK}/subscribers/${imsi(number)}`;

/** Each caller writes its own row, other content each time. */
function putter(rest: RestClient, request: (worker: number, turn: number) => readonly [path: string, body: unknown]): Call {
  let turn = 0;
  return async (worker) => void (await rest.must('PUT', ...request(worker, (turn += 1))));
}

async function rowsPerSecond(write: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await write();
  return (BULK_ROWS * 1000) / (performance.now() - start);
}

/** The same subscribers as JSON arrays that fit into one parameter of a statement, a line each. */
function rowLines(first: number): string {
  const chunks: string[][] = [];
  let size = MAX_PARAMETER;
  for (let number = first; number < first + BULK_ROWS; number += 1) {
    const {
      id,
      name,
      lte,
      active_apns: [apn],
    } = subscriberBody(number);
    const row = JSON.stringify([id, name, { lte }, apn]);
    if (size + row.length >= MAX_PARAMETER) {
      chunks.push([]);
      size = 0;
    }
    chunks.at(-1)?.push(row);
    size += row.length + 1;
  }
  return chunks.map((rows) => `[${rows.join(',')}]`).join('\n');
}

async function insertRows(rest: RestClient, lines: string, history: boolean): Promise<void> {
  const headers = { 'content-type': 'text/plain', 'content-length': String(Buffer.byteLength(lines)) };
  const answer = await rest.call('POST', `/rest/rows?history=${history}`, lines, headers);
  if (answer.status !== 204) throw new Error(`the baseline answered ${answer.status}: ${JSON.stringify(answer.body)}`);
}
