import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Principal } from '../../../core/identity/principal.ts';
import { createRegistry } from '../../../core/module/registry.ts';
import { type TestApi, testApi } from '../../../test/support/context.ts';
import { orc8r } from '../module.ts';
import { routes } from './index.ts';

let api: TestApi;
const tier = (id: string, version = '1', gateways: string[] = []) => ({ id, version, images: [], gateways });
const dns = { enable_caching: false, local_ttl: 0 };
const network = { id: 'n1', name: 'One', description: 'd', dns };
const magmad = { autoupgrade_enabled: true, autoupgrade_poll_interval: 300, checkin_interval: 60, checkin_timeout: 10 };
const gateway = (id: string) => ({
  id,
  name: id,
  description: 'd',
  magmad,
  tier: 't1',
  device: { hardware_id: `hw-${id}`, key: { key_type: 'ECHO' } },
});
type Page = { revisions: { version: number; type: string; key: string; before: unknown; after: unknown }[]; page_token: string };
const revisions = async (query: Record<string, string> = {}) => (await api.call('GET', '/networks/n1/revisions', { query })).body as Page;
const restore = (version: number | string, query: Record<string, string> = {}, more = {}) =>
  api.call('POST', `/networks/n1/revisions/${version}:restore`, { query, ...more });
const body = async (path: string) => (await api.call('GET', path)).body;

beforeEach(async () => {
  api = testApi(routes, [], createRegistry([orc8r]).restoring);
  await api.call('POST', '/networks', { body: network });
  await api.call('POST', '/networks/n1/tiers', { body: tier('t1') });
});
afterEach(() => api.d1.close());

describe('revisions', () => {
  it('tell who changed what, newest first, page by page', async () => {
    await api.call('PUT', '/networks/n1/tiers/t1', { body: tier('t1', '2') });
    expect(await api.call('GET', '/networks/n1/revisions')).toMatchObject({ status: 200, trips: 1 });
    const { revisions: all, page_token: end } = await revisions();
    expect(all.map(({ version, type, key }) => `${version} ${type}/${key}`)).toEqual([
      '3 upgrade_tier/t1',
      '2 upgrade_tier/t1',
      '1 network/n1',
    ]);
    expect(end).toBe('');
    const image = (version: string) => ({ name: '', description: '', physical_id: null, config: { version, images: [] }, children: [] });
    expect(all[0]).toEqual({
      id: 3,
      version: 3,
      type: 'upgrade_tier',
      key: 't1',
      before: image('1'),
      after: image('2'),
      actor: 'operator:admin',
      request_id: 'request-3',
      at: api.now,
    });
    expect(all[2]).toMatchObject({ before: null, after: { name: 'One' } });
    const first = await revisions({ page_size: '2' });
    const second = await revisions({ page_size: '2', page_token: first.page_token });
    expect([...first.revisions, ...second.revisions]).toEqual(all);
    expect((await revisions({ type: 'network' })).revisions).toEqual([all[2]]);
    expect((await revisions({ type: 'network', key: 'n1' })).revisions).toEqual([all[2]]);
    expect((await revisions({ type: 'network', key: 'n2' })).revisions).toEqual([]);
    expect((await revisions({ type: 'upgrade_tier', key: 't1', page_size: '1' })).revisions).toEqual([all[0]]);
    expect((await revisions({ type: 'upgrade_tier', key: 't9' })).revisions).toEqual([]);
  });

  it('refuse what cannot be asked', async () => {
    expect((await api.refusal('GET', '/networks/none/revisions')).code).toBe('not_found');
    expect((await api.refusal('GET', '/networks/n1/revisions', { query: { key: 't1' } })).message).toContain('query.type');
    for (const page_token of ['x', btoa('\n\u0003a.b')])
      expect((await api.refusal('GET', '/networks/n1/revisions', { query: { page_token } })).code).toBe('invalid');
  });

  it('walk an index, however long the history is', () => {
    const plan = api.d1.sqlite
      .prepare(
        `EXPLAIN QUERY PLAN SELECT * FROM revisions AS r WHERE r.network_id = 'n1' AND (r.version < 5 OR (r.version = 5 AND r.id < 9)) AND r.version <= 5 ORDER BY r.version DESC, r.id DESC LIMIT 9`,
      )
      .all();
    expect(JSON.stringify(plan)).toContain('revisions_by_network (network_id=? AND version<?)');
    expect(JSON.stringify(plan)).not.toContain('TEMP B-TREE');
  });
});

