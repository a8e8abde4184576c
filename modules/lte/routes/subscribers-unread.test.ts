import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Recent } from '../../../core/db/recent-rows.ts';
import type { TestApi } from '../../../test/support/context.ts';
import { imsi, subscriberApi, subscriberBody, subscriberShown, subscription } from '../../../test/support/subscribers.ts';

const path = '/lte/n1/subscribers';
const one = `${path}/${imsi(1)}`;
let api: TestApi;

/** What is stored, but for what tells one request from another. */
function stored(): unknown {
  const all = (sql: string) => api.d1.sqlite.prepare(sql).all();
  return {
    network: all("SELECT version FROM networks WHERE id = 'n1'"),
    entities: all('SELECT network_id, type, key, name, config, version FROM entities ORDER BY type, key'),
    edges: all('SELECT * FROM associations ORDER BY from_type, from_key, to_type, to_key'),
    revisions: all('SELECT version, type, key, before, after, actor FROM revisions ORDER BY id'),
    audit: all('SELECT actor, action, network_id, target, outcome FROM audit ORDER BY id'),
    outbox: all('SELECT network_id, version, changes FROM outbox ORDER BY id'),
  };
}

/** The caller is let in, as by any call of a moment before. */
const known = () => api.call('GET', `${path}/${imsi(9)}`);

/** A plain subscriber and one with policies by access point. */
async function begin(): Promise<void> {
  api = await subscriberApi();
  await api.call('POST', path, {
    body: [subscriberBody(9), { ...subscriberBody(3), active_policies_by_apn: { internet: ['r1'], ims: [] } }],
  });
}

beforeEach(begin);
afterEach(() => api.d1.close());

const writes = async (): Promise<number[]> => {
  const changed = { ...subscriberBody(1), name: 'other', active_apns: ['ims'], active_policies: ['r1'], active_base_names: ['b2'] };
  const answers = [
    await api.call('POST', path, { body: [subscriberBody(1), subscriberBody(2)] }),
    await api.call('PUT', one, { body: changed }),
    await api.call('PUT', one, { body: subscriberBody(1) }),
    await api.call('PUT', `${path}/${imsi(3)}`, { body: subscriberBody(3) }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([201, 204, 204, 204]);
  return answers.map(({ trips }) => trips);
};

describe('writes of subscribers in quick succession', () => {
  it('take one round trip each, and leave behind what careful ones leave', async () => {
    expect(await writes()).toEqual([2, 2, 2, 2]);
    const versions = () => api.committed.map(({ version }) => version);
    const [careful, told] = [stored(), versions()];
    api.d1.close();
    await begin();
    api.recent = new Recent(() => api.now);
    await known();
    expect(await writes()).toEqual([1, 1, 1, 1]);
    expect(stored()).toEqual(careful);
    expect(versions()).toEqual(told);
  });

  it('are careful again when the moment is over', async () => {
    api.recent = new Recent(() => api.now);
    await known();
    api.now += 250;
    expect(await writes()).toEqual([2, 1, 1, 1]);
  });

  it('replace also who had policies by access point, which go', async () => {
    api.recent = new Recent(() => api.now);
    await api.call('POST', path, { body: [{ ...subscriberBody(1), active_policies_by_apn: { internet: ['r1'] } }] });
    const other = { ...subscriberBody(2), active_policies_by_apn: { internet: ['r1'] } };
    await api.call('POST', path, { body: [other] });
    expect(await api.call('PUT', one, { body: subscriberBody(1) })).toMatchObject({ status: 204, trips: 1 });
    expect((await api.call('GET', one)).body).toEqual(subscriberShown(1));
    expect(api.d1.sqlite.prepare("SELECT key FROM entities WHERE type = 'apn_policy_profile' ORDER BY key").all()).toEqual([
      { key: `${imsi(2)}___internet` },
      { key: `${imsi(3)}___ims` },
      { key: `${imsi(3)}___internet` },
    ]);
  });

  it.each([
    [
      'what it names is not there',
      'PUT',
      `${path}/${imsi(9)}`,
      { ...subscriberBody(9), active_apns: ['none'], active_policies: ['r1', 'gone'] },
    ],
    ['the profile is not there', 'PUT', `${path}/${imsi(9)}`, { ...subscriberBody(9), lte: { ...subscription, sub_profile: 'silver' } }],
    ['the subscriber is not there', 'PUT', one, subscriberBody(1)],
    ['the network is not there', 'PUT', `/lte/none/subscribers/${imsi(1)}`, subscriberBody(1)],
    ['one is there already', 'POST', path, [subscriberBody(1), subscriberBody(9)]],
    ['one of many names what is not there', 'POST', path, [subscriberBody(1), { ...subscriberBody(2), active_base_names: ['b3'] }]],
    ['no network takes them', 'POST', '/lte/none/subscribers', [subscriberBody(1)]],
  ])('are refused as careful ones are, in two round trips, and change nothing: %s', async (_, method, of, body) => {
    const careful = await api.refusal(method, of, { body });
    const before = stored();
    api.recent = new Recent(() => api.now);
    await known();
    const trips = api.d1.trips();
    const quick = await api.refusal(method, of, { body });
    expect({ ...quick, message: quick.message }).toEqual({ ...careful, message: careful.message });
    expect(api.d1.trips() - trips).toBeLessThanOrEqual(2);
    expect(stored()).toEqual(before);
  });

  it('keep nothing of a body that is refused for its form, whatever is put in for what is wrong', async () => {
    api.recent = new Recent(() => api.now);
    await known();
    const before = stored();
    const refusals = [
      await api.refusal('PUT', `${path}/${imsi(9)}`, { body: { ...subscriberBody(9), name: 7 } }),
      await api.refusal('POST', path, { body: [{ ...subscriberBody(3), name: 7 }] }),
    ];
    expect(refusals.map(({ faults }) => faults.map((fault) => fault.path))).toEqual([['body.name'], ['body[0].name']]);
    expect(stored()).toEqual(before);
  });

  it('hold to If-Match, and try out with dry_run', async () => {
    api.recent = new Recent(() => api.now);
    await known();
    const before = stored();
    const of = `${path}/${imsi(9)}`;
    expect((await api.refusal('PUT', of, { body: subscriberBody(9), ifMatch: '"other"' })).code).toBe('precondition_failed');
    const { body } = await api.call('PUT', of, { body: { ...subscriberBody(9), name: 'x' }, dryRun: true });
    expect(body).toMatchObject([{ type: 'subscriber', key: imsi(9), change: 'update' }]);
    expect(stored()).toEqual(before);
  });
});
