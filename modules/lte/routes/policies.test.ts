import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commit } from '../../../core/configurator/commit.ts';
import { Database } from '../../../core/db/database.ts';
import { encodePageToken } from '../../../core/paging.ts';
import type { TestApi } from '../../../test/support/context.ts';
import { lteApi } from '../../../test/support/lte.ts';

let api: TestApi;
const body = async (path: string, query = {}) => (await api.call('GET', path, { query })).body;
const refused = async (method: string, path: string, sent?: unknown) => api.refusal(method, path, sent === undefined ? {} : { body: sent });
const faults = async (method: string, path: string, sent: unknown) => (await refused(method, path, sent)).faults.map((fault) => fault.path);
const subscribers = ['IMSI001010000000001', 'IMSI001010000000002'];

beforeEach(async () => {
  api = await lteApi();
  const mutations = subscribers.map((key) => ({ do: 'create_entity', id: { type: 'subscriber', key }, config: {} }) as const);
  await commit(
    new Database(api.d1.d1),
    { networkId: 'n1', action: 'test', target: 'subscribers', mutations },
    { actor: 'test', requestId: 't', at: 1 },
  );
});
afterEach(() => api.d1.close());

const match = { ip_proto: 'IPPROTO_TCP', direction: 'UPLINK', tcp_dst: 443, ip_dst: { version: 'IPv4', address: '10.0.0.0/8' } };
const rule = (id: string, more: Record<string, unknown> = {}) => ({
  id,
  flow_list: [{ action: 'PERMIT', match }],
  priority: 0,
  header_enrichment_targets: null,
  ...more,
});
const profile = (id: string) => ({ id, class_id: 0, max_req_bw_ul: 0, max_req_bw_dl: 5 });

