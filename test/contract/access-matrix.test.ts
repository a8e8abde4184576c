import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type Identity, OTHER, OURS } from './identities.ts';
import { asksForRights, isPermitted } from './oracle.ts';
import { type Answered, type Asked, registry } from './platform.ts';
import type { Probe } from './requests.ts';
import { MARKS } from './resources.ts';
import { startContractPlatform } from './started.ts';
import { UNANSWERED } from './unanswered.ts';

const { platform, identities, full, probes, written } = await startContractPlatform();
const named = (name: string): Identity => {
  const found = identities.find((identity) => identity.name === name);
  if (!found) throw new Error(`there is no identity "${name}"`);
  return found;
};
const untouched = platform.dump();

const label = ({ method, path }: Asked): string => `${method} ${path}`;
/** What is wrong with a refusal; undefined: nothing. */
function faultOf({ status, headers, text }: Answered, identity: Identity): string | undefined {
  const [wanted, code] = identity.refused === undefined ? [403, 'not_permitted'] : [401, identity.refused];
  if (status !== wanted) return `${status} instead of ${wanted}: ${text.slice(0, 200)}`;
  const body = JSON.parse(text) as Record<string, unknown>;
  if (Object.keys(body).join() !== 'message,code,request_id') return `says more than the envelope: ${text.slice(0, 200)}`;
  if (body['code'] !== code) return `${String(body['code'])} instead of ${code}`;
  if (MARKS.test(text)) return `shows what it is refused: ${text.slice(0, 200)}`;
  if (headers.has('etag') || headers.has('x-next-page-token')) return 'tells by its headers of what is there';
  if (status === 401 && !headers.has('www-authenticate')) return 'does not say how to authenticate';
  return undefined;
}

/** Asks what this identity may not ask; answers what was wrong with how it was refused. */
async function refusals(identity: Identity, asked: readonly Asked[]): Promise<string[]> {
  const faults: string[] = [];
  for (const probe of asked) {
    const before = written();
    const fault = faultOf(await platform.ask(probe, identity), identity);
    if (fault) faults.push(`${label(probe)}: ${fault}`);
    if (written() !== before) faults.push(`${label(probe)}: wrote something`);
    if (platform.fleet.splice(0).length > 0) faults.push(`${label(probe)}: asked the gateways`);
  }
  if (platform.dump() !== untouched) faults.push('the tables are not what they were');
  return faults;
}

/** Asks what this identity may ask; answers where it was not let in, and how. */
async function admissions(identity: Identity, asked: readonly Probe[]): Promise<string[]> {
  const faults: string[] = [];
  for (const probe of asked) {
    const before = written();
    const { status, text } = await platform.ask(probe, identity);
    if (status === 401 || status === 403 || status >= 500) faults.push(`${label(probe)}: ${status} ${text.slice(0, 200)}`);
    if (written() !== before) platform.restore();
  }
  platform.restore();
  return faults;
}

const mayAsk = (identity: Identity, probe: Probe): boolean => isPermitted(identity, probe.route, probe.path, probe.params);
const writing = probes.filter(({ method }) => method !== 'GET');

afterEach(() => platform.restore());
afterAll(() => platform.store.close());

describe('the requests of the matrix', () => {
  it('are one for each route, and do from a full operator what is to be refused to others', async () => {
    expect(probes.map(({ route }) => route.operationId).sort()).toEqual(registry.routes.map(({ operationId }) => operationId).sort());
    const faults: string[] = [];
    for (const probe of probes) {
      const { status, text } = await platform.ask(probe, full);
      const expected = UNANSWERED[`${probe.method} ${probe.route.path}`]?.[0];
      if (expected === undefined ? status >= 300 : status !== expected) faults.push(`${label(probe)}: ${status} ${text.slice(0, 200)}`);
      const changed = platform.dump() !== untouched;
      const effective = changed || platform.fleet.length > 0;
      if (probe.method === 'GET' ? changed : !effective && expected === undefined)
        faults.push(`${label(probe)}: changed ${changed ? 'something' : 'nothing'}`);
      platform.restore();
    }
    expect(faults).toEqual([]);
  }, 60_000);
});

