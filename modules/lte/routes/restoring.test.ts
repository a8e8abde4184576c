import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TestApi } from '../../../test/support/context.ts';
import { cellular, lteGatewayBody } from '../../../test/support/lte.ts';
import { imsi, subscriberApi, subscriberBody, subscription } from '../../../test/support/subscribers.ts';

let api: TestApi;
const call = async (method: string, path: string, body?: unknown) => {
  const { status } = await api.call(method, `/lte/n1${path}`, { body });
  expect(status).toBeLessThan(300);
  return api.committed.at(-1)?.version ?? 0;
};
const body = async (path: string) => (await api.call('GET', `/lte/n1${path}`)).body;
const restoreAt = (version: number) => `/networks/n1/revisions/${version}:restore`;
const only = (type: string, key: string) => ({ query: { type, key } });
/** The same is said by a dry run, which changes nothing. */
const faults = async (version: number, more = {}) => {
  const tried = await api.refusal('POST', restoreAt(version), { ...more, dryRun: true });
  const refused = await api.refusal('POST', restoreAt(version), more);
  expect(refused.code).toBe('invalid');
  expect(tried.faults).toEqual(refused.faults);
  return refused.faults;
};
const restore = async (version: number, more = {}) => {
  const tried = (await api.call('POST', restoreAt(version), { ...more, dryRun: true })).body as { type: string; key: string }[];
  expect(await api.call('POST', restoreAt(version), more)).toMatchObject({ status: 200, trips: 2 });
  return tried.map(({ type, key }) => `${type}/${key}`).sort();
};
const newest = (type: string, key: string) => {
  const row = api.d1.sqlite
    .prepare("SELECT version, after FROM revisions WHERE network_id = 'n1' AND type = ? AND key = ? ORDER BY id DESC LIMIT 1")
    .get(type, key);
  return { version: row?.['version'], children: (JSON.parse(String(row?.['after'])) as { children?: unknown } | null)?.children };
};

afterEach(() => api.d1.close());

describe('restoring pools and their gateways', () => {
  const pool = (id: string, group = 1) => ({ gateway_pool_id: id, gateway_pool_name: id, config: { mme_group_id: group } });
  const record = (id: string, code = 1) => ({ gateway_pool_id: id, mme_code: code, mme_relative_capacity: 10 });
  const pooling = (records: readonly object[], gateway = 'g1') => call('PUT', `/gateways/${gateway}/cellular/pooling`, records);
  const lists = async (gateway = 'g1') => (await body(`/gateways/${gateway}/cellular/pooling`)) as object[];
  const members = async () =>
    Object.fromEntries(Object.values((await body('/gateway_pools')) as object).map((each) => [each.gateway_pool_id, each.gateway_ids]));

  beforeEach(async () => {
    api = await subscriberApi();
    for (const id of ['p1', 'p2']) await call('POST', '/gateway_pools', pool(id));
    for (const id of ['g1', 'g2']) await call('POST', '/gateways', lteGatewayBody(id));
  });

  it('brings a gateway back into the pools that it lists', async () => {
    const version = await pooling([record('p1')]);
    await pooling([record('p2')]);
    const tried = await restore(version, only('cellular_gateway', 'g1'));
    expect(tried).toEqual(['cellular_gateway/g1', 'cellular_gateway_pool/p1', 'cellular_gateway_pool/p2']);
    expect(await lists()).toEqual([record('p1')]);
    expect(await members()).toEqual({ p1: ['g1'], p2: [] });
    expect(newest('cellular_gateway_pool', 'p2')).toEqual({ version: api.committed.at(-1)?.version, children: [] });
    await api.refusal('DELETE', '/lte/n1/gateway_pools/p1');
  });

  it('takes a gateway out of the pools that it did not list', async () => {
    const { version } = api.committed.find(({ changes }) => changes.some(({ type }) => type === 'cellular_gateway')) ?? { version: 0 };
    await pooling([record('p1')]);
    await restore(version, only('cellular_gateway', 'g1'));
    expect([await lists(), await members()]).toEqual([[], { p1: [], p2: [] }]);
    await call('DELETE', '/gateway_pools/p1');
  });

  it('brings a pool back with its gateways, which list it as they did', async () => {
    const version = await pooling([record('p1', 7)]);
    await pooling([]);
    await pooling([record('p1', 9)], 'g2');
    const tried = await restore(version, only('cellular_gateway_pool', 'p1'));
    expect(tried).toEqual(['cellular_gateway/g1', 'cellular_gateway/g2', 'cellular_gateway_pool/p1']);
    expect([await lists('g1'), await lists('g2')]).toEqual([[record('p1', 7)], []]);
    expect(await members()).toEqual({ p1: ['g1'], p2: [] });
    expect(await body('/gateways/g2/cellular')).toEqual(expect.objectContaining({ ran: cellular.ran }));
  });

  it('brings both back with the commit that joined them', async () => {
    const version = await pooling([record('p1'), record('p2')]);
    await pooling([record('p2')]);
    await restore(version);
    expect([await lists(), await members()]).toEqual([[record('p1'), record('p2')], { p1: ['g1'], p2: ['g1'] }]);
    await restore(version);
    expect([await lists(), await members()]).toEqual([[record('p1'), record('p2')], { p1: ['g1'], p2: ['g1'] }]);
  });

  it('makes a deleted pool again with its gateways', async () => {
    const version = await pooling([record('p1')]);
    await pooling([]);
    await call('DELETE', '/gateway_pools/p1');
    expect(await faults(version, only('cellular_gateway', 'g1'))).toEqual([
      { path: 'cellular_gateway/g1.config.pooling[0].gateway_pool_id', message: 'gateway pool "p1" does not exist' },
    ]);
    await restore(version, only('cellular_gateway_pool', 'p1'));
    expect([await lists(), await members()]).toEqual([[record('p1')], { p1: ['g1'], p2: [] }]);
  });

  it('refuses pools that do not go together, and members that nobody remembers', async () => {
    const version = await pooling([record('p1', 7)]);
    await pooling([record('p2', 8)]);
    expect(await faults(version, only('cellular_gateway_pool', 'p1'))).toEqual([
      { path: 'cellular_gateway/g1.config.pooling[1].mme_code', message: 'must be the same in all pools of a gateway' },
    ]);
    await pooling([]);
    api.d1.sqlite.prepare("DELETE FROM revisions WHERE type = 'cellular_gateway' AND key = 'g1' AND version <= ?").run(version);
    expect(await faults(version, only('cellular_gateway_pool', 'p1'))).toEqual([
      { path: 'cellular_gateway_pool/p1', message: expect.stringContaining('restore cellular_gateway/g1 first') },
    ]);
  });

  it('deletes no pool that has gateways', async () => {
    const version = await call('DELETE', '/gateway_pools/p1');
    await call('POST', '/gateway_pools', pool('p1'));
    await pooling([record('p1')]);
    expect(await faults(version)).toEqual([
      { path: 'cellular_gateway_pool/p1', message: 'still has gateways: g1; take them out of it first' },
    ]);
    await pooling([]);
    await restore(version);
    expect(await members()).toEqual({ p2: [] });
  });
});

