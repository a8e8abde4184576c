import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { answerFaults } from './answer-faults.ts';
import { pathsOf, refusalFault } from './answers.ts';
import { contract, documented } from './described.ts';
import { isObject, type Schema } from './json-schema.ts';
import { STRANGER, unset, withStrangers } from './leniency.ts';
import { routeOf } from './operations.ts';
import { registry } from './platform.ts';
import { pathOf, type Probe } from './requests.ts';
import { startContractPlatform } from './started.ts';
import { all, inScope } from './scope.ts';
import { DIFFERING, SILENT, successOf } from './statuses.ts';
import { UNANSWERED } from './unanswered.ts';
import { DUPLICATES, mayBreak, MISSING, NAMED_BY_URL, NEEDED, UNKNOWN } from './refused.ts';
import { rounds, violate, violationsOf } from './violations.ts';

const { platform, ask, probes: requests } = await startContractPlatform();
const probes = new Map(requests.map((probe) => [probe.route, probe]));
const covered = new Set<string>();

/** The body with another name for what the URL names, since the two have to agree. */
function renamed({ body, params, route }: Probe, param: string, name: string): string | undefined {
  if (body === undefined || (param === 'network_id' && !route.path.endsWith('{network_id}'))) return body;
  const value: unknown = JSON.parse(body);
  if (!isObject(value)) return body;
  const entries = Object.entries(value).map(([key, given]) => [
    key,
    String(given) === params[param] ? (typeof given === 'number' ? Number(name) : name) : given,
  ]);
  return JSON.stringify(Object.fromEntries(entries));
}

afterEach(() => platform.restore());
afterAll(() => platform.store.close());

describe.each(inScope.map(({ name }) => name))('%s', (name) => {
  const [method = '', target = ''] = name.split(' ');
  const [, query] = target.split('?');
  const route = routeOf(name, registry.routes);
  const probe = route && probes.get(route);
  if (!route || !probe) {
    it('is served', () => expect(route?.path).toBe(target));
    return;
  }
  const path = query === undefined ? probe.path : `${probe.path}?${query}`;
  const mine = documented(route);
  const theirs = name in DIFFERING ? undefined : contract?.get(name);

  it('answers what the contract says', async () => {
    const { status, text, headers } = await ask({ ...probe, path });
    expect(status, text).toBe(UNANSWERED[name]?.[0] ?? successOf(name));
    covered.add(name);
    if (name in UNANSWERED) return;
    const described = query === undefined && theirs ? theirs : mine;
    if (described.answer === undefined || SILENT.has(name)) {
      expect(text).toBe('');
      return;
    }
    expect(headers.get('content-type')).toMatch(route.responses[status]?.contentType ?? /^application\/json/);
    if (route.responses[status]?.contentType) return;
    const faults = answerFaults(described.answer, JSON.parse(text), described.follow);
    expect(faults, faults.join('\n')).toEqual([]);
    if (route.responses[status]?.headers?.includes('ETag')) expect(headers.get('etag')).toMatch(/^"[^"]+"$/);
  });

  it.each(Object.keys(probe.params))('of an unknown %s', async (param) => {
    const unknown = UNKNOWN[param] ?? 'nosuch';
    const before = platform.dump();
    const elsewhere = pathOf(route, { ...probe.params, [param]: unknown });
    const telling = renamed(probe, param, unknown);
    const answered = await ask({ ...probe, path: elsewhere, body: telling });
    const wanted = MISSING[`${name} ${param}`]?.[0] ?? 404;
    if (wanted >= 400) expect(refusalFault(answered, wanted)).toBeUndefined();
    else expect(answered.status, answered.text).toBe(wanted);
    expect(platform.dump() === before).toBe(wanted !== 201);
    if (telling === probe.body || name in NAMED_BY_URL) return;
    platform.restore();
    // What is wrong with a request by itself goes before what is missing (REST-BEHAVIOUR 2).
    expect(refusalFault(await ask({ ...probe, path: elsewhere }), 400)).toBeUndefined();
    expect(platform.dump() === before).toBe(true);
  });

  if (method === 'POST' && successOf(name) === 201)
    it('twice', async () => {
      await ask(probe);
      const answered = await ask(probe);
      const wanted = DUPLICATES[name]?.[0] ?? 409;
      if (wanted >= 400) expect(refusalFault(answered, wanted)).toBeUndefined();
      else expect(answered.status, answered.text).toBe(wanted);
    });

  const { body } = probe;
  if (!route.body || body === undefined) return;

  it('with a body that is none', async () => {
    const before = platform.dump();
    const none = [
      { body: '{"broken":' },
      { body: `${body}}` },
      ...(route.anyContentType ? [] : [{ contentType: 'text/plain' }]),
      { body: '' },
      { body: JSON.stringify([['of'], 'a wrong kind', 7]) },
      { body: '7' },
      { body: 'true' },
      { body: 'null' },
    ];
    for (const wrong of none) expect(refusalFault(await ask({ ...probe, ...wrong }), 400), JSON.stringify(wrong)).toBeUndefined();
    expect(platform.dump() === before).toBe(true);
  });

  it('with members that nobody knows, which are left out', async () => {
    if (!mine.body) throw new Error('the body is not described');
    const strange = withStrangers(mine.body, JSON.parse(body), mine.follow);
    const answered = await ask({ ...probe, body: JSON.stringify(strange) });
    expect(answered.status, answered.text).toBe(successOf(name));
    expect(platform.dump()).not.toContain(STRANGER);
  });

  it('with nothing in every place that may be left out', async () => {
    const faults: string[] = [];
    for (const right of theirs?.body ? [JSON.parse(body) as unknown, mine.example] : []) {
      const places = unset(theirs?.body as Schema, right, theirs?.follow ?? mine.follow);
      const answered = await ask({ ...probe, body: JSON.stringify(violate(right, places)) });
      const told = answered.status === 400 ? pathsOf(answered) : [];
      faults.push(...places.flatMap(({ path: at }) => (told.includes(at) && !NEEDED.some((needed) => needed.test(at)) ? [at] : [])));
      platform.restore();
    }
    expect(faults).toEqual([]);
  });

  it('with each bound of its body violated', async () => {
    const before = platform.dump();
    const faults: string[] = [];
    for (const described of [mine, ...(theirs ? [theirs] : [])]) {
      if (!described.body) throw new Error('the body is not described');
      for (const right of [JSON.parse(body) as unknown, mine.example]) {
        const bounds = violationsOf(described.body, right, described.follow).filter((violation) => !mayBreak(name, violation));
        for (const round of rounds(bounds)) {
          const answered = await ask({ ...probe, body: JSON.stringify(violate(right, round)) });
          const fault = refusalFault(answered, 400);
          if (fault) {
            faults.push(`${round.map(({ path: at, rule }) => `${at} (${rule})`).join(', ')}: ${fault}`);
            continue;
          }
          const told = pathsOf(answered);
          for (const { path: at, rule } of round)
            if (!told.some((one) => one === at || one.startsWith(`${at}.`) || one.startsWith(`${at}[`)))
              faults.push(`${at} (${rule}) is not among ${told.join()}`);
        }
      }
    }
    expect(faults, [...new Set(faults)].join('\n')).toEqual([]);
    expect(platform.dump() === before).toBe(true);
  });
});

describe('the suite', () => {
  it('covers every operation in scope', () => {
    console.log(`Conformance: ${covered.size} of ${all.length} operations covered, ${inScope.length} in scope.`);
    expect(inScope.map(({ name }) => name).filter((name) => !covered.has(name))).toEqual([]);
  });
});
