import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Principal } from '../../../core/identity/principal.ts';
import { type TestApi, testApi } from '../../../test/support/context.ts';
import { routes } from './index.ts';

describe('tenants', () => {
  let api: TestApi;
  beforeEach(() => {
    api = testApi(routes);
  });
  afterEach(() => api.d1.close());

  const acme = { id: 1, name: 'Acme', networks: ['n2', 'n1'] };
  const refused = (method: string, path: string, body?: unknown) => api.refusal(method, path, { body });

  it('are made, read back, listed, replaced and deleted', async () => {
    expect(await api.call('POST', '/tenants', { body: acme })).toMatchObject({ status: 201, body: undefined, trips: 2 });
    expect(await api.call('POST', '/tenants', { body: { id: 0, networks: [] } })).toMatchObject({ status: 201 });
    expect(await api.call('GET', '/tenants/1')).toMatchObject({ status: 200, body: acme, trips: 1 });
    expect(await api.call('GET', '/tenants')).toMatchObject({ body: [{ id: 0, networks: [] }, acme], trips: 1 });
    expect(await api.call('PUT', '/tenants/1', { body: { name: 'A', networks: ['n1'] } })).toMatchObject({ status: 204, trips: 2 });
    expect((await api.call('GET', '/tenants/1')).body).toEqual({ id: 1, name: 'A', networks: ['n1'] });
    expect(await api.call('DELETE', '/tenants/1')).toMatchObject({ status: 204, trips: 2 });
    expect((await refused('GET', '/tenants/1')).code).toBe('not_found');
    const audit = api.d1.sqlite.prepare('SELECT action, target FROM audit ORDER BY id').all();
    expect(audit.map((row) => `${row['action']} ${row['target']}`)).toEqual([
      'tenant.create 1',
      'tenant.create 0',
      'tenant.update 1',
      'tenant.delete 1',
    ]);
  });

  it('have a control_proxy once it was set', async () => {
    await api.call('POST', '/tenants', { body: acme });
    const path = '/tenants/1/control_proxy';
    expect((await refused('GET', path)).code).toBe('not_found');
    expect(await api.call('PUT', path, { body: { control_proxy: 'a: b\n' } })).toMatchObject({ status: 204, trips: 2 });
    expect(await api.call('GET', path)).toMatchObject({ body: { control_proxy: 'a: b\n' }, trips: 1 });
    expect((await refused('PUT', path, {})).message).toBe('body.control_proxy: is required');
    expect((await refused('PUT', '/tenants/9/control_proxy', { control_proxy: '' })).code).toBe('not_found');
    expect((await refused('GET', '/tenants/9/control_proxy')).code).toBe('not_found');
    expect((await api.call('GET', '/tenants/1')).body).toEqual(acme);
  });

  it('refuse what cannot be', async () => {
    await api.call('POST', '/tenants', { body: acme });
    expect((await refused('POST', '/tenants', acme)).code).toBe('conflict');
    expect((await refused('PUT', '/tenants/2', { ...acme, id: 2 })).code).toBe('not_found');
    expect((await refused('PUT', '/tenants/1', { ...acme, id: 2 })).message).toContain('body.id');
    expect((await refused('DELETE', '/tenants/2')).code).toBe('not_found');
    for (const id of ['x', '-1', '1.5', '99999999999999999']) expect((await refused('GET', `/tenants/${id}`)).code, id).toBe('invalid');
    expect((await refused('POST', '/tenants', { id: -1, name: 7 })).faults.map((fault) => fault.path)).toEqual([
      'body.id',
      'body.name',
      'body.networks',
    ]);
  });

  it('hold writers to If-Match', async () => {
    await api.call('POST', '/tenants', { body: acme });
    const ifMatch = (await api.call('GET', '/tenants/1')).etag ?? '';
    expect((await api.call('PUT', '/tenants/1', { body: acme, ifMatch })).status).toBe(204);
    expect((await api.refusal('PUT', '/tenants/1', { body: acme, ifMatch })).code).toBe('precondition_failed');
    expect((await api.refusal('DELETE', '/tenants/1', { ifMatch })).code).toBe('precondition_failed');
  });

  it('are listed as far as the caller may read them', async () => {
    await api.call('POST', '/tenants', { body: acme });
    await api.call('POST', '/tenants', { body: { id: 2, networks: [] } });
    const owner: Principal = {
      kind: 'operator',
      id: 'owner',
      credential: { token: 'tok_test' },
      grants: [{ effect: 'ALLOW', action: 'READ', resourceType: 'tenant', resource: '2', networks: [] }],
    };
    expect((await api.call('GET', '/tenants', { as: owner })).body).toEqual([{ id: 2, networks: [] }]);
  });

  it('change nothing in a dry run, which still finds what is wrong', async () => {
    expect((await api.call('POST', '/tenants', { body: acme, dryRun: true })).body).toEqual([
      { network_id: '', type: 'tenant', key: '1', change: 'create' },
    ]);
    expect((await api.call('GET', '/tenants')).body).toEqual([]);
    expect(api.d1.sqlite.prepare('SELECT COUNT(*) AS n FROM audit').get()?.['n']).toBe(0);
    await api.call('POST', '/tenants', { body: acme });
    expect((await api.refusal('POST', '/tenants', { body: acme, dryRun: true })).code).toBe('conflict');
  });

  it('keep their networks from who may write tenants but has no right on those networks', async () => {
    const grants = [
      { effect: 'ALLOW', action: 'WRITE', resourceType: 'all', resource: '*' },
      { effect: 'DENY', action: 'WRITE', resourceType: 'network', resource: 'n2' },
    ] as const;
    const ann: Principal = { kind: 'operator', id: 'ann', credential: { token: 'tok_test' }, grants };
    const refused = async (method: string, path: string, body?: unknown) => (await api.refusal(method, path, { body, as: ann })).reason;
    await api.call('POST', '/tenants', { body: { id: 7, name: 'a', networks: ['n1', 'n2'] } });
    expect(await refused('POST', '/tenants', { id: 8, name: 'b', networks: ['n2'] })).toBe('not_permitted');
    expect(await refused('PUT', '/tenants/7', { id: 7, name: 'a', networks: ['n1'] })).toBe('not_permitted');
    expect(await refused('DELETE', '/tenants/7')).toBe('not_permitted');
    expect((await api.call('PUT', '/tenants/7', { body: { id: 7, name: 'c', networks: ['n2', 'n3'] }, as: ann })).status).toBe(204);
  });
});