describe('restoring', () => {
  it('changes an entity back, with its edges', async () => {
    await api.call('POST', '/networks/n1/gateways', { body: gateway('g1') });
    await api.call('PUT', '/networks/n1/tiers/t1', { body: tier('t1', '2', ['g1']) });
    const kept = await body('/networks/n1/tiers/t1');
    const { version } = (await revisions()).revisions[0] ?? { version: 0 };
    await api.call('PUT', '/networks/n1/tiers/t1', { body: { ...tier('t1', '3'), name: 'other' } });
    const answer = await restore(version);
    expect(answer).toMatchObject({
      status: 200,
      trips: 2,
      body: { version: version + 2, restored: [{ type: 'upgrade_tier', key: 't1' }] },
    });
    expect(await body('/networks/n1/tiers/t1')).toEqual(kept);
    expect(api.committed.at(-1)?.changes).toContainEqual({ type: 'magmad_gateway', key: 'g1' });
  });

  it('makes again what was deleted, and takes away what was not there', async () => {
    await api.call('DELETE', '/networks/n1/tiers/t1');
    await restore(2);
    expect(await body('/networks/n1/tiers/t1')).toEqual(tier('t1'));
    await restore(3);
    expect(await body('/networks/n1/tiers')).toEqual([]);
    expect((await restore(3)).status).toBe(200);
  });

  it('changes the network back, configs that came since included', async () => {
    await api.call('PUT', '/networks/n1', { body: { ...network, name: 'Two', features: { features: { a: 'b' } } } });
    expect((await restore(1)).body).toEqual({ version: 4, restored: [{ type: 'network', key: 'n1' }] });
    expect(await body('/networks/n1')).toEqual({ ...network });
    await api.call('PUT', '/networks/n1/name', { body: 'Three' });
    await restore(1, { type: 'network', key: 'n1' });
    expect(await body('/networks/n1/name')).toBe('One');
  });

  it('takes one entity of many out of a commit', async () => {
    await api.call('POST', '/networks/n1/gateways', { body: gateway('g1') });
    await api.call('PUT', '/networks/n1/gateways/g1/name', { body: 'renamed' });
    await restore(3, { type: 'magmad_gateway', key: 'g1' });
    expect(await body('/networks/n1/gateways/g1/name')).toBe('g1');
  });

  it('names the children that are gone', async () => {
    await api.call('POST', '/networks/n1/gateways', { body: gateway('g1') });
    const { version } = (await revisions({ type: 'upgrade_tier' })).revisions[0] ?? { version: 0 };
    await api.call('DELETE', '/networks/n1/gateways/g1');
    const { faults } = await api.refusal('POST', `/networks/n1/revisions/${version}:restore`, {
      query: { type: 'upgrade_tier', key: 't1' },
    });
    expect(faults).toEqual([{ path: 'upgrade_tier/t1', message: expect.stringContaining('magmad_gateway/g1') }]);
  });

  it('takes gateways back into a tier and out of the one they are in, which has a revision of it', async () => {
    await api.call('POST', '/networks/n1/tiers', { body: tier('t2') });
    for (const id of ['g1', 'g2']) await api.call('POST', '/networks/n1/gateways', { body: gateway(id) });
    const { version } = api.committed.at(-1) ?? { version: 0 };
    await api.call('PUT', '/networks/n1/gateways/g1/tier', { body: 't2' });
    const tried = await restore(version, { type: 'upgrade_tier', key: 't1' }, { dryRun: true });
    expect(tried.body).toEqual(['t1', 't2'].map((key) => ({ network_id: 'n1', type: 'upgrade_tier', key, change: 'update' })));
    expect(await restore(version)).toMatchObject({ status: 200, trips: 2 });
    expect(await body('/networks/n1/tiers/t1')).toEqual(tier('t1', '1', ['g1', 'g2']));
    expect(await body('/networks/n1/tiers/t2')).toEqual(tier('t2'));
    expect(await body('/networks/n1/gateways/g1/tier')).toBe('t1');
    expect((await revisions({ type: 'upgrade_tier', key: 't2' })).revisions[0]).toMatchObject({
      version: api.committed.at(-1)?.version,
      before: { children: [['magmad_gateway', 'g1']] },
      after: { children: [] },
    });
  });

  it('deletes a gateway again as it is deleted, its tier, device and certificates included', async () => {
    await api.call('POST', '/networks/n1/tiers', { body: tier('t2') });
    await api.call('POST', '/networks/n1/gateways', { body: gateway('g1') });
    await api.call('DELETE', '/networks/n1/gateways/g1');
    const { version } = api.committed.at(-1) ?? { version: 0 };
    await api.call('POST', '/networks/n1/gateways', { body: { ...gateway('g1'), tier: 't2' } });
    expect(await restore(version)).toMatchObject({ status: 200, trips: 2 });
    expect((await api.refusal('GET', '/networks/n1/gateways/g1')).code).toBe('not_found');
    expect(await body('/networks/n1/tiers/t2')).toEqual(tier('t2'));
    expect((await revisions({ type: 'upgrade_tier', key: 't2' })).revisions[0]).toMatchObject({ after: { children: [] } });
    expect(api.d1.sqlite.prepare('SELECT COUNT(*) AS n FROM devices').get()).toEqual({ n: 0 });
  });

  it('shuts out hardware that a gateway loses', async () => {
    await api.call('POST', '/networks/n1/gateways', { body: gateway('g1') });
    const { version } = api.committed.at(-1) ?? { version: 0 };
    await api.call('PUT', '/networks/n1/gateways/g1', {
      body: { ...gateway('g1'), device: { hardware_id: 'other', key: { key_type: 'ECHO' } } },
    });
    await restore(version, { type: 'magmad_gateway', key: 'g1' });
    expect(api.d1.sqlite.prepare('SELECT physical_id AS id FROM entities WHERE key = ?').all('g1')).toEqual([{ id: 'hw-g1' }]);
    expect(api.d1.sqlite.prepare('SELECT hardware_id FROM devices').all()).toEqual([]);
  });

  it('refuses what cannot be', async () => {
    const refusal = async (version: string, more = {}) =>
      (await api.refusal('POST', `/networks/n1/revisions/${version}:restore`, more)).code;
    for (const query of [{ type: 'upgrade_tier', key: '' }, { type: 'network', key: '' }, { type: '', key: 't1' }, { key: 't1' }])
      expect(await refusal('2', { query })).toBe('invalid');
    expect(await refusal('99')).toBe('not_found');
    expect(await refusal('x')).toBe('invalid');
    expect(await refusal('2', { ifMatch: '"1"' })).toBe('precondition_failed');
    expect((await api.refusal('POST', '/networks/none/revisions/1:restore')).code).toBe('not_found');
  });
});

