import { GrpcStatus } from '../../core/wire/grpc.ts';
import type { RestClient } from '../../local/rest-client.ts';
import { addGateway, holderOf } from '../../test/harness/identities.ts';
import type { TestPlatform } from '../../test/harness/platform.ts';
import { connectRaw } from '../../test/harness/raw-gateway.ts';
import { imsi } from '../../test/support/subscribers.ts';
import type { Benchmark } from '../benchmark.ts';
import { byTurns, type Call, rate } from '../load.ts';
import type { Measure } from '../measure.ts';
import type { World } from '../world.ts';
import { checkinFrame } from '../state-report.ts';
import { addSubscribers, subscriberNetwork, tripsOf } from './network.ts';

const NETWORK = 'reads';
const GATEWAYS = 20;
const SUBSCRIBERS = 1000;
const CONCURRENCY = 16;
const ROUNDS = 5;
const ROUND_MS = 1000;

/** A read of the product, and how many D1 statements of which kind it makes: `points` find a row by its key, a list reads a page besides. */
interface Kind {
  readonly name: string;
  readonly path: string;
  readonly points: number;
  /** What is in a list's body; undefined: it is no list. */
  readonly members?: (body: unknown) => Readonly<Record<string, unknown>>;
}

const KINDS: readonly Kind[] = [
  { name: 'one gateway', path: `/lte/${NETWORK}/gateways/gw1`, points: 2 },
  {
    name: 'a page of gateways',
    path: `/lte/${NETWORK}/gateways?page_size=${GATEWAYS}`,
    points: 2,
    members: (body) => body as Record<string, unknown>,
  },
  { name: 'one subscriber', path: `/lte/${NETWORK}/subscribers/${imsi(500)}`, points: 2 },
  {
    name: 'a page of subscribers',
    path: `/lte/${NETWORK}/subscribers?page_size=50`,
    points: 3,
    members: (body) => (body as { subscribers: Record<string, unknown> }).subscribers,
  },
  { name: 'the networks', path: '/networks', points: 1, members: (body) => Object.fromEntries((body as string[]).map((id) => [id, id])) },
];

/** Each kind of read against a bare handler with the same number of D1 statements and the same JSON. */
export const restReads: Benchmark = {
  name: 'rest-reads',
  about: 'GETs of one and of many, against bare Hono handlers with as many D1 statements and the same JSON',
  async run(world) {
    const { rest } = world.product;
    await subscriberNetwork(rest, NETWORK);
    for (let index = 1; index <= GATEWAYS; index += 1) await reportingGateway(world.product, `gw${index}`);
    await addSubscribers(rest, NETWORK, 0, SUBSCRIBERS);
    const measures: Measure[] = [];
    for (const kind of KINDS) measures.push(...(await compare(world, kind)));
    return measures;
  },
};

/** A gateway that has checked in, so that lists show a status of the usual size. */
async function reportingGateway(product: TestPlatform, id: string): Promise<void> {
  const hardwareId = await addGateway(product, NETWORK, id);
  const gateway = await connectRaw(product, await holderOf(product, { subject: hardwareId }));
  await gateway.hello([]);
  gateway.send(checkinFrame(hardwareId, 0));
  await gateway.take('reply', ({ code }) => code === GrpcStatus.OK);
  await gateway.end();
}

async function compare({ product, baseline }: World, kind: Kind): Promise<Measure[]> {
  const path = `/magma/v1${kind.path}`;
  const answer = await product.rest.must('GET', path);
  const ours = reader(product.rest, path);
  const theirs = reader(baseline.rest, await prepare(baseline.rest, kind, answer.body));
  for (const call of [ours, theirs]) await rate(call, CONCURRENCY, ROUND_MS);
  const rates = await byTurns(ROUNDS, {
    product: () => rate(ours, CONCURRENCY, ROUND_MS),
    baseline: () => rate(theirs, CONCURRENCY, ROUND_MS),
  });
  return [
    { name: `${kind.name}, ${CONCURRENCY} at a time`, unit: 'calls/s', ...rates, aim: { ratio: 0.6 } },
    { name: `${kind.name}: D1 round trips`, unit: 'trips', product: [tripsOf(answer)], aim: { atMost: 1 } },
  ];
}

/** Gives the baseline the same to answer; says where. */
async function prepare(rest: RestClient, { path, points, members }: Kind, body: unknown): Promise<string> {
  const name = encodeURIComponent(path.replaceAll(/\W/g, '-'));
  if (!members) {
    await rest.must('PUT', `/documents/${name}`, body);
    return `/rest/one/${name}?points=${points}`;
  }
  const all = Object.entries(members(body));
  for (const [id, member] of all) await rest.must('PUT', `/documents/${name}${encodeURIComponent(id)}`, member);
  return `/rest/page/${name}?points=${points}&rows=${all.length}`;
}

const reader =
  (rest: RestClient, path: string): Call =>
  async () =>
    void (await rest.must('GET', path));
