import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TestApi } from '../../../test/support/context.ts';
import { apnBody, lteNetworkBody } from '../../../test/support/lte.ts';
import { imsi, subscriberApi, subscriberBody, subscriberShown, subscription } from '../../../test/support/subscribers.ts';

const path = '/lte/n1/subscribers';
const one = `${path}/${imsi(1)}`;
let api: TestApi;
const body = async (of: string) => (await api.call('GET', of)).body;
const rows = (sql: string) => api.d1.sqlite.prepare(sql).all();

beforeEach(async () => {
  api = await subscriberApi();
});
afterEach(() => api.d1.close());

const full = {
  ...subscriberBody(1),
  lte: { ...subscription, sub_profile: 'gold' },
  active_apns: ['ims', 'internet'],
  active_base_names: ['b1', 'b2'],
  active_policies: ['r2'],
  active_policies_by_apn: { ims: ['r1', 'r2'], internet: [] },
  static_ips: { internet: '192.168.128.7' },
  forbidden_network_types: ['5GC'],
};
const { static_ips, forbidden_network_types, ...shown } = full;
const fullShown = { ...shown, config: { lte: full.lte, static_ips, forbidden_network_types } };

describe('subscribers', () => {
  it('are made together and read back as they were given', async () => {
    expect(await api.call('POST', path, { body: [full, subscriberBody(2)] })).toMatchObject({ status: 201, body: undefined, trips: 2 });
    expect(await api.call('GET', one)).toEqual({ status: 200, body: fullShown, etag: expect.any(String), trips: 1 });
    expect(await body(`${path}/${imsi(2)}`)).toEqual(subscriberShown(2));
    expect((await api.call('POST', path, { body: [] })).status).toBe(201);
    expect(api.committed.at(-1)?.changes).toContainEqual({ type: 'subscriber', key: imsi(2) });
  });

  it('are replaced whole, profiles of an access point included', async () => {
    await api.call('POST', path, { body: [full] });
    const changed = { ...full, active_policies_by_apn: { internet: ['r2'] }, active_base_names: [], active_policies: undefined };
    expect(await api.call('PUT', one, { body: changed })).toMatchObject({ status: 204, trips: 2 });
    expect(await body(one)).toEqual({
      ...Object.fromEntries(Object.entries(fullShown).filter(([name]) => name !== 'active_policies' && name !== 'active_base_names')),
      active_policies_by_apn: { internet: ['r2'] },
    });
    expect(rows("SELECT key FROM entities WHERE type = 'apn_policy_profile'")).toEqual([{ key: `${imsi(1)}___internet` }]);
    expect(await api.call('PUT', one, { body: subscriberBody(1) })).toMatchObject({ status: 204 });
    expect(await body(one)).toEqual(subscriberShown(1));
    expect(rows("SELECT key FROM entities WHERE type = 'apn_policy_profile'")).toEqual([]);
  });

  it('take their profiles and telephone numbers with them, and may be deleted again', async () => {
    await api.call('POST', path, { body: [full] });
    await api.call('POST', '/lte/n1/msisdns', { body: { id: imsi(1), msisdn: '4912345' } });
    expect(await api.call('DELETE', one)).toMatchObject({ status: 204, trips: 2 });
    expect(rows("SELECT key FROM entities WHERE type IN ('subscriber', 'apn_policy_profile', 'msisdn')")).toEqual([]);
    expect(await api.call('DELETE', one)).toMatchObject({ status: 204, trips: 1 });
    expect((await api.refusal('GET', one)).code).toBe('not_found');
  });

  it('lose an access point that is deleted, with what hangs on it', async () => {
    await api.call('POST', path, { body: [full] });
    expect(await api.call('DELETE', '/lte/n1/apns/ims')).toMatchObject({ status: 204, trips: 2 });
    expect(await body(one)).toMatchObject({ active_apns: ['internet'], active_policies_by_apn: { internet: [] } });
  });

  it('that were stored without a rate profile have the default one', async () => {
    await api.call('POST', path, { body: [subscriberBody(1)] });
    api.d1.sqlite.exec("UPDATE entities SET config = json_remove(config, '$.lte.sub_profile') WHERE type = 'subscriber'");
    expect(await body(one)).toEqual(subscriberShown(1));
  });

  it('leave a revision each, as it was and as it is', async () => {
    await api.call('POST', path, { body: [subscriberBody(1)] });
    await api.call('PUT', one, { body: { ...subscriberBody(1), name: 'new', active_apns: [] } });
    await api.call('POST', `${one}/deactivate`);
    await api.call('DELETE', one);
    const { body: found } = await api.call('GET', '/networks/n1/revisions', { query: { type: 'subscriber', key: imsi(1) } });
    const images = (found as { revisions: { before: unknown; after: unknown }[] }).revisions
      .reverse()
      .map(({ before, after }) => [before, after]);
    expect(images.map(([before, after]) => [before === null, after === null])).toEqual([
      [true, false],
      [false, false],
      [false, false],
      [false, true],
    ]);
    // Each begins where the one before ended.
    expect(images.slice(1).map(([before]) => before)).toEqual(images.slice(0, -1).map(([, after]) => after));
    expect(images[0]?.[1]).toMatchObject({ name: 'Phone 1', children: [['apn', 'internet']] });
  });

  it('made again are not taken for those that were deleted', async () => {
    await api.call('POST', path, { body: [subscriberBody(1)] });
    const { etag: ifMatch = '' } = await api.call('GET', one);
    await api.call('DELETE', one);
    await api.call('POST', path, { body: [{ ...subscriberBody(1), name: 'second' }] });
    expect((await api.refusal('PUT', one, { body: subscriberBody(1), ifMatch })).code).toBe('precondition_failed');
    expect(await body(one)).toMatchObject({ name: 'second' });
  });

  it('have it in their history when a rule that they use is deleted, or they are, profiles and all', async () => {
    const history = async (): Promise<{ before: { children: unknown } | null; after: { children: unknown } | null }[]> => {
      const { body: page } = await api.call('GET', '/networks/n1/revisions', { query: { type: 'subscriber', key: imsi(1) } });
      return (page as { revisions: { before: { children: unknown }; after: { children: unknown } }[] }).revisions.reverse();
    };
    await api.call('POST', path, { body: [full] });
    await api.call('DELETE', '/networks/n1/policies/rules/r2');
    await api.call('DELETE', one);
    const [made, lost, gone] = await history();
    expect(made?.after?.children).toContainEqual(['policy', 'r2']);
    expect(lost?.before).toEqual(made?.after);
    expect(lost?.after?.children).not.toContainEqual(['policy', 'r2']);
    expect(gone).toEqual({ ...gone, before: lost?.after, after: null });
    expect(rows("SELECT key FROM entities WHERE type = 'apn_policy_profile'")).toEqual([]);
  });

  it('may be tried out', async () => {
    const { body: changes } = await api.call('POST', path, { body: [full], dryRun: true });
    expect(changes).toContainEqual({ network_id: 'n1', type: 'subscriber', key: imsi(1), change: 'create' });
    expect((await api.refusal('GET', one)).code).toBe('not_found');
  });
});