describe('the audit log', () => {
  type Entries = { entries: { action: string }[]; page_token: string };
  const audit = async (query: Record<string, string> = {}, as?: Principal) =>
    (await api.call('GET', '/audit', { query, ...(as ? { as } : {}) })).body as Entries;
  const actions = async (query: Record<string, string>) => (await audit(query)).entries.map(({ action }) => action);

  beforeEach(async () => {
    api.now += 1000;
    await api.call('POST', '/tenants', { body: { id: 1, name: 'T', networks: [] } });
  });

  it('is read newest first, filtered and page by page', async () => {
    expect(await api.call('GET', '/audit')).toMatchObject({ status: 200, trips: 1 });
    const all = await audit();
    expect(all.entries[0]).toEqual({
      id: 3,
      at: api.now,
      actor: 'operator:admin',
      action: 'tenant.create',
      network_id: '',
      target: '1',
      outcome: 'ok',
      request_id: 'request-3',
      detail: { name: 'T', networks: [] },
    });
    expect(await actions({})).toEqual(['tenant.create', 'tier.create', 'network.create']);
    expect(await actions({ network: 'n1' })).toEqual(['tier.create', 'network.create']);
    expect(await actions({ action: 'tier.create' })).toEqual(['tier.create']);
    expect(await actions({ target: 't1' })).toEqual(['tier.create']);
    expect(await actions({ actor: 'operator:eve' })).toEqual([]);
    expect(await actions({ from: String(api.now) })).toEqual(['tenant.create']);
    expect(await actions({ to: new Date(api.now).toISOString() })).toEqual(['tier.create', 'network.create']);
    const first = await audit({ page_size: '2' });
    expect((await audit({ page_size: '2', page_token: first.page_token })).entries).toEqual([all.entries[2]]);
    expect((await api.refusal('GET', '/audit', { query: { from: 'noon' } })).message).toContain('query.from');
  });

  it('shows the operator of a network that network only', async () => {
    const grants = [{ effect: 'ALLOW', action: 'READ', resourceType: 'network', resource: 'n1' }] as const;
    const ann: Principal = { kind: 'operator', id: 'ann', credential: { token: 'tok_test' }, grants };
    expect((await audit({ network: 'n1' }, ann)).entries).toHaveLength(2);
    expect((await api.refusal('GET', '/audit', { as: ann })).code).toBe('forbidden');
    expect((await api.refusal('GET', '/audit', { as: ann, query: { network: 'n2' } })).code).toBe('forbidden');
  });
});

