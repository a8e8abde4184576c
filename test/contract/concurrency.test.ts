import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { refusalFault } from './answers.ts';
import { bodiesOf, type Probe } from './requests.ts';
import { startContractPlatform } from './started.ts';

const { platform, ask, probes } = await startContractPlatform();

afterEach(() => platform.restore());
afterAll(() => platform.store.close());

const put = (path: string, body: unknown, ifMatch?: string) => ask({ method: 'PUT', path, body: JSON.stringify(body), ifMatch });
const shown = (path: string) => ask({ method: 'GET', path });

const tagOf = async (path: string): Promise<string> => {
  const tag = (await shown(path)).headers.get('etag');
  if (tag === null) throw new Error('it is shown without an ETag');
  return tag;
};

/** Shown besides what is written, and not by it: a token is minted for each reader. */
const withoutMinted = (text: string): string => text.replace(/"registration_token":"[^"]*"/, '');

interface Contest {
  readonly path: string;
  /** Two bodies, each with what is shown after it was written. */
  readonly sides: readonly { readonly body: unknown; readonly shows: string }[];
}

const contests = new Map<Probe, Promise<Contest>>();
const contestOf = (probe: Probe): Promise<Contest> => {
  const found = contests.get(probe) ?? findContest(probe);
  contests.set(probe, found);
  return found;
};

/** Two bodies that the platform takes and that show differently. */
async function findContest(probe: Probe): Promise<Contest> {
  const sides: { body: unknown; shows: string }[] = [];
  for (const body of bodiesOf(probe)) {
    const { status } = await put(probe.path, body);
    const shows = status < 300 ? withoutMinted((await shown(probe.path)).text) : undefined;
    platform.restore();
    if (shows === undefined || sides.some((side) => side.shows === shows)) continue;
    sides.push({ body, shows });
    if (sides.length === 2) return { path: probe.path, sides };
  }
  throw new Error('say in `others` of test/contract/resources.ts what else it takes');
}

const readable = new Set(probes.filter(({ method }) => method === 'GET').map(({ route }) => route.path));
const puts = probes.filter(({ method, route }) => method === 'PUT' && readable.has(route.path));

/** What PUT cannot be told apart by what is shown, and why. */
const UNSEEN: Readonly<Record<string, string>> = {
  putUserPassword: 'a password is never shown',
  putCallTrace: 'a trace is ended once, whoever asks; test/e2e/call-tracing.test.ts ends one twice',
};

describe.each(
  puts.filter(({ route }) => UNSEEN[route.operationId] === undefined).map((probe) => [`PUT ${probe.route.path}`, probe] as const),
)('two writers of %s', (_, probe) => {
  it('who send the same If-Match at the same moment: one wins, the other is told and gets its way when it has read again', async () => {
    const { path, sides } = await contestOf(probe);
    const tag = await tagOf(path);
    const answers = await Promise.all(sides.map(({ body }) => put(path, body, tag)));
    const won = answers.findIndex(({ status }) => status < 300);
    const lost = 1 - won;
    expect(answers[won], answers.map(({ text }) => text).join()).toBeDefined();
    expect(answers[lost] && refusalFault(answers[lost], 412)).toBeUndefined();
    expect(withoutMinted((await shown(path)).text)).toBe(sides[won]?.shows);
    expect((await put(path, sides[lost]?.body, await tagOf(path))).status).toBe(answers[won]?.status);
    expect(withoutMinted((await shown(path)).text)).toBe(sides[lost]?.shows);
  });

  it('without one: both are heard, and what one of them wrote stands whole', async () => {
    const { path, sides } = await contestOf(probe);
    for (const { status, text } of await Promise.all(sides.map(({ body }) => put(path, body)))) expect(status, text).toBeLessThan(300);
    expect(sides.map(({ shows }) => shows)).toContain(withoutMinted((await shown(path)).text));
  });
});
