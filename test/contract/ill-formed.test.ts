import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { pathsOf, refusalFault } from './answers.ts';
import { isGuarded } from '../../core/module/route.ts';
import { isObject } from './json-schema.ts';
import { startContractPlatform } from './started.ts';

const { platform, ask, probes } = await startContractPlatform();
const untouched = platform.dump();

afterEach(() => platform.restore());
afterAll(() => platform.store.close());

const named = <P extends (typeof probes)[number]>(of: readonly P[]) =>
  of.map((probe) => [`${probe.method} ${probe.route.path}`, probe] as const);
const withBody = probes.filter(({ route, body }) => route.body && body !== undefined);

describe('halves of characters', () => {
  it.each(named(withBody))('are not stored by %s', async (_, probe) => {
    const half = String.raw`\ud800`;
    // In the last text of the body, be it a value or a key; a body without one is sent as one.
    const body = probe.body?.includes('"') ? probe.body.replace(/"(?=[^"]*$)/, `${half}"`) : `"${half}"`;
    const answered = await ask({ ...probe, body });
    expect(refusalFault(answered, 400)).toBeUndefined();
    expect(answered.text).toContain('half of a surrogate pair');
    expect(pathsOf(answered).every((path) => path.startsWith('body'))).toBe(true);
    expect(platform.dump() === untouched).toBe(true);
  });
});

describe('ids that no path can name', () => {
  const making = withBody.filter(({ route, body }) => route.method === 'post' && isObject(JSON.parse(body ?? '')));
  const { sqlite } = platform.store;
  const made = (id: string): unknown[] => [
    ...sqlite.prepare('SELECT id FROM networks WHERE id = ?').all(id),
    ...sqlite.prepare('SELECT type FROM entities WHERE key = ?').all(id),
  ];
  const refused = new Set<string>();

  it.each(named(making))('are given by %s to nothing', async (name, probe) => {
    const right = JSON.parse(probe.body ?? '') as Record<string, unknown>;
    for (const [member, value] of Object.entries(right)) {
      if (typeof value !== 'string') continue;
      for (const id of ['.', '..', '__proto__', 'x\u0001', '\u007f', 'x\ny']) {
        const answered = await ask({ ...probe, body: JSON.stringify({ ...right, [member]: id }) });
        expect(made(id), `${member} ${JSON.stringify(id)}`).toEqual([]);
        if (answered.status === 400 && answered.text.includes('stand in a path')) refused.add(name);
        platform.restore();
      }
    }
  });

  it('are refused by all that make something whose id is of any form', () => {
    expect([...refused].sort()).toEqual(
      [
        ...['cwf', 'feg', 'feg_lte', 'lte', 'networks'].map((root) => `/${root}`),
        '/cwf/{network_id}/ha_pairs',
        ...['cwf', 'lte', 'networks'].map((root) => `/${root}/{network_id}/dns/records/{domain}`),
        ...['apns', 'enodebs', 'msisdns', 'network_probe/destinations', 'network_probe/tasks', 'policy_qos_profiles'].map(
          (what) => `/lte/{network_id}/${what}`,
        ),
        ...['policies/base_names', 'policies/rules', 'tiers/{tier_id}/images', 'tracing'].map((what) => `/networks/{network_id}/${what}`),
      ]
        .map((path) => `POST ${path}`)
        .sort(),
    );
  });
});

describe('a query', () => {
  it.each(named(probes))('of %s says nothing twice', async (_, probe) => {
    for (const twice of ['dry_run=false&dry_run=true', 'dry_run=true&dry_run=true', 'page_size=1&x=1&page%5Fsize=2']) {
      const answered = await ask({ ...probe, path: `${probe.path}?${twice}` });
      expect(refusalFault(answered, 400), twice).toBeUndefined();
      expect(pathsOf(answered)).toEqual([twice.startsWith('dry') ? 'query.dry_run' : 'query.page_size']);
    }
    expect(platform.dump() === untouched).toBe(true);
  });

  const writing = probes.filter(({ method }) => method !== 'GET');
  it.each(named(writing))('of %s that nearly asks for a dry run changes nothing', async (_, probe) => {
    for (const name of ['dryrun', 'dry-run', 'DRY_RUN', 'dryRun', 'dry_run%20']) {
      const answered = await ask({ ...probe, path: `${probe.path}?${name}=true` });
      expect(refusalFault(answered, 400), name).toBeUndefined();
      expect(pathsOf(answered)).toEqual([`query.${decodeURIComponent(name)}`]);
      expect(answered.text).toContain('is written dry_run');
    }
    expect(platform.dump() === untouched).toBe(true);
  });

  it('may hold what nobody knows', async () => {
    for (const query of ['x=1&y=2', 'dryRun=true', 'dry_run=7'])
      expect((await ask({ method: 'GET', path: `/networks/lte1?${query}` })).status).toBe(200);
  });
});

/** What is taken away or called off whole, and shown without an ETag. */
const UNGUARDED = ['cancelGatewayCommand', 'deleteUserToken'];

describe('If-Match', () => {
  it.each(named(probes.filter(({ method }) => method !== 'GET')))('guards %s, or is refused', async (_, probe) => {
    const stale = await ask({ ...probe, ifMatch: '"no-such"' });
    expect(refusalFault(stale, isGuarded(probe.route) ? 412 : 400)).toBeUndefined();
    if (!isGuarded(probe.route)) expect(pathsOf(stale)).toEqual(['header.if-match']);
    for (const ifMatch of ['', '17', '"17", 18', 'W/17']) {
      const malformed = await ask({ ...probe, ifMatch });
      expect(refusalFault(malformed, 400), ifMatch).toBeUndefined();
      expect(pathsOf(malformed)).toEqual(['header.if-match']);
    }
    expect(platform.dump() === untouched).toBe(true);
  });

  it('guards every PUT, and whatever else names one thing that it changes', () => {
    const unguarded = probes.filter(({ route }) => route.method !== 'get' && !isGuarded(route)).map(({ route }) => route);
    expect(unguarded.filter(({ method }) => method !== 'post').map(({ operationId }) => operationId)).toEqual(UNGUARDED);
    const guarded = probes.filter(({ route }) => route.method === 'post' && isGuarded(route));
    expect(guarded.map(({ route }) => route.operationId)).toEqual(
      expect.arrayContaining(['restoreRevision', 'addTierImage', 'activateSubscriber']),
    );
  });

  it('does not keep anybody from reading', async () => {
    for (const ifMatch of ['"17"', '17']) expect((await ask({ method: 'GET', path: '/networks/lte1', ifMatch })).status).toBe(200);
  });
});