describe('a dry run', () => {
  const counts = () =>
    ['networks', 'entities', 'revisions', 'audit', 'outbox'].map(
      (table) => api.d1.sqlite.prepare(`SELECT COUNT(*) AS n FROM ${table}`).get()?.['n'],
    );

  it('tells what would change, and keeps nothing', async () => {
    const before = counts();
    const tried = await api.call('POST', '/networks/n1/gateways', { body: gateway('g1'), dryRun: true });
    expect(tried).toMatchObject({ status: 200, trips: 2 });
    expect(tried.body).toEqual([
      { network_id: 'n1', type: 'magmad_gateway', key: 'g1', change: 'create' },
      { network_id: 'n1', type: 'upgrade_tier', key: 't1', change: 'update' },
      { network_id: 'n1', type: 'device', key: 'hw-g1', change: 'update' },
    ]);
    expect((await api.call('DELETE', '/networks/n1', { dryRun: true })).body).toEqual([
      { network_id: 'n1', type: 'network', key: 'n1', change: 'delete' },
    ]);
    expect((await api.call('POST', '/networks/n1/revisions/2:restore', { dryRun: true })).body).toHaveLength(1);
    expect(counts()).toEqual(before);
    expect(api.committed).toHaveLength(2);
    expect((await api.call('POST', '/networks/n1/gateways', { body: gateway('g1') })).status).toBe(201);
  });

  it('refuses what the write itself would be refused for, and commands', async () => {
    expect((await api.refusal('POST', '/networks/n1/tiers', { body: tier('t1'), dryRun: true })).code).toBe('conflict');
    await api.call('POST', '/networks', { body: { ...network, id: 'n2' } });
    await api.call('POST', '/networks/n1/gateways', { body: gateway('g1') });
    expect((await api.refusal('POST', '/networks/n1/gateways/g1/command/reboot', { dryRun: true })).code).toBe('invalid');
    expect(api.fleet.calls).toEqual([]);
    expect((await api.refusal('PUT', '/networks/n1/tiers/t1', { body: tier('t1'), ifMatch: '"9"', dryRun: true })).code).toBe(
      'precondition_failed',
    );
  });
});