describe('policy rules', () => {
  const path = '/networks/n1/policies/rules';

  it('are made, read back, listed, replaced and deleted', async () => {
    await api.call('POST', '/lte/n1/policy_qos_profiles', { body: profile('q1') });
    const full = rule('r1', {
      rating_group: 7,
      monitoring_key: 'a2V5',
      tracking_type: 'ONLY_OCS',
      app_name: 'NETFLIX',
      app_service_type: 'VIDEO',
      redirect: { support: 'ENABLED', address_type: 'URL', server_address: 'http://portal' },
      assigned_subscribers: subscribers,
      qos_profile: 'q1',
      header_enrichment_targets: ['http://a'],
    });
    expect(await api.call('POST', path, { body: full })).toMatchObject({ status: 201, body: undefined, trips: 2 });
    expect(await api.call('GET', `${path}/r1`)).toMatchObject({ status: 200, body: full, trips: 1 });
    await api.call('POST', path, { body: rule('r0') });
    expect(await api.call('GET', path)).toMatchObject({ body: ['r0', 'r1'], trips: 1 });
    expect(await api.call('GET', path, { query: { view: 'FULL' } })).toMatchObject({ body: { r0: rule('r0'), r1: full }, trips: 1 });
    expect(await body(path, { view: 'full' })).toEqual({ r0: rule('r0'), r1: full });
    expect(await body(path, { page_size: '1', page_token: encodePageToken('r0') })).toEqual(['r1']);

    const less = rule('r1', { assigned_subscribers: [subscribers[1]], flow_list: [] });
    expect(await api.call('PUT', `${path}/r1`, { body: less })).toMatchObject({ status: 204, trips: 2 });
    expect(await body(`${path}/r1`)).toEqual(less);
    expect(await api.call('DELETE', `${path}/r1`)).toMatchObject({ status: 204, trips: 2 });
    expect((await api.call('DELETE', `${path}/r1`)).status).toBe(204);
    expect(await body(path)).toEqual(['r0']);
  });

  it('store the older address fields as the newer ones', async () => {
    const old = { ip_proto: 'IPPROTO_IP', direction: 'DOWNLINK', ipv4_src: '1.2.3.4', ipv4_dst: '' };
    const target = { ip_proto: 'IPPROTO_IP', direction: 'UPLINK', ipv4_dst: '10.0.0.0/8' };
    await api.call('POST', path, { body: rule('r1', { flow_list: [old, target].map((match) => ({ action: 'DENY', match })) }) });
    const read = { ip_proto: 'IPPROTO_IP', direction: 'DOWNLINK', ip_src: { version: 'IPv4', address: '1.2.3.4' } };
    const { ipv4_dst: address, ...rest } = target;
    const readTarget = { ...rest, ip_dst: { version: 'IPv4', address } };
    expect(await body(`${path}/r1`)).toEqual(rule('r1', { flow_list: [read, readTarget].map((match) => ({ action: 'DENY', match })) }));
    const mixed = { ...match, ipv4_dst: '1.2.3.4' };
    expect(await faults('POST', path, rule('r2', { flow_list: [{ action: 'DENY', match: mixed }] }))).toEqual([
      'body.flow_list[0].match.ipv4_dst',
    ]);
  });

  it('read a monitoring key that is no base64 as base64', async () => {
    await api.call('POST', path, { body: rule('r1', { monitoring_key: 'key!' }) });
    expect(await body(`${path}/r1`)).toEqual(rule('r1', { monitoring_key: btoa('key!') }));
  });

  it('tell the subscribers that lose a rule', async () => {
    await api.call('POST', path, { body: rule('r1', { assigned_subscribers: subscribers }) });
    await api.call('PUT', `${path}/r1`, { body: rule('r1') });
    expect(api.committed.at(-1)?.changes).toEqual(expect.arrayContaining(subscribers.map((key) => ({ type: 'subscriber', key }))));
  });

  it('refuse what cannot be, naming each place', async () => {
    await api.call('POST', path, { body: rule('r1') });
    expect((await refused('POST', path, rule('r1'))).code).toBe('conflict');
    expect((await refused('PUT', `${path}/none`, rule('none'))).code).toBe('not_found');
    expect((await refused('GET', `${path}/none`)).code).toBe('not_found');
    expect((await refused('GET', '/networks/none/policies/rules')).code).toBe('not_found');
    expect((await refused('POST', '/networks/none/policies/rules', rule('r1'))).code).toBe('not_found');
    expect(await faults('PUT', `${path}/r1`, rule('r2'))).toEqual(['body.id']);
    const unknown = rule('r2', { qos_profile: 'q9', assigned_subscribers: ['IMSI001010000000009', subscribers[0]] });
    expect(await faults('POST', path, unknown)).toEqual(['body.assigned_subscribers[0]', 'body.qos_profile']);
    expect(await faults('PUT', `${path}/r1`, { ...unknown, id: 'r1' })).toEqual(['body.assigned_subscribers[0]', 'body.qos_profile']);
    const wrong = {
      id: '',
      flow_list: [{ action: 'MAYBE', match: { ip_proto: 'IPPROTO_IP', ip_src: { version: 'IPv6', address: '1.2.3.4' } } }],
      tracking_type: 'X',
      assigned_subscribers: ['IMSI1'],
    };
    expect(await faults('POST', path, wrong)).toEqual([
      'body.id',
      'body.flow_list[0].action',
      'body.flow_list[0].match.ip_src.address',
      'body.flow_list[0].match.direction',
      'body.priority',
      'body.tracking_type',
      'body.assigned_subscribers[0]',
    ]);
    expect((await refused('POST', path, 'text')).code).toBe('invalid');
  });

  it('hold writers to If-Match', async () => {
    await api.call('POST', path, { body: rule('r1') });
    const ifMatch = (await api.call('GET', `${path}/r1`)).etag ?? '';
    expect((await api.call('PUT', `${path}/r1`, { body: rule('r1', { priority: 3 }), ifMatch })).status).toBe(204);
    expect((await api.refusal('PUT', `${path}/r1`, { body: rule('r1'), ifMatch })).code).toBe('precondition_failed');
    expect((await api.refusal('DELETE', `${path}/r1`, { ifMatch })).code).toBe('precondition_failed');
  });
});

describe('base names', () => {
  const path = '/networks/n1/policies/base_names';

  it('are made, read back, listed, replaced and deleted', async () => {
    for (const id of ['r1', 'r2']) await api.call('POST', '/networks/n1/policies/rules', { body: rule(id) });
    const group = { name: 'b1', rule_names: ['r1', 'r2'], assigned_subscribers: subscribers };
    expect(await api.call('POST', path, { body: group })).toMatchObject({ status: 201, body: 'b1', trips: 2 });
    expect(await api.call('GET', `${path}/b1`)).toMatchObject({ body: group, trips: 1 });
    expect(await body(path)).toEqual(['b1']);
    expect(await body(path, { view: 'full' })).toEqual({ b1: group });
    expect(await api.call('PUT', `${path}/b1`, { body: { name: 'b1', rule_names: [] } })).toMatchObject({ status: 204, trips: 2 });
    expect(await body(`${path}/b1`)).toEqual({ name: 'b1', rule_names: [] });
    expect(await api.call('DELETE', `${path}/b1`)).toMatchObject({ status: 204, trips: 2 });
    expect((await api.call('DELETE', `${path}/b1`)).status).toBe(204);
    expect((await refused('GET', `${path}/b1`)).code).toBe('not_found');
  });

  it('refuse what cannot be, naming each place', async () => {
    await api.call('POST', path, { body: { name: 'b1', rule_names: [] } });
    expect((await refused('POST', path, { name: 'b1', rule_names: [] })).code).toBe('conflict');
    expect(await faults('POST', path, { name: 'b2', rule_names: ['r8', 'r9'] })).toEqual(['body.rule_names[0]', 'body.rule_names[1]']);
    expect(await faults('PUT', `${path}/b1`, { name: 'b2', rule_names: [] })).toEqual(['body.name']);
    expect((await refused('PUT', `${path}/b9`, { name: 'b9', rule_names: [] })).code).toBe('not_found');
    expect(await faults('POST', path, { name: '' })).toEqual(['body.name']);
    // Only a new one may leave its rules out: left out of a PUT they would be taken away.
    expect(await faults('PUT', `${path}/b1`, { name: 'b1' })).toEqual(['body.rule_names']);
    const ifMatch = '"0"';
    expect((await api.refusal('PUT', `${path}/b1`, { body: { name: 'b1', rule_names: [] }, ifMatch })).code).toBe('precondition_failed');
  });
});

