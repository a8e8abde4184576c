import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { pathsOf, refusalFault } from './answers.ts';
import { documented } from './described.ts';
import { isObject } from './json-schema.ts';
import { registry } from './platform.ts';
import { mayBreak } from './refused.ts';
import { allowed, rules } from './rules/index.ts';
import type { Allowed, Rule } from './rules/rule.ts';
import { startContractPlatform } from './started.ts';
import { type Violation, violate, violationsOf } from './violations.ts';

const { platform, ask } = await startContractPlatform();
const untouched = platform.dump();

afterEach(() => platform.restore());
afterAll(() => platform.store.close());

const named = (rule: Rule): readonly [string, Rule] => [rule.what, rule];

async function prepare({ before = [] }: Pick<Rule, 'before'>): Promise<void> {
  for (const [method, path, body] of before) {
    const made = await ask({ method, path, body: JSON.stringify(body) });
    expect(made.status, made.text).toBeLessThan(300);
  }
}

const send = ({ ask: [method, path] }: Pick<Rule, 'ask'>, body: unknown) =>
  ask({ method, path, body: body === undefined ? undefined : JSON.stringify(body) });

/** What one body breaks, and how the platform has to say so. */
describe.each(Object.entries(rules))('%s', (_, ofSection) => {
  it.each(ofSection.map(named))('%s', async (_what, rule) => {
    await prepare(rule);
    const stored = rule.before === undefined ? untouched : platform.dump();
    const answered = await send(rule, rule.body);
    expect(refusalFault(answered, rule.status ?? 400)).toBeUndefined();
    if (rule.at) expect([...pathsOf(answered)].sort(), answered.text).toEqual([...rule.at].sort());
    expect(platform.dump() === stored).toBe(true);
  });
});

/** What is taken, and what becomes of it. */
describe.each(Object.entries(allowed))('%s, allowed', (_, ofSection) => {
  it.each(ofSection.map((one): [string, Allowed] => [one.what, one]))('%s', async (_what, { shows = [], status, body, ...one }) => {
    await prepare(one);
    const answered = await send(one, body);
    expect(answered.status, answered.text).toBe(status);
    for (const [path, answer] of shows) {
      const { status: found, text } = await ask({ method: 'GET', path });
      expect(found, text).toBe(200);
      const shown = JSON.parse(text) as unknown;
      if (isObject(answer)) expect(shown).toMatchObject(answer);
      else expect(shown).toEqual(answer);
    }
  });
});

/** The route that a rule is about. */
function routeOf({ ask: [method, path] }: Rule) {
  const segments = (path.split('?')[0] ?? '').split('/');
  const fits = (wanted: string[]): boolean =>
    wanted.length === segments.length && wanted.every((part, index) => part.startsWith('{') || part === segments[index]);
  return registry.routes.find((route) => route.method.toUpperCase() === method && fits(route.path.split('/')));
}

const topOf = (path: string): string => path.split(/[.[]/, 2).join('.');

/** Bounds broken in other members of the body than those that the rule is about. */
function unrelated(rule: Rule): Violation[] {
  const route = routeOf(rule);
  const described = route && documented(route);
  if (!route || !described?.body || !isObject(rule.body)) return [];
  const about = new Set([...(rule.at ?? []), ...(rule.about ?? []).map((name) => `body.${name}`)].map(topOf));
  return violationsOf(described.body, rule.body, described.follow).filter(
    (bound) =>
      bound.path !== 'body' &&
      bound.rule !== 'maxItems' &&
      !about.has(topOf(bound.path)) &&
      !mayBreak(`${rule.ask[0]} ${route.path}`, bound),
  );
}

/** Every rule that a body breaks beside one member that is none of its business. */
const beside = Object.values(rules)
  .flat()
  .filter((rule) => (rule.status ?? 400) === 400 && rule.at !== undefined)
  .flatMap((rule) => {
    const violations = unrelated(rule);
    return violations.length > 0 ? [{ rule, violations }] : [];
  });

describe('beside faults of form', () => {
  it('most rules can be looked at', () => {
    expect(beside.length).toBeGreaterThan(40);
  });

  it.each(beside.map(({ rule, violations }) => [`${rule.ask.join(' ')}: ${rule.what}`, rule, violations] as const))(
    'all is told in one answer: %s',
    async (_, rule, violations) => {
      await prepare(rule);
      for (const violation of violations) {
        const answered = await send(rule, violate(rule.body, [violation]));
        expect(refusalFault(answered, 400)).toBeUndefined();
        const told = pathsOf(answered);
        const where = `${violation.path} (${violation.rule}): ${answered.text}`;
        expect(
          told.some((path) => path === violation.path || path.startsWith(`${violation.path}`)),
          where,
        ).toBe(true);
        for (const path of rule.at ?? []) expect(told, where).toContain(path);
      }
    },
  );
});
