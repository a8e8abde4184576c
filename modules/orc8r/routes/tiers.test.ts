import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestApi, testApi } from '../../../test/support/context.ts';
import { routes } from './index.ts';

const magmad = { autoupgrade_enabled: true, autoupgrade_poll_interval: 300, checkin_interval: 60, checkin_timeout: 10 };
const tier = (id: string, gateways: string[] = []) => ({ id, version: '1.0', images: [{ name: '', order: 0 }], gateways });

describe('tiers', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = testApi(routes);
    await api.call('POST', '/networks', { body: { id: 'n1', name: 'n', description: 'd', dns: { enable_caching: false, local_ttl: 0 } } });
    await api.call('POST', '/networks/n1/tiers', { body: tier('base') });
    for (const id of ['gw1', 'gw2', 'gw3']) {
      await api.call('POST', '/networks/n1/gateways', { body: { id, name: id, description: 'd', magmad, tier: 'base' } });
    }
  });
  afterEach(() => api.d1.close());
  const path = (rest = '') => `/networks/n1/tiers${rest}`;
  const gatewaysOf = async (id: string) => (await api.call('GET', path(`/${id}/gateways`))).body;

  it('creates, reads back, lists, replaces and deletes', async () => {
    expect(await api.call('POST', path(), { body: tier('new', ['gw2', 'gw1']) })).toEqual({
      status: 201,
      body: undefined,
      etag: undefined,
      trips: 2,
    });
    expect(await api.call('GET', path('/new'))).toMatchObject({ status: 200, body: tier('new', ['gw1', 'gw2']), trips: 1 });
    expect(await gatewaysOf('base')).toEqual(['gw3']);
    expect(await api.call('GET', path())).toMatchObject({ body: ['base', 'new'], trips: 1 });
    const body = { ...tier('new', ['gw3']), name: 'Name', version: '2.0', images: [{ name: 'a', order: 1 }] };
    expect(await api.call('PUT', path('/new'), { body })).toMatchObject({ status: 204, trips: 2 });
    expect((await api.call('GET', path('/new'))).body).toEqual(body);
    expect((await api.call('GET', '/networks/n1/gateways/gw1/tier')).body).toBe('');
    expect(await gatewaysOf('base')).toEqual([]);
    expect(await api.call('DELETE', path('/new'))).toMatchObject({ status: 204, trips: 2 });
    expect(api.committed.at(-1)?.changes).toContainEqual({ type: 'magmad_gateway', key: 'gw3' });
    expect((await api.call('DELETE', path('/new'))).status).toBe(204);
    expect((await api.call('GET', '/networks/n1/gateways/gw3/tier')).body).toBe('');
  });

  it('refuses duplicates, unknown gateways (naming each), unknown tiers and other ids', async () => {
    expect((await api.refusal('POST', path(), { body: tier('base') })).code).toBe('conflict');
    const unknown = await api.refusal('POST', path(), { body: tier('x_1', ['gw1', 'nope', 'gone']) });
    expect(unknown.faults.map((fault) => fault.message)).toEqual([
      'gateway "nope" does not exist in this network',
      'gateway "gone" does not exist in this network',
    ]);
    expect((await api.refusal('POST', path(), { body: tier('x_1', ['gw1', 'gw1']) })).message).toContain('is named already');
    expect((await api.refusal('POST', '/networks/nope/tiers', { body: tier('x_1') })).code).toBe('not_found');
    expect((await api.refusal('GET', '/networks/nope/tiers')).code).toBe('not_found');
    expect((await api.refusal('PUT', path('/base'), { body: tier('other') })).code).toBe('invalid');
    expect((await api.refusal('PUT', path('/other'), { body: tier('other') })).code).toBe('not_found');
    const faults = (await api.refusal('POST', path(), { body: { id: 'B-1', images: [{}] } })).faults.map((fault) => fault.path);
    expect(faults).toEqual(['body.id', 'body.version', 'body.images[0].name', 'body.images[0].order', 'body.gateways']);
  });

  it('serves its parts', async () => {
    const parts: [string, unknown][] = [
      ['name', 'Name'],
      ['name', ''],
      ['version', '9'],
      ['images', [{ name: 'a', order: 0 }]],
      ['gateways', ['gw1', 'gw2']],
      ['gateways', []],
    ];
    for (const [part, body] of parts) {
      expect(await api.call('PUT', path(`/base/${part}`), { body }), part).toMatchObject({ status: 204, trips: 2 });
      expect(await api.call('GET', path(`/base/${part}`)), part).toMatchObject({ status: 200, body, trips: 1 });
      expect((await api.refusal('PUT', path(`/nope/${part}`), { body })).code, part).toBe('not_found');
    }
    expect((await api.call('GET', path('/base'))).body).toEqual({
      id: 'base',
      version: '9',
      images: [{ name: 'a', order: 0 }],
      gateways: [],
    });
    expect((await api.refusal('PUT', path('/base/gateways'), { body: ['nope'] })).code).toBe('invalid');
  });

  it('adds and removes images and gateways one by one', async () => {
    await api.call('POST', path(), { body: tier('new') });
    expect(await api.call('POST', path('/new/images'), { body: { name: 'b/1', order: 2 } })).toMatchObject({ status: 204, trips: 2 });
    expect((await api.refusal('POST', path('/new/images'), { body: { name: 'b/1', order: 3 } })).code).toBe('conflict');
    expect((await api.call('GET', path('/new/images'))).body).toEqual([
      { name: '', order: 0 },
      { name: 'b/1', order: 2 },
    ]);
    expect((await api.call('DELETE', path('/new/images/b%2F1'))).status).toBe(204);
    expect((await api.refusal('DELETE', path('/new/images/b%2F1'))).code).toBe('not_found');
    expect(await api.call('POST', path('/new/gateways'), { body: 'gw1' })).toMatchObject({ status: 204, trips: 2 });
    expect([await gatewaysOf('new'), await gatewaysOf('base')]).toEqual([['gw1'], ['gw2', 'gw3']]);
    expect((await api.refusal('POST', path('/new/gateways'), { body: 'nope' })).code).toBe('invalid');
    expect((await api.call('DELETE', path('/new/gateways/gw1'))).status).toBe(204);
    expect((await api.call('DELETE', path('/new/gateways/gw1'))).status).toBe(204);
    expect((await api.refusal('DELETE', path('/new/gateways/nope'))).code).toBe('not_found');
    expect((await api.refusal('DELETE', path('/nope/gateways/gw1'))).code).toBe('not_found');
    expect(await gatewaysOf('new')).toEqual([]);
  });

  it('holds writers to If-Match', async () => {
    const { etag } = await api.call('GET', path('/base'));
    await api.call('PUT', path('/base/version'), { body: '2' });
    expect((await api.refusal('PUT', path('/base'), { body: tier('base'), ifMatch: String(etag) })).code).toBe('precondition_failed');
    expect((await api.refusal('DELETE', path('/base'), { ifMatch: String(etag) })).code).toBe('precondition_failed');
    const fresh = await api.call('GET', path('/base'));
    expect((await api.call('PUT', path('/base'), { body: tier('base'), ifMatch: String(fresh.etag) })).status).toBe(204);
  });
});
