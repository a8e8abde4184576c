import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodePageToken } from '../../../core/paging.ts';
import type { TestApi } from '../../../test/support/context.ts';
import { imsi, subscriberApi, subscriberBody, subscriberShown, subscription } from '../../../test/support/subscribers.ts';
import { subscriberPage } from '../services/subscriber/queries.ts';

const path = '/lte/n1/subscribers';
let api: TestApi;
const list = async (query: Record<string, string>) => (await api.call('GET', path, { query })).body;
const ids = async (query: Record<string, string>) =>
  ((await list({ verbose: 'false', ...query })) as { subscribers: string[] }).subscribers;

beforeEach(async () => {
  api = await subscriberApi();
  const gold = { ...subscription, sub_profile: 'gold' };
  const body = [
    { ...subscriberBody(1), name: 'Zoe' },
    { ...subscriberBody(2), name: 'Anna', lte: gold },
    { ...subscriberBody(3), name: 'Anna', lte: { ...gold, state: 'INACTIVE' } },
    { ...subscriberBody(4), name: 'Anne', lte: { ...subscription, state: 'INACTIVE' }, active_policies_by_apn: { internet: ['r1'] } },
  ];
  await api.call('POST', path, { body });
});
afterEach(() => api.d1.close());

interface Page {
  readonly next_page_token: string;
  readonly subscribers: Readonly<Record<string, unknown>>;
}