describe('QoS profiles', () => {
  const path = '/lte/n1/policy_qos_profiles';

  it('are made, read back, listed, replaced and deleted', async () => {
    const rich = {
      ...profile('q1'),
      gbr: { uplink: 1, downlink: 0 },
      arp: { priority_level: 0, preemption_capability: false, preemption_vulnerability: true },
    };
    expect(await api.call('POST', path, { body: rich })).toMatchObject({ status: 201, body: undefined, trips: 2 });
    expect(await api.call('GET', `${path}/q1`)).toMatchObject({ body: rich, trips: 1 });
    expect(await api.call('GET', path)).toMatchObject({ body: { q1: rich }, trips: 1 });
    expect(await api.call('PUT', `${path}/q1`, { body: profile('q1') })).toMatchObject({ status: 204, trips: 2 });
    expect(await body(`${path}/q1`)).toEqual(profile('q1'));
    expect(await api.call('DELETE', `${path}/q1`)).toMatchObject({ status: 204, trips: 2 });
    expect((await api.call('DELETE', `${path}/q1`)).status).toBe(204);
    expect(await body(path)).toEqual({});
  });

  it('refuse what cannot be', async () => {
    await api.call('POST', path, { body: profile('q1') });
    expect((await refused('POST', path, profile('q1'))).code).toBe('conflict');
    expect((await refused('PUT', `${path}/q9`, profile('q9'))).code).toBe('not_found');
    expect(await faults('PUT', `${path}/q1`, profile('q2'))).toEqual(['body.id']);
    expect((await refused('GET', `${path}/q9`)).code).toBe('not_found');
    expect(await faults('POST', path, { id: 'q2', class_id: 10, max_req_bw_ul: -1, arp: { priority_level: 16 } })).toEqual([
      'body.max_req_bw_ul',
      'body.max_req_bw_dl',
      'body.class_id',
      'body.arp.priority_level',
    ]);
    const ifMatch = '"0"';
    expect((await api.refusal('DELETE', `${path}/q1`, { ifMatch })).code).toBe('precondition_failed');
  });
});

describe('rating groups', () => {
  const path = '/networks/n1/rating_groups';
  const group = (id: number, limit_type = 'FINITE') => ({ id, limit_type });

  it('are made, read back, listed, replaced and deleted', async () => {
    expect(await api.call('POST', path, { body: group(7) })).toMatchObject({ status: 201, body: 7, trips: 2 });
    await api.call('POST', path, { body: group(10) });
    expect(await api.call('GET', `${path}/7`)).toMatchObject({ body: group(7), trips: 1 });
    expect(await body(path)).toEqual({ 10: group(10), 7: group(7) });
    expect(await api.call('PUT', `${path}/7`, { body: { limit_type: 'INFINITE_METERED' } })).toMatchObject({ status: 204, trips: 2 });
    expect(await body(`${path}/7`)).toEqual(group(7, 'INFINITE_METERED'));
    expect(await api.call('DELETE', `${path}/7`)).toMatchObject({ status: 204, trips: 2 });
    expect((await api.call('DELETE', `${path}/7`)).status).toBe(204);
    expect((await refused('GET', `${path}/7`)).code).toBe('not_found');
  });

  it('refuse what cannot be', async () => {
    await api.call('POST', path, { body: group(7) });
    expect((await refused('POST', path, group(7))).code).toBe('conflict');
    expect((await refused('PUT', `${path}/8`, { limit_type: 'FINITE' })).code).toBe('not_found');
    expect((await refused('GET', `${path}/0`)).code).toBe('not_found');
    for (const key of ['x', '07', '-1', '4294967296']) expect((await refused('GET', `${path}/${key}`)).code, key).toBe('invalid');
    expect(await faults('POST', path, { id: 0, limit_type: 'NONE' })).toEqual(['body.id', 'body.limit_type']);
    const ifMatch = '"0"';
    expect((await api.refusal('PUT', `${path}/7`, { body: { limit_type: 'FINITE' }, ifMatch })).code).toBe('precondition_failed');
  });
});
