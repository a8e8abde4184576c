import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Principal } from '../../../core/identity/principal.ts';
import { type TestApi, testApi } from '../../../test/support/context.ts';
import { routes } from './index.ts';

const dns = { enable_caching: false, local_ttl: 0 };
const network = (id: string) => ({ id, name: 'One', description: 'first', type: 'lte', dns });

describe('networks', () => {
  let api: TestApi;
  beforeEach(() => {
    api = testApi(routes);
  });
  afterEach(() => api.d1.close());

  it('creates, reads back, lists, replaces and deletes, in two trips a write and one a read', async () => {
    expect(await api.call('POST', '/networks', { body: network('n1') })).toEqual({ status: 201, body: 'n1', etag: undefined, trips: 2 });
    const read = await api.call('GET', '/networks/n1');
    expect(read).toEqual({ status: 200, body: network('n1'), etag: '"1"', trips: 1 });
    expect((await api.call('GET', '/networks')).body).toEqual(['n1']);
    const changed = { ...network('n1'), name: 'Two', features: { features: { a: 'b' } }, state_config: { sync_interval: 60 } };
    expect(await api.call('PUT', '/networks/n1', { body: changed })).toMatchObject({ status: 204, body: undefined, trips: 2 });
    expect((await api.call('GET', '/networks/n1')).body).toEqual(changed);
    await api.call('PUT', '/networks/n1', { body: network('n1') });
    expect((await api.call('GET', '/networks/n1')).body).toEqual(network('n1'));
    expect(await api.call('DELETE', '/networks/n1')).toMatchObject({ status: 204, trips: 2 });
    expect((await api.call('GET', '/networks')).body).toEqual([]);
    expect((await api.call('DELETE', '/networks/n1')).status).toBe(204);
  });

  it('keeps its type and the configs of other modules when it is replaced', async () => {
    await api.call('POST', '/networks', { body: network('n1') });
    api.d1.sqlite.exec(`UPDATE networks SET configs = json_set(configs, '$.cellular_network', json('{"x":1}'))`);
    const { type: _type, ...untyped } = network('n1');
    await api.call('PUT', '/networks/n1', { body: untyped });
    expect((await api.call('GET', '/networks/n1')).body).toEqual(network('n1'));
    expect(String(api.d1.sqlite.prepare('SELECT configs FROM networks').get()?.['configs'])).toContain('"cellular_network":{"x":1}');
  });

  it('shows null for DNS settings that were never made', async () => {
    api.d1.sqlite.exec("INSERT INTO networks VALUES ('n1', '', 'n', 'd', '{}', 1, 0, 0)");
    expect((await api.call('GET', '/networks/n1')).body).toEqual({ id: 'n1', name: 'n', description: 'd', dns: null });
  });

  it('refuses duplicates, unknown networks, another id in the body, and every fault of a body at once', async () => {
    await api.call('POST', '/networks', { body: network('n1') });
    expect((await api.refusal('POST', '/networks', { body: network('n1') })).code).toBe('conflict');
    expect((await api.refusal('GET', '/networks/nope')).code).toBe('not_found');
    expect((await api.refusal('PUT', '/networks/nope', { body: network('nope') })).code).toBe('not_found');
    expect((await api.refusal('PUT', '/networks/n1', { body: network('n2') })).faults).toEqual([
      { path: 'body.id', message: 'must be "n1", as in the URL' },
    ]);
    const bad = await api.refusal('POST', '/networks', {
      body: { id: 'Bad Id', description: '', dns: { local_ttl: -1 }, state_config: { sync_interval: 2 } },
    });
    expect(bad.faults.map((fault) => fault.path)).toEqual([
      'body.id',
      'body.name',
      'body.description',
      'body.dns.enable_caching',
      'body.dns.local_ttl',
      'body.state_config.sync_interval',
    ]);
  });

  it('lists for each operator what he may read', async () => {
    for (const id of ['n1', 'n2', 'n3']) await api.call('POST', '/networks', { body: network(id) });
    const grant = { effect: 'ALLOW', action: 'READ', resourceType: 'network' } as const;
    const some: Principal = {
      kind: 'operator',
      id: 'x',
      credential: { token: 'tok_test' },
      grants: [
        { ...grant, resource: 'n1' },
        { ...grant, resource: 'n3' },
      ],
    };
    expect(await api.call('GET', '/networks', { as: some })).toMatchObject({ body: ['n1', 'n3'], trips: 1 });
    expect((await api.call('GET', '/networks', { as: { ...some, grants: [] } })).body).toEqual([]);
  });

  it('holds writers to If-Match', async () => {
    await api.call('POST', '/networks', { body: network('n1') });
    const { etag } = await api.call('GET', '/networks/n1');
    const body = { ...network('n1'), name: 'Two' };
    expect((await api.call('PUT', '/networks/n1', { body, ifMatch: String(etag) })).status).toBe(204);
    expect((await api.refusal('PUT', '/networks/n1', { body, ifMatch: String(etag) })).code).toBe('precondition_failed');
    expect((await api.refusal('PUT', '/networks/n1/name', { body: 'x', ifMatch: String(etag) })).code).toBe('precondition_failed');
    expect((await api.refusal('DELETE', '/networks/n1', { ifMatch: String(etag) })).code).toBe('precondition_failed');
    expect((await api.refusal('DELETE', '/networks/gone', { ifMatch: '"1"' })).code).toBe('precondition_failed');
    const fresh = await api.call('GET', '/networks/n1/name');
    expect((await api.call('PUT', '/networks/n1/name', { body: 'x', ifMatch: String(fresh.etag) })).status).toBe(204);
  });

  it('serves its parts', async () => {
    await api.call('POST', '/networks', { body: network('n1') });
    const parts: [string, unknown][] = [
      ['name', 'Other'],
      ['description', 'words'],
      ['type', 'feg'],
      ['features', { features: { x: '1' } }],
      ['dns', { enable_caching: true, local_ttl: 60, dhcp_server_enabled: true }],
      ['state', { sync_interval: 300 }],
    ];
    for (const [part, body] of parts) {
      expect(await api.call('PUT', `/networks/n1/${part}`, { body }), part).toMatchObject({ status: 204, trips: 2 });
      expect(await api.call('GET', `/networks/n1/${part}`), part).toMatchObject({ status: 200, body, trips: 1 });
      expect((await api.refusal('PUT', `/networks/nope/${part}`, { body })).code, part).toBe('not_found');
      expect((await api.refusal('GET', `/networks/nope/${part}`)).code, part).toBe('not_found');
    }
    expect((await api.refusal('GET', '/networks/n1/sentry')).code).toBe('not_found');
    const sentry = { url_python: 'https://key@sentry.example/1', sample_rate: 0.5, number_of_lines_in_log: 0 };
    await api.call('PUT', '/networks/n1/sentry', { body: sentry });
    expect((await api.call('GET', '/networks/n1/sentry')).body).toEqual({
      url_python: sentry.url_python,
      sample_rate: 0.5,
      exclusion_patterns: null,
    });
    expect((await api.refusal('PUT', '/networks/n1/name', { body: '' })).message).toBe('body: must not be empty');
    for (const part of ['dns', 'features']) {
      expect((await api.call('DELETE', `/networks/n1/${part}`)).status).toBe(204);
      expect((await api.call('DELETE', `/networks/n1/${part}`)).status).toBe(204);
      expect((await api.refusal('GET', `/networks/n1/${part}`)).code).toBe('not_found');
    }
  });

  it('serves DNS records together and one by one', async () => {
    await api.call('POST', '/networks', { body: network('n1') });
    const one = { domain: 'a.example', a_record: ['10.0.0.1'] };
    const shown = { ...one, aaaa_record: null, cname_record: null };
    expect((await api.call('GET', '/networks/n1/dns/records')).body).toEqual([]);
    expect(await api.call('POST', '/networks/n1/dns/records/a.example', { body: one })).toMatchObject({
      status: 201,
      body: 'a.example',
      trips: 2,
    });
    expect((await api.refusal('POST', '/networks/n1/dns/records/a.example', { body: one })).code).toBe('conflict');
    expect((await api.refusal('POST', '/networks/n1/dns/records/b', { body: one })).code).toBe('invalid');
    expect((await api.call('GET', '/networks/n1/dns/records/a.example')).body).toEqual(shown);
    const changed = { ...one, cname_record: ['c'] };
    expect((await api.call('PUT', '/networks/n1/dns/records/a.example', { body: changed })).status).toBe(204);
    expect((await api.call('GET', '/networks/n1/dns')).body).toEqual({ ...dns, records: [{ ...shown, cname_record: ['c'] }] });
    expect((await api.refusal('PUT', '/networks/n1/dns/records/zz', { body: { domain: 'zz' } })).code).toBe('not_found');
    expect((await api.call('DELETE', '/networks/n1/dns/records/a.example')).status).toBe(204);
    expect((await api.refusal('DELETE', '/networks/n1/dns/records/a.example')).code).toBe('not_found');
    await api.call('PUT', '/networks/n1/dns/records', { body: [one, { domain: 'b', aaaa_record: ['fd00::1'] }] });
    expect((await api.call('GET', '/networks/n1/dns/records')).body).toHaveLength(2);
    await api.call('DELETE', '/networks/n1/dns');
    expect((await api.refusal('PUT', '/networks/n1/dns/records', { body: [] })).code).toBe('invalid');
    expect((await api.refusal('POST', '/networks/n1/dns/records/b', { body: { domain: 'b' } })).code).toBe('not_found');
    expect((await api.refusal('POST', '/networks/n1/dns/records/b', { body: { domain: 'b', a_record: ['x'] } })).faults[0]?.path).toBe(
      'body.a_record[0]',
    );
  });

  it('loses no record when two add one at the same moment', async () => {
    await api.call('POST', '/networks', { body: network('n1') });
    const domains = ['a', 'b', 'c'];
    const added = await Promise.all(domains.map((domain) => api.call('POST', `/networks/n1/dns/records/${domain}`, { body: { domain } })));
    expect(added.map((answer) => answer.status)).toEqual([201, 201, 201]);
    expect((await api.call('GET', '/networks/n1/dns/records')).body).toHaveLength(3);
  });
});