describe('parts of a subscriber', () => {
  beforeEach(() => api.call('POST', path, { body: [full] }));

  it('switches it on and off', async () => {
    expect(await api.call('POST', `${one}/deactivate`)).toMatchObject({ status: 200, body: undefined, trips: 2 });
    expect(await body(one)).toMatchObject({ lte: { state: 'INACTIVE' }, config: { lte: { state: 'INACTIVE' }, static_ips } });
    expect(await api.call('POST', `${one}/activate`)).toMatchObject({ status: 200 });
    expect(await body(one)).toEqual(fullShown);
    expect((await api.refusal('POST', `${path}/${imsi(9)}/activate`)).code).toBe('not_found');
  });

  it('gives it another rate profile, one that there is', async () => {
    expect(await api.call('PUT', `${one}/lte/sub_profile`, { body: 'default' })).toMatchObject({ status: 204, trips: 2 });
    expect(await body(one)).toMatchObject({ lte: { sub_profile: 'default' } });
    expect((await api.refusal('PUT', `${one}/lte/sub_profile`, { body: 'silver' })).faults).toMatchObject([{ path: 'body' }]);
    expect((await api.refusal('PUT', `${one}/lte/sub_profile`, { body: '' })).code).toBe('invalid');
    expect((await api.refusal('PUT', `${path}/${imsi(9)}/lte/sub_profile`, { body: 'gold' })).code).toBe('not_found');
  });
});