describe.each(identities.map((identity) => [identity.name, identity] as const))('%s', (_, identity) => {
  it('is refused, shown nothing and leaves nothing behind, except where it may', async () => {
    const asked = probes.filter((probe) => !mayAsk(identity, probe));
    expect(await refusals(identity, asked)).toEqual([]);
    // Whatever else is wrong with a request, or harmless about it, comes second.
    const variants = writing
      .filter((probe) => !mayAsk(identity, probe))
      .flatMap((probe) => [
        { ...probe, path: `${probe.path}?dry_run=true` },
        // What is asked for can only be judged when it can be read.
        ...(asksForRights(probe.route)
          ? []
          : [
              { ...probe, path: `${probe.path}?dry_run=perhaps` },
              { ...probe, body: '{"broken":' },
              { ...probe, body: '{}' },
            ]),
      ]);
    if (identity.refused === undefined || identity.name === 'a revoked token') expect(await refusals(identity, variants)).toEqual([]);
  }, 60_000);

  it('gets past the door where it may', async () => {
    expect(
      await admissions(
        identity,
        probes.filter((probe) => mayAsk(identity, probe)),
      ),
    ).toEqual([]);
  }, 60_000);

  it('finds in lists what it may read and nothing else', async () => {
    const lists: Record<string, readonly string[]> = {
      '/networks': [...OURS, OTHER],
      '/lte': ['lte1', OTHER],
      '/feg': ['feg1', 'feg2'],
      '/feg_lte': ['fl1'],
      '/cwf': ['cwf1'],
    };
    for (const [path, all] of Object.entries(lists)) {
      const { status, text } = await platform.ask({ method: 'GET', path }, identity);
      if (identity.refused !== undefined) expect(status).toBe(401);
      else expect(JSON.parse(text), path).toEqual([...all].sort().filter((id) => identity.networks?.includes(id)));
    }
    const { status, text } = await platform.ask({ method: 'GET', path: '/tenants' }, identity);
    if (identity.refused !== undefined) expect(status).toBe(401);
    else expect((JSON.parse(text) as { id: number }[]).map(({ id }) => id)).toEqual(identity.tenants);
  });

  it('reads of the audit log only what belongs to networks it may read', async () => {
    const seen = (text: string): string[] => [
      ...new Set((JSON.parse(text) as { entries: { network_id: string }[] }).entries.map((row) => row.network_id)),
    ];
    for (const id of [...OURS, OTHER]) {
      const { status, text } = await platform.ask({ method: 'GET', path: `/audit?network=${id}` }, identity);
      const readable = identity.networks?.includes(id) ?? false;
      if (readable) expect({ status, seen: seen(text) }, id).toEqual({ status: 200, seen: [id] });
      else if (status === 200) expect(seen(text), id).toEqual([]);
      else expect(status, id).toBe(identity.refused === undefined ? 403 : 401);
    }
    const { status, text } = await platform.ask({ method: 'GET', path: '/audit?page_size=1000' }, identity);
    if (status === 200) for (const id of seen(text)) expect(['', '@internal', ...(identity.networks ?? [])]).toContain(id);
    const all = identity.refused === undefined && (await platform.ask({ method: 'GET', path: '/audit' }, identity)).status === 200;
    for (const hidden of ['', '@internal']) {
      const answer = await platform.ask({ method: 'GET', path: `/audit?network=${encodeURIComponent(hidden)}` }, identity);
      expect(answer.status === 200, `audit of "${hidden}"`).toBe(all);
    }
  });
});

describe('what is there and what is not', () => {
  it('look the same to whom neither is shown', async () => {
    const outside = named('an operator of another network');
    const codeOf = async (path: string) => {
      const { status, text } = await platform.ask({ method: 'GET', path }, outside);
      return [status, (JSON.parse(text) as { code: string }).code];
    };
    for (const { path, params } of probes.filter((probe) => probe.method === 'GET' && probe.route.permission.scope === 'network')) {
      const elsewhere = path.replace(`/${params['network_id']}`, '/nosuch');
      expect(await codeOf(elsewhere), elsewhere).toEqual(await codeOf(path));
    }
  });

  it('look the same to whom everything is shown but the internal network', async () => {
    for (const { path, params } of probes.filter((probe) => probe.method === 'GET' && probe.route.permission.scope === 'network')) {
      const internal = path.replace(`/${params['network_id']}`, '/@internal');
      expect((await platform.ask({ method: 'GET', path: internal }, full)).status, internal).toBe(404);
    }
  });
});

describe('a denied path', () => {
  it.each([
    '/lte/lte1',
    '/lte/lte1?',
    '/lte/lte1?x=1',
    '/lte/lte1/subscribers?x=/',
    '/lte/%6cte1/subscribers',
    '/lte/%6cte1/subscribers?x=%ff',
    '/lte/lte%31/subscribers?x=%E0%A4%A',
    '/lte/%6cte1/subscribers/%ff',
    '/%6cte/lte1/subscribers',
    '/lte/./lte1/subscribers',
    '/lte/other/../lte1/subscribers',
    '/lte/%2e%2e/lte/lte1/subscribers',
    '/lte/lte1/subscribers#x',
  ])('stays denied as %s', async (path) => {
    const { status, text } = await platform.ask({ method: 'GET', path }, named('a full operator with DENY on paths'));
    expect(status, text).toBe(403);
  });

  it.each([
    '/lte/other/../../networks/other',
    '/lte/lte1/../other',
    '/lte/lte1%2f..%2fother',
    '/lte/lte1/..%2fother/gateways',
    '/lte/other?x=/magma/v1/lte/lte1/',
    '/lte/%6fther',
  ])('opens nothing to whom only others are granted as %s', async (path) => {
    const { status, text } = await platform.ask({ method: 'GET', path }, named('an operator of paths'));
    expect([400, 403, 404], text).toContain(status);
    expect(text).not.toMatch(MARKS);
  });
});
