import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { arbitraryOf, mutated, oddText } from './arbitrary.ts';
import { refusalFault } from './answers.ts';
import { documented } from './described.ts';
import type { Answered, Asked } from './platform.ts';
import { pathOf, type Probe } from './requests.ts';
import { startContractPlatform } from './started.ts';

/** Requests for each route and property; `npm run test:long` sends many more. */
const numRuns = Number(process.env['ORC8R_PROPERTY_RUNS'] ?? 4);
const seed = Number(process.env['ORC8R_PROPERTY_SEED'] ?? 20_261_126);
const timeout = 30_000 + numRuns * 500;

const { platform, ask, probes, written } = await startContractPlatform();
const untouched = platform.dump();

afterAll(() => platform.store.close());

const withBody = probes.filter((probe): probe is Probe & { body: string } => probe.route.body !== undefined && probe.body !== undefined);
const named = probes.filter(({ params }) => Object.keys(params).length > 0);

/** How far a long run is: without a terminal vitest tells nothing before the end. */
const PROPERTIES = withBody.length * 2 + named.length + probes.length;
let done = 0;
let requests = 0;
afterEach(() => {
  done += 1;
  if (numRuns > 50 && (done % 50 === 0 || done === PROPERTIES)) console.log(`${done} of ${PROPERTIES} properties, ${requests} requests`);
});

/**
 * Asks, and holds the answer to what holds for every answer: no accident, a refusal is the envelope and leaves everything as it
 * was. Gateways of this platform answer every call, so that no 5xx is in order.
 */
async function askAnything(asked: Asked): Promise<void> {
  requests += 1;
  const before = written();
  const answered: Answered = await ask(asked);
  const wrote = written() !== before;
  if (answered.status >= 400) {
    expect(answered.status, answered.text).toBeLessThan(500);
    expect(refusalFault(answered, answered.status)).toBeUndefined();
    expect(wrote && platform.dump() !== untouched, 'a refused request wrote').toBe(false);
  } else if (asked.method === 'GET') expect(wrote && platform.dump() !== untouched, 'a GET wrote').toBe(false);
  if (wrote) platform.restore();
}

const holds = (arbitrary: fc.Arbitrary<Asked>): Promise<void> => fc.assert(fc.asyncProperty(arbitrary, askAnything), { seed, numRuns });

/** JSON of a value, or of nothing. */
const text = (value: unknown): string => JSON.stringify(value) ?? '';

beforeAll(() => {
  // Accidents are logged, with what made them, before they are answered; here the failing property tells it.
  console.error = () => undefined;
});

describe.each(withBody.map((probe) => [`${probe.method} ${probe.route.path}`, probe] as const))('%s', (_, probe) => {
  const { body: schema, example, follow } = documented(probe.route);
  if (!schema) throw new Error('its body is not described');

  it(
    'takes or refuses whatever its schema describes',
    () => holds(arbitraryOf(schema, follow).map((body) => ({ ...probe, body: text(body) }))),
    timeout,
  );

  it(
    'takes or refuses what was right but for some places',
    () => holds(fc.oneof(mutated(JSON.parse(probe.body)), mutated(example)).map((body) => ({ ...probe, body: text(body) }))),
    timeout,
  );
});

describe('every route', () => {
  it.each(named.map((probe) => [`${probe.method} ${probe.route.path}`, probe] as const))(
    '%s takes or refuses any parameter of its path',
    (_, probe) =>
      holds(
        fc
          .tuple(fc.constantFrom(...Object.keys(probe.params)), oddText)
          .map(([name, value]) => ({ ...probe, path: pathOf(probe.route, { ...probe.params, [name]: value.toWellFormed() }) })),
      ),
    timeout,
  );

  it.each(probes.map((probe) => [`${probe.method} ${probe.route.path}`, probe] as const))(
    '%s takes or refuses any query',
    (_, probe) => {
      const known = fc.constantFrom(
        'page_size',
        'page_token',
        'dry_run',
        'verbose',
        'view',
        'extra',
        ...Object.keys(probe.route.query?.shape ?? {}),
      );
      const query = fc.array(fc.tuple(known, oddText), { minLength: 1, maxLength: 4 });
      return holds(
        query.map((pairs) => ({
          ...probe,
          path: `${probe.path}?${pairs.map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`).join('&')}`,
        })),
      );
    },
    timeout,
  );
});