describe('what is refused', () => {
  const paths = async (method: string, of: string, sent: unknown) => {
    const { code, faults } = await api.refusal(method, of, { body: sent });
    expect(code).toBe('invalid');
    return faults.map((fault) => fault.path);
  };

  it('names every place that is wrong at once', async () => {
    const lte = { state: 'ON', auth_algo: 'AES', auth_key: 'AAAA', auth_opc: 'AAAA' };
    expect(
      await paths('POST', path, [
        subscriberBody(2),
        { id: 'IMSI12', lte, static_ips: { ims: '1.2.3.4' }, forbidden_network_types: ['3G'] },
      ]),
    ).toEqual([
      'body[1].id',
      'body[1].lte.state',
      'body[1].lte.auth_algo',
      'body[1].lte.auth_key',
      'body[1].lte.auth_opc',
      'body[1].lte.sub_profile',
      'body[1].forbidden_network_types[0]',
      'body[1].static_ips.ims',
    ]);
    expect(await paths('POST', path, [{ ...subscriberBody(1), static_ips: { ims: '1.2.3.4' } }])).toEqual(['body[0].static_ips.ims']);
    expect(await paths('POST', path, subscriberBody(1))).toEqual(['body']);
    expect(await paths('PUT', one, undefined)).toEqual(['body']);
  });

  it('is what names things that do not exist, each by name', async () => {
    const lost = {
      ...subscriberBody(1),
      lte: { ...subscription, sub_profile: 'silver' },
      active_apns: ['internet', 'x'],
      active_policies: ['b1'],
      active_base_names: ['r1'],
      active_policies_by_apn: { y: ['r1', 'r9'] },
    };
    const places = [
      '.lte.sub_profile',
      '.active_apns[1]',
      '.active_policies[0]',
      '.active_base_names[0]',
      '.active_policies_by_apn.y',
      '.active_policies_by_apn.y[1]',
    ];
    expect(await paths('POST', path, [subscriberBody(2), lost])).toEqual(places.map((place) => `body[1]${place}`));
    expect((await api.refusal('GET', `${path}/${imsi(2)}`)).code).toBe('not_found');
    await api.call('POST', path, { body: [subscriberBody(1)] });
    expect(await paths('PUT', one, lost)).toEqual(places.map((place) => `body${place}`));
    expect(await body(one)).toEqual(subscriberShown(1));
  });

  it('is one that is there, or that is given twice', async () => {
    await api.call('POST', path, { body: [subscriberBody(1)] });
    const refusal = await api.refusal('POST', path, { body: [subscriberBody(2), subscriberBody(1)] });
    expect(refusal).toMatchObject({ code: 'conflict', faults: [{ path: 'body[1].id' }] });
    expect(refusal.message).toContain(imsi(1));
    expect((await api.refusal('GET', `${path}/${imsi(2)}`)).code).toBe('not_found');
    expect(await paths('POST', path, [subscriberBody(3), subscriberBody(3)])).toEqual(['body[1].id']);
  });

  it('is what is not there, or goes by another id', async () => {
    await api.call('POST', '/lte', { body: lteNetworkBody('n2') });
    expect((await api.refusal('PUT', one, { body: subscriberBody(1) })).code).toBe('not_found');
    expect((await api.refusal('POST', '/lte/none/subscribers', { body: [subscriberBody(1)] })).code).toBe('not_found');
    expect((await api.refusal('POST', '/lte/n2/subscribers', { body: [subscriberBody(1)] })).faults).toMatchObject([
      { path: 'body[0].active_apns[0]' },
    ]);
  });

  it('is a change of what somebody else has changed', async () => {
    await api.call('POST', path, { body: [full] });
    const { etag } = await api.call('GET', one);
    const ifMatch = etag ?? '';
    expect((await api.call('PUT', one, { body: full, ifMatch })).status).toBe(204);
    for (const [method, of, sent] of [
      ['PUT', one, full],
      ['PUT', `${one}/lte/sub_profile`, 'gold'],
      ['POST', `${one}/activate`, undefined],
      ['DELETE', one, undefined],
    ] as const) {
      expect((await api.refusal(method, of, { body: sent, ifMatch })).code, of).toBe('precondition_failed');
    }
  });
});

describe('an access point that many use', () => {
  it('keeps its ETag when subscribers come and go, and is read by none of them', async () => {
    const before = await api.call('GET', '/lte/n1/apns/internet');
    await api.call('POST', path, {
      body: Array.from({ length: 50 }, (_, index) => ({ ...subscriberBody(index), active_policies_by_apn: { internet: ['r1'] } })),
    });
    await api.call('DELETE', `${path}/${imsi(3)}`);
    const after = await api.call('GET', '/lte/n1/apns/internet');
    expect(after).toEqual(before);
    const ifMatch = before.etag ?? '';
    expect((await api.call('PUT', '/lte/n1/apns/internet', { body: apnBody('internet'), ifMatch })).status).toBe(204);
    expect((await api.call('DELETE', '/lte/n1/apns/internet', {})).status).toBe(204);
    expect(rows("SELECT key FROM entities WHERE type = 'apn_policy_profile'")).toEqual([]);
  });
});