describe('the list of subscribers', () => {
  it('is a map of whole ones with the total, or their ids', async () => {
    expect(await api.call('GET', path)).toMatchObject({
      status: 200,
      trips: 1,
      body: { total_count: 4, next_page_token: '', subscribers: { [imsi(1)]: { ...subscriberShown(1), name: 'Zoe' } } },
    });
    const { subscribers } = (await list({})) as { subscribers: Record<string, unknown> };
    for (const number of [1, 2, 3, 4]) expect(subscribers[imsi(number)]).toEqual((await api.call('GET', `${path}/${imsi(number)}`)).body);
    expect(await api.call('GET', path, { query: { verbose: 'false' } })).toMatchObject({
      trips: 1,
      body: { total_count: 4, next_page_token: '', subscribers: [1, 2, 3, 4].map(imsi) },
    });
    expect(await list({ verbose: 'what' })).toEqual(await list({}));
  });

  it('goes page by page; a full last page leads to an empty one', async () => {
    expect(await list({ page_size: '3', verbose: 'false' })).toEqual({
      total_count: 4,
      next_page_token: encodePageToken(imsi(3)),
      subscribers: [1, 2, 3].map(imsi),
    });
    const second = { page_size: '2', page_token: encodePageToken(imsi(2)) };
    expect(await list({ ...second, verbose: 'false' })).toMatchObject({
      next_page_token: encodePageToken(imsi(4)),
      subscribers: [3, 4].map(imsi),
    });
    expect(await list({ page_size: '2', page_token: encodePageToken(imsi(4)) })).toEqual({
      total_count: 4,
      next_page_token: '',
      subscribers: {},
    });
    for (const [name, value] of [
      ['page_size', '-1'],
      ['page_size', 'x'],
      ['page_token', '!'],
    ] as const) {
      const query = { [name]: value };
      expect((await api.refusal('GET', path, { query })).code).toBe('invalid');
    }
  });

  it('holds those in a state, with a profile, or both', async () => {
    expect(await ids({ state: 'INACTIVE' })).toEqual([3, 4].map(imsi));
    expect(await ids({ state: 'INACTIVE', page_size: '1', page_token: encodePageToken(imsi(3)) })).toEqual([imsi(4)]);
    expect(await ids({ profile: 'gold' })).toEqual([2, 3].map(imsi));
    expect(await ids({ profile: 'gold', state: 'ACTIVE' })).toEqual([imsi(2)]);
    expect(await ids({ profile: 'none' })).toEqual([]);
    expect((await api.refusal('GET', path, { query: { state: 'OFF' } })).faults).toMatchObject([{ path: 'query.state' }]);
  });

  it('holds those whose name begins so, in the order of names', async () => {
    expect(await ids({ name_prefix: 'Ann' })).toEqual([2, 3, 4].map(imsi));
    expect(await ids({ name_prefix: 'Anna', state: 'INACTIVE' })).toEqual([imsi(3)]);
    expect(await ids({ name_prefix: 'ann' })).toEqual([]);
    const first = (await list({ name_prefix: 'A', page_size: '2', verbose: 'false' })) as {
      next_page_token: string;
      subscribers: string[];
    };
    expect(first.subscribers).toEqual([2, 3].map(imsi));
    expect(await list({ name_prefix: 'A', page_size: '2', page_token: first.next_page_token })).toEqual({
      total_count: 4,
      next_page_token: '',
      subscribers: { [imsi(4)]: (await api.call('GET', `${path}/${imsi(4)}`)).body },
    });
  });

  it('goes from page to page of whole subscribers in the order of names too', async () => {
    await api.call('PUT', `${path}/${imsi(2)}`, { body: { ...subscriberBody(2), name: 'Az' } });
    const page = (page_token: string) => list({ name_prefix: 'A', page_size: '2', page_token }) as Promise<Page>;
    const first = await page('');
    expect(Object.keys(first.subscribers)).toEqual([3, 4].map(imsi));
    const second = await page(first.next_page_token);
    expect(Object.keys(second.subscribers)).toEqual([imsi(2)]);
  });

  it('follows every change of what it is filtered by', async () => {
    await api.call('POST', `${path}/${imsi(1)}/deactivate`);
    await api.call('PUT', `${path}/${imsi(2)}/lte/sub_profile`, { body: 'default' });
    await api.call('PUT', `${path}/${imsi(3)}`, { body: { ...subscriberBody(3), name: 'Bob' } });
    await api.call('DELETE', `${path}/${imsi(4)}`);
    expect(await ids({ state: 'INACTIVE' })).toEqual([imsi(1)]);
    expect(await ids({ profile: 'gold' })).toEqual([]);
    expect(await ids({ name_prefix: 'B' })).toEqual([imsi(3)]);
    expect(await list({ verbose: 'false' })).toMatchObject({ total_count: 3 });
  });

  it('finds by telephone number, without an envelope', async () => {
    await api.call('POST', '/lte/n1/msisdns', { body: { id: imsi(2), msisdn: '4912345' } });
    await api.call('POST', '/lte/n1/msisdns', { body: { id: imsi(99), msisdn: '499' } });
    const whole = (await api.call('GET', `${path}/${imsi(2)}`)).body;
    expect(await api.call('GET', path, { query: { msisdn: '4912345' } })).toMatchObject({ body: { [imsi(2)]: whole }, trips: 1 });
    expect(await list({ msisdn: '4912345', ip: '10.0.0.1', verbose: 'false' })).toEqual([imsi(2)]);
    for (const msisdn of ['4900', '499']) expect((await api.refusal('GET', path, { query: { msisdn } })).code).toBe('not_found');
  });

  it('does not leave a filter out that a number or an address comes with', async () => {
    for (const one of [{ msisdn: '4912345' }, { ip: '10.0.0.1' }] as Record<string, string>[]) {
      const query = { ...one, state: 'INACTIVE', profile: 'gold', name_prefix: 'A' };
      const { code, faults } = await api.refusal('GET', path, { query });
      expect([code, ...faults.map((fault) => fault.path)]).toEqual(['invalid', 'query.state', 'query.profile', 'query.name_prefix']);
    }
  });

  it('finds nobody by address while nothing has been reported', async () => {
    expect(await api.call('GET', path, { query: { ip: '192.168.128.7' } })).toMatchObject({ status: 200, body: {}, trips: 1 });
    expect(await list({ ip: '192.168.128.7', verbose: 'false' })).toEqual([]);
  });

  it('of an unknown network is not found', async () => {
    const queries: Record<string, string>[] = [{}, { verbose: 'false' }, { state: 'ACTIVE' }, { msisdn: '1' }, { ip: '1.2.3.4' }];
    for (const query of queries) {
      expect((await api.refusal('GET', '/lte/none/subscribers', { query })).code).toBe('not_found');
    }
  });
});

describe('the cost of a page', () => {
  it.each([
    ['all', {}],
    ['by state', { state: 'ACTIVE' }],
    ['by profile', { profile: 'gold' }],
    ['by name', { namePrefix: 'A' }],
  ])('%s: an index yields it in order, so nothing is walked or sorted but what is shown', (_name, filter) => {
    const { keys } = subscriberPage('n1', filter, { after: { key: '', name: '' }, limit: 10 });
    const plan = api.d1.sqlite.prepare(`EXPLAIN QUERY PLAN ${keys.sql}`).all(...keys.params);
    const steps = plan.map((row) => String(row['detail']));
    expect(steps).toHaveLength(1);
    expect(steps[0]).toMatch(/^SEARCH entities USING (COVERING )?INDEX \w+ \(network_id=\? AND /);
  });
});