describe('restoring what belongs to something', () => {
  const entities = (type: string) =>
    api.d1.sqlite
      .prepare('SELECT key FROM entities WHERE type = ? ORDER BY key')
      .all(type)
      .map(({ key }) => key);
  const resource = { id: 'r1', apn_name: 'internet' };

  beforeEach(async () => {
    api = await subscriberApi();
  });

  it('takes the APN resources of a gateway along, and none of another gateway', async () => {
    const without = await call('POST', '/gateways', lteGatewayBody('g1'));
    const withIt = await call('PUT', '/gateways/g1', { ...lteGatewayBody('g1'), apn_resources: { internet: resource } });
    await restore(without, only('cellular_gateway', 'g1'));
    expect(entities('apn_resource')).toEqual([]);
    await call('POST', '/gateways', { ...lteGatewayBody('g2'), apn_resources: { internet: resource } });
    expect(await faults(withIt, only('cellular_gateway', 'g1'))).toEqual([
      { path: 'cellular_gateway/g1', message: 'had the child apn_resource/r1, which is of cellular_gateway/g2 now' },
    ]);
  });

  it('takes the policies by access point of a subscriber along', async () => {
    const without = await call('POST', '/subscribers', [subscriberBody(1)]);
    await call('PUT', `/subscribers/${imsi(1)}`, { ...subscriberBody(1), active_apns: ['ims'], active_policies_by_apn: { ims: ['r1'] } });
    await restore(without);
    expect(entities('apn_policy_profile')).toEqual([]);
    await call('PUT', `/subscribers/${imsi(1)}`, { ...subscriberBody(1), active_apns: ['ims'], active_policies_by_apn: { ims: ['r2'] } });
  });

  it('deletes an APN again with what makes no sense without it', async () => {
    const apn = {
      apn_name: 'corp',
      apn_configuration: { ambr: { max_bandwidth_ul: 1, max_bandwidth_dl: 1 }, qos_profile: { class_id: 9 } },
    };
    await call('POST', '/apns', apn);
    const version = await call('DELETE', '/apns/corp');
    await call('POST', '/apns', apn);
    await call('POST', '/gateways', { ...lteGatewayBody('g1'), apn_resources: { corp: { id: 'r1', apn_name: 'corp' } } });
    await restore(version);
    expect(entities('apn_resource')).toEqual([]);
  });
});

describe('restoring what refers to something', () => {
  beforeEach(async () => {
    api = await subscriberApi();
  });

  it('refuses a subscriber whose profile the network has no more, unless it comes back too', async () => {
    const gold = { ...subscriberBody(1), lte: { ...subscription, sub_profile: 'gold' } };
    const version = await call('POST', '/subscribers', [gold]);
    await call('PUT', `/subscribers/${imsi(1)}`, subscriberBody(1));
    const settings = (await body('/cellular')) as { epc: object };
    await call('PUT', '/cellular', { ...settings, epc: { ...settings.epc, sub_profiles: {} } });
    expect(await faults(version)).toEqual([
      { path: `subscriber/${imsi(1)}.config.lte.sub_profile`, message: expect.stringContaining('"gold"') },
    ]);
    await call('PUT', '/cellular', settings);
    await restore(version);
    expect(await body(`/subscribers/${imsi(1)}`)).toMatchObject({ lte: { sub_profile: 'gold' } });
  });

  it('refuses names of rules that hold for all subscribers and are gone, and takes names out of the list with their rules', async () => {
    const rule = (id: string) => ({ id, priority: 1, flow_list: [] });
    await api.call('POST', '/networks/n1/policies/rules', { body: rule('all') });
    const named = await call('PUT', '/subscriber_config/rule_names', ['all']);
    await api.call('DELETE', '/networks/n1/policies/rules/all');
    const deleted = api.committed.at(-1)?.version ?? 0;
    expect(await faults(named)).toEqual([
      { path: 'network/n1.configs.network_subscriber_config.network_wide_rule_names[0]', message: 'policy rule "all" does not exist' },
    ]);
    await api.call('POST', '/networks/n1/policies/rules', { body: rule('all') });
    await restore(named);
    expect(await body('/subscriber_config/rule_names')).toEqual(['all']);
    expect(await restore(deleted, only('policy', 'all'))).toEqual(['network/n1', 'policy/all']);
    expect(await body('/subscriber_config/rule_names')).toEqual([]);
  });
});
