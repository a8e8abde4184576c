import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TestApi } from '../../../test/support/context.ts';
import { imsi, subscriberApi, subscriberBody, subscriberShown, subscription } from '../../../test/support/subscribers.ts';

const path = '/lte/n1/subscribers';
const bulk = `${path}:bulk`;
let api: TestApi;
const body = async (of: string) => (await api.call('GET', of)).body;
const ndjson = (...lines: unknown[]) => lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
const send = (text: string, idempotencyKey?: string, contentType = 'application/x-ndjson') =>
  api.call('POST', bulk, { raw: { contentType, chunks: [text] }, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) });
const refused = async (chunks: readonly (string | Uint8Array)[], contentType = 'application/x-ndjson') =>
  api.refusal('POST', bulk, { raw: { contentType, chunks } });
type Report = { readonly created: number; readonly updated: number; readonly repeated: boolean };
const nothing = { failed: 0, failures: [], unlisted: 0, repeated: false };

beforeEach(async () => {
  api = await subscriberApi();
});
afterEach(() => api.d1.close());

describe('subscribers in bulk', () => {
  it('are made and replaced in one call of two round trips', async () => {
    const profiled = { ...subscriberBody(1), active_policies_by_apn: { internet: ['r1'], ims: [] } };
    expect(await send(ndjson(profiled, subscriberBody(2)))).toMatchObject({
      status: 200,
      body: { total: 2, created: 2, updated: 0, ...nothing },
      trips: 2,
    });
    expect(await body(`${path}/${imsi(1)}`)).toEqual({ ...subscriberShown(1), active_policies_by_apn: { internet: ['r1'], ims: [] } });
    const changed = { ...subscriberBody(1), name: 'other', active_policies_by_apn: { ims: ['r2'] } };
    expect((await send(ndjson(changed, subscriberBody(3)))).body).toEqual({ total: 2, created: 1, updated: 1, ...nothing });
    expect(await body(`${path}/${imsi(1)}`)).toEqual({ ...subscriberShown(1), name: 'other', active_policies_by_apn: { ims: ['r2'] } });
    expect(await body(`${path}/${imsi(2)}`)).toEqual(subscriberShown(2));
    expect(api.d1.sqlite.prepare("SELECT key FROM entities WHERE type = 'apn_policy_profile'").all()).toEqual([
      { key: `${imsi(1)}___ims` },
    ]);
    expect(await body(path)).toMatchObject({ total_count: 3 });
  });

  it('lose the policy profile that somebody gave them while this was worked out', async () => {
    await send(ndjson(subscriberBody(1)));
    const profiled = { ...subscriberBody(1), active_policies_by_apn: { internet: ['r1'] } };
    const outcomes = await Promise.all([
      api.call('PUT', `${path}/${imsi(1)}`, { body: profiled }),
      api.call('POST', bulk, { raw: { contentType: 'application/x-ndjson', chunks: [ndjson(subscriberBody(1))] } }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual([204, 200]);
    const read = (await body(`${path}/${imsi(1)}`)) as { active_policies_by_apn?: object };
    const profiles = api.d1.sqlite.prepare("SELECT key FROM entities WHERE type = 'apn_policy_profile'").all();
    expect(profiles.length).toBe(Object.keys(read.active_policies_by_apn ?? {}).length);
    await api.call('DELETE', `${path}/${imsi(1)}`);
    expect(api.d1.sqlite.prepare("SELECT key FROM entities WHERE type = 'apn_policy_profile'").all()).toEqual([]);
  });

  it('tell in a dry run which are new, with the policy profiles that are', async () => {
    await send(ndjson({ ...subscriberBody(1), active_policies_by_apn: { internet: ['r1'] } }));
    const lines = [1, 2].map((number) => ({ ...subscriberBody(number), active_policies_by_apn: { internet: ['r1'], ims: [] } }));
    const raw = { contentType: 'application/x-ndjson', chunks: [ndjson(...lines)] };
    const { body: changes } = await api.call('POST', bulk, { raw, dryRun: true });
    expect((changes as { key: string; change: string }[]).map(({ key, change }) => `${change} ${key}`).sort()).toEqual([
      `create ${imsi(1)}___ims`,
      `create ${imsi(2)}`,
      `create ${imsi(2)}___ims`,
      `create ${imsi(2)}___internet`,
      `update ${imsi(1)}`,
      `update ${imsi(1)}___internet`,
    ]);
  });

  it('come back as a version left them, or not while what they used is gone', async () => {
    const { body: before } = await api.call('GET', '/networks/n1/revisions', { query: { page_size: '1' } });
    const made = ((before as { revisions: { version: number }[] }).revisions[0]?.version ?? 0) + 1;
    const restore = `/networks/n1/revisions/${made}:restore`;
    await send(ndjson({ ...subscriberBody(1), active_apns: ['internet', 'ims'] }, subscriberBody(2)));
    const [one, two] = [await body(`${path}/${imsi(1)}`), await body(`${path}/${imsi(2)}`)];
    await send(ndjson({ ...subscriberBody(1), name: 'other', active_apns: [] }));
    await api.call('DELETE', `${path}/${imsi(2)}`);
    expect((await api.call('POST', restore)).status).toBe(200);
    expect([await body(`${path}/${imsi(1)}`), await body(`${path}/${imsi(2)}`)]).toEqual([one, two]);
    await api.call('DELETE', '/lte/n1/apns/ims');
    const { faults } = await api.refusal('POST', restore);
    expect(faults).toEqual([{ path: `subscriber/${imsi(1)}`, message: expect.stringContaining('apn/ims') }]);
  });

  it('report each bad line; the good ones take effect', async () => {
    const lines = [
      subscriberBody(1),
      '',
      '{"id": ',
      { ...subscriberBody(2), lte: { ...subscription, auth_key: 'AAAA' } },
      subscriberBody(1),
      { ...subscriberBody(3), active_apns: ['none'], lte: { ...subscription, sub_profile: 'silver' } },
      'null',
      subscriberBody(4),
    ];
    const { body: report } = await send(`${ndjson(...lines)}\r\n`);
    expect(report).toEqual({
      total: 7,
      created: 2,
      updated: 0,
      failed: 5,
      failures: [
        { line: 3, faults: [{ path: '', message: expect.stringContaining('is not JSON') }] },
        { line: 4, id: imsi(2), faults: [{ path: 'lte.auth_key', message: 'must hold exactly 16 bytes' }] },
        { line: 5, id: imsi(1), faults: [{ path: 'id', message: 'is in line 1 already' }] },
        {
          line: 6,
          id: imsi(3),
          faults: [
            { path: 'lte.sub_profile', message: expect.stringContaining('"silver"') },
            { path: 'active_apns[0]', message: 'APN "none" does not exist in this network' },
          ],
        },
        { line: 7, faults: [{ path: '', message: expect.any(String) }] },
      ],
      unlisted: 0,
      repeated: false,
    });
    expect(await body(path)).toMatchObject({
      total_count: 2,
      subscribers: { [imsi(1)]: subscriberShown(1), [imsi(4)]: subscriberShown(4) },
    });
  });

  it('are told everything that is wrong with a line at once: its form, its rules, and what it names and does not exist', async () => {
    const silver = { ...subscription, auth_key: 'AAAA', sub_profile: 'silver' };
    const lines = [
      {
        ...subscriberBody(1),
        lte: silver,
        active_apns: ['internet', 'none'],
        static_ips: { ims: '10.0.0.1' },
        active_policies: ['r1', 'gone'],
      },
      subscriberBody(2),
      { ...subscriberBody(2), name: 7, active_base_names: ['none'] },
      { ...subscriberBody(2), active_apns: ['none'] },
      { ...subscriberBody(3), active_apns: ['internet', 7, 'none'], active_policies_by_apn: { none: ['r1'], ims: 'r1' } },
      { ...subscriberBody(4), id: imsi(2).slice(0, 9), lte: undefined, static_ips: { ims: '10.0.0.1' } },
    ];
    const { body: report } = await send(ndjson(...lines));
    const { failures, created } = report as { failures: { line: number; faults: { path: string; message: string }[] }[]; created: number };
    expect(created).toBe(1);
    expect(failures.map(({ line, faults }) => [line, faults.map(({ path }) => path).sort()])).toEqual([
      [1, ['active_apns[1]', 'active_policies[1]', 'lte.auth_key', 'lte.sub_profile', 'static_ips.ims']],
      [3, ['active_base_names[0]', 'id', 'name']],
      [4, ['active_apns[0]', 'id']],
      [5, ['active_apns[1]', 'active_apns[2]', 'active_policies_by_apn.ims', 'active_policies_by_apn.none']],
      [6, ['id', 'lte', 'static_ips.ims']],
    ]);
    expect(failures[0]?.faults).toContainEqual({ path: 'static_ips.ims', message: 'is not among active_apns' });
    expect(failures[1]?.faults).toContainEqual({ path: 'id', message: 'is in line 2 already' });
    const csv = `id,auth_key,active_apns,static_ips\n${imsi(5)},00,none,ims=10.0.0.1`;
    expect((await send(csv, undefined, 'text/csv')).body).toMatchObject({
      failures: [
        {
          line: 2,
          faults: ['state', 'auth_algo', 'auth_key', 'sub_profile', 'static_ips.ims', 'active_apns[0]'].map((path) => ({
            path,
          })),
        },
      ],
    });
  });

  it('report lines whose JSON is nested too deeply, or holds half of a character, and take the others', async () => {
    const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
    const lines = [
      JSON.stringify({ ...subscriberBody(1), extra: 'deep' }).replace('"deep"', deep(31)),
      JSON.stringify({ ...subscriberBody(2), extra: 'deep' }).replace('"deep"', deep(32)),
      `{"id":${deep(20_000)}}`,
      JSON.stringify({ ...subscriberBody(3), name: 'n\ud800', active_policies: ['r1', '\udc00'] }),
      JSON.stringify({ ...subscriberBody(4), name: '💥' }),
    ];
    const half = expect.stringContaining('half of a surrogate pair');
    expect((await send(ndjson(...lines))).body).toMatchObject({
      created: 2,
      failures: [
        { line: 2, faults: [{ path: '', message: 'is nested more than 32 levels deep' }] },
        { line: 3, faults: [{ path: '', message: 'is nested more than 32 levels deep' }] },
        {
          line: 4,
          faults: [
            { path: 'name', message: half },
            { path: 'active_policies[1]', message: half },
          ],
        },
      ],
    });
    expect(await body(`${path}/${imsi(4)}`)).toMatchObject({ name: '💥' });
  });

  it('commit nothing when no line is good', async () => {
    const before = api.committed.length;
    expect(await send('{}')).toMatchObject({ status: 200, body: { total: 1, created: 0, failed: 1 }, trips: 1 });
    expect(await send('')).toMatchObject({ status: 200, body: { total: 0, created: 0, failed: 0 } });
    expect(api.committed).toHaveLength(before);
  });

  it('are carried out once under an Idempotency-Key', async () => {
    const text = ndjson(subscriberBody(1), '{}');
    const first = (await send(text, 'k1')).body;
    await api.call('DELETE', `${path}/${imsi(1)}`);
    expect(await send(text, 'k1')).toMatchObject({ status: 200, body: { ...(first as object), repeated: true }, trips: 1 });
    expect(await body(path)).toMatchObject({ total_count: 0 });
    const other = await api.refusal('POST', bulk, {
      raw: { contentType: 'application/x-ndjson', chunks: [`${text}\n`] },
      idempotencyKey: 'k1',
    });
    expect(other.code).toBe('conflict');
    expect((await send(text, 'k2')).body).toEqual(first);
    // A day later the first key is free again.
    api.now += 24 * 3600 * 1000 + 1;
    await send(ndjson(subscriberBody(5)), 'k3');
    expect(api.d1.sqlite.prepare('SELECT key FROM kept_answers').all()).toEqual([{ key: 'k3' }]);
  });

  it('take an Idempotency-Key also when no line is good, with a row in the audit log', async () => {
    const first = (await send('{}', 'k')).body as Report;
    expect(first).toMatchObject({ created: 0, failed: 1, repeated: false });
    expect(api.d1.sqlite.prepare("SELECT target FROM audit WHERE action = 'subscriber.bulk'").all()).toEqual([{ target: '0 subscribers' }]);
    expect((await send('{}', 'k')).body).toEqual({ ...first, repeated: true });
    const raw = { contentType: 'application/x-ndjson', chunks: [ndjson(subscriberBody(1))] };
    expect((await api.refusal('POST', bulk, { raw, idempotencyKey: 'k' })).code).toBe('conflict');
    expect(await body(path)).toMatchObject({ total_count: 0 });
    expect((await api.call('POST', bulk, { raw: { ...raw, chunks: ['{}'] }, idempotencyKey: 'tried', dryRun: true })).body).toEqual([]);
    expect(await send(ndjson(subscriberBody(1)), 'tried')).toMatchObject({ body: { created: 1 } });
  });

  it('are made once when two bring them at the same moment, and both reports are true', async () => {
    const reports = await Promise.all([
      send(ndjson(subscriberBody(1), subscriberBody(2))),
      send(ndjson(subscriberBody(2), subscriberBody(3))),
    ]);
    expect(reports.map(({ body: report }) => report).sort((a, b) => Number((a as Report).updated) - Number((b as Report).updated))).toEqual(
      [
        { total: 2, created: 2, updated: 0, ...nothing },
        { total: 2, created: 1, updated: 1, ...nothing },
      ],
    );
    expect(await body(path)).toMatchObject({ total_count: 3 });
  });

  it('are carried out once under an Idempotency-Key that comes twice at the same moment', async () => {
    const before = api.committed.length;
    const answers = await Promise.all([send(ndjson(subscriberBody(1)), 'k'), send(ndjson(subscriberBody(1)), 'k')]);
    expect(answers.map(({ body: report }) => (report as Report).repeated).sort()).toEqual([false, true]);
    expect(answers.map(({ body: report }) => (report as Report).created)).toEqual([1, 1]);
    expect(api.committed).toHaveLength(before + 1);
  });

  it('come as CSV too, with keys in base64 or hex', async () => {
    const hex = '000102030405060708090a0b0c0d0e0f';
    const csv = [
      'id,name,state,auth_algo,auth_key,auth_opc,sub_profile,active_apns,active_policies,active_base_names,static_ips,forbidden_network_types,active_policies_by_apn',
      `${imsi(1)},"Phone, ""1""",ACTIVE,MILENAGE,${subscription.auth_key},${subscription.auth_opc},gold,internet; ims,r1,b1;b2,internet=192.168.128.7,5GC,ims=r1|r2;internet=`,
      `${imsi(2)},,INACTIVE,MILENAGE,${hex},,default`,
      '',
      `${imsi(3)},,OFF,MILENAGE,${hex},,default`,
      `${imsi(4)}${','.repeat(20)}`,
    ].join('\r\n');
    expect((await send(csv, undefined, 'text/csv')).body).toMatchObject({
      total: 4,
      created: 2,
      failed: 2,
      failures: [
        { line: 5, id: imsi(3), faults: [{ path: 'state' }] },
        { line: 6, faults: [{ path: '', message: 'has 21 cells, and the header has 13' }] },
      ],
    });
    const lte = { ...subscription, sub_profile: 'gold' };
    expect(await body(`${path}/${imsi(1)}`)).toEqual({
      id: imsi(1),
      name: 'Phone, "1"',
      lte,
      config: { lte, static_ips: { internet: '192.168.128.7' }, forbidden_network_types: ['5GC'] },
      active_apns: ['ims', 'internet'],
      active_policies: ['r1'],
      active_base_names: ['b1', 'b2'],
      active_policies_by_apn: { ims: ['r1', 'r2'], internet: [] },
    });
    expect(await body(`${path}/${imsi(2)}`)).toMatchObject({ lte: { state: 'INACTIVE', auth_key: subscription.auth_key } });
  });

  it('of a CSV without a header are not shown again', async () => {
    const hex = '000102030405060708090a0b0c0d0e0f';
    const { message } = await refused([`${imsi(1)},,ACTIVE,MILENAGE,${hex},,default\n`], 'text/csv');
    expect(message).toContain('line 1 has to name the columns: there is none of the name in cell 1, 2, 3, 4, 5, 6, 7;');
    expect(message).not.toMatch(/IMSI|MILENAGE|0001/);
    const many = (await refused([Array.from({ length: 30_000 }, () => 'x').join()], 'text/csv')).message;
    expect(many).toContain('9, 10 and 29990 more;');
  });

  it('of CSV fail when a cell does not hold what was meant: an APN twice or of no use, text behind quotes', async () => {
    const csv = [
      'id,name,state,auth_algo,auth_key,sub_profile,active_apns,static_ips,active_policies_by_apn',
      ...[
        [1, 'one', 'internet', 'internet=10.0.0.1;internet=10.0.0.2', ''],
        [2, 'two', 'internet;none', '', 'internet=r1; internet =r2;ims=r1;__proto__=r1'],
        [3, 'three', 'internet', '__proto__=10.0.0.1', ''],
        [4, '"four"4', 'internet', '', ''],
        [5, '"five" ', 'internet', 'internet=10.0.0.1', 'internet=r1'],
        [6, '" ""six"" "', 'internet', '', ''],
      ].map(
        ([number, name, apns, ips, policies]) =>
          `${imsi(Number(number))},${name},ACTIVE,MILENAGE,${subscription.auth_key},default,${apns},${ips},${policies}`,
      ),
    ].join('\n');
    const lost = expect.stringMatching(/^bad key/);
    expect((await send(csv, undefined, 'text/csv')).body).toMatchObject({
      created: 2,
      failures: [
        { line: 2, id: imsi(1), faults: [{ path: 'static_ips.internet', message: 'is there twice' }] },
        {
          line: 3,
          id: imsi(2),
          faults: [
            { path: 'active_policies_by_apn.internet', message: 'is there twice' },
            { path: 'active_policies_by_apn.__proto__', message: lost },
            { path: 'active_apns[1]', message: expect.stringContaining('"none"') },
          ],
        },
        { line: 4, faults: [{ path: 'static_ips.__proto__', message: lost }] },
        { line: 5, faults: [{ path: '', message: expect.stringMatching(/^cell 2: something follows its closing quote/) }] },
      ],
    });
    expect(await body(`${path}/${imsi(5)}`)).toMatchObject({ name: 'five', active_policies_by_apn: { internet: ['r1'] } });
    expect(await body(`${path}/${imsi(6)}`)).toMatchObject({ name: '"six"' });
  });

  it('of NDJSON fail when an entry would be lost', async () => {
    const line = JSON.stringify({ ...subscriberBody(1), static_ips: { proto: '10.0.0.1' } }).replace('"proto"', '"__proto__"');
    const { failures } = (await send(line)).body as { failures: unknown[] };
    expect(failures).toEqual([{ line: 1, faults: [{ path: 'static_ips.__proto__', message: expect.stringMatching(/^bad key/) }] }]);
  });

  it('refuse a body that cannot be taken apart, an unknown network, and too much', async () => {
    expect((await refused([new Uint8Array([0xff, 0xfe])])).message).toContain('UTF-8');
    expect((await refused(['x'.repeat(70_000)])).message).toContain('line 1 is longer');
    expect((await refused(['id,colour,name,size\n'], 'text/csv')).message).toContain('cell 2, 4;');
    expect((await refused(['id,"name"s\n'], 'text/csv')).message).toContain('line 1: cell 2: something follows its closing quote');
    expect((await refused(['name\n'], 'text/csv')).message).toContain('"id" is missing');
    expect((await refused(['id,id\n'], 'text/csv')).message).toContain('twice');
    expect((await refused(['id\n"IMSI'], 'text/csv')).message).toContain('never closed');
    expect((await refused(['{}\n'.repeat(20_001)])).code).toBe('too_large');
    const raw = { contentType: 'application/x-ndjson', chunks: [ndjson(subscriberBody(1))] };
    expect((await api.refusal('POST', '/lte/none/subscribers:bulk', { raw })).code).toBe('not_found');
    expect(await body(path)).toMatchObject({ total_count: 0 });
  });

  it('keep the report within bounds, and count what it leaves out', async () => {
    const { body: report } = await send(ndjson(...Array.from({ length: 9_000 }, (_, index) => ({ id: `bad ${index}` }))));
    const { failed, failures, unlisted } = report as { failed: number; failures: unknown[]; unlisted: number };
    expect(failed).toBe(9_000);
    expect(failures.length + unlisted).toBe(9_000);
    expect(unlisted).toBeGreaterThan(0);
    expect(JSON.stringify(report).length).toBeLessThan(600_000);
    const first = (failures as { line: number }[]).map(({ line }) => line);
    expect(first).toEqual(first.map((_, index) => index + 1));
  });

  it('keep it in the order of lines, whatever is wrong with them', async () => {
    const lines = Array.from({ length: 12_000 }, (_, index) =>
      index % 2 === 0 ? { ...subscriberBody(index), active_apns: ['none'] } : { ...subscriberBody(index), lte: {} },
    );
    const { failed, failures, unlisted } = (await send(ndjson(...lines))).body as {
      failed: number;
      failures: { line: number }[];
      unlisted: number;
    };
    expect([failed, failures.length + unlisted]).toEqual([12_000, 12_000]);
    expect(failures.map(({ line }) => line)).toEqual(failures.map((_, index) => index + 1));
    expect(unlisted).toBeGreaterThan(0);
  });

  it('may be as many as a call takes, in whatever pieces they come', async () => {
    const text = ndjson(...Array.from({ length: 20_000 }, (_, index) => subscriberBody(index)));
    const chunks = Array.from({ length: Math.ceil(text.length / 65_521) }, (_, index) => text.slice(index * 65_521, (index + 1) * 65_521));
    const answer = await api.call('POST', bulk, { raw: { contentType: 'application/x-ndjson', chunks } });
    expect(answer).toMatchObject({ body: { total: 20_000, created: 20_000, ...nothing }, trips: 2 });
    expect(api.committed.at(-1)?.changes).toHaveLength(20_000);
    expect(api.d1.sqlite.prepare("SELECT COUNT(*) AS n FROM revisions WHERE type = 'subscriber'").get()).toEqual({ n: 20_000 });
    expect(await body(`${path}/${imsi(19_999)}`)).toEqual(subscriberShown(19_999));
  });
});
