import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../../../core/db/database.ts';
import { registerOperatorStatements } from '../../../core/identity/operators.ts';
import type { Grant, Principal } from '../../../core/identity/principal.ts';
import { certificateBySerial } from '../../../core/certifier/certificates.ts';
import { type TestApi, testApi } from '../../../test/support/context.ts';
import { routes } from './index.ts';

const GRANTS = '/user/ann/grants';
const on = (effect: string, action: string, ...resourceIDs: string[]) => ({ effect, action, resourceType: 'NETWORK_ID', resourceIDs });
const line = (effect: Grant['effect'], action: Grant['action'], resourceType: Grant['resourceType'], resource: string): Grant => ({
  effect,
  action,
  resourceType,
  resource,
});
const operator = (id: string, grants: readonly Grant[], credential: Extract<Principal, { kind: 'operator' }>['credential']): Principal => ({
  kind: 'operator',
  id,
  credential,
  grants,
});

let api: TestApi;
beforeEach(async () => {
  api = testApi(routes);
  await api.call('POST', '/user', { body: { username: 'ann', password: 'correct horse' } });
});
afterEach(() => api.d1.close());

const put = (body: unknown, options = {}) => api.call('PUT', GRANTS, { body, ...options });
const shown = async (path = GRANTS) => (await api.call('GET', path)).body;
/** What a certificate of this operator stands for. */
async function standsFor(id: string): Promise<readonly Grant[] | null | undefined> {
  const db = new Database(api.d1.d1);
  const certificate = { serial: 'A1', fingerprint: 'f1', notBefore: 1, notAfter: 9e15 };
  await db.commit(registerOperatorStatements({ id, grants: [], certificate }, 1));
  const [found] = await db.read(certificateBySerial({ serial: 'A1' }));
  return found?.grants;
}

describe('grants', () => {
  it('are replaced whole, shown as policies, and are what certificates stand for', async () => {
    expect(await api.call('GET', GRANTS)).toMatchObject({ status: 200, body: [], trips: 1 });
    const uri = { effect: 'DENY', action: 'WRITE', resourceType: 'URI', path: '/magma/v1/lte/n1/**', resourceIDs: null };
    expect(await put([on('ALLOW', 'READ', 'n1', 'n2'), uri])).toMatchObject({ status: 204, body: undefined, trips: 2 });
    expect(await shown()).toEqual([on('ALLOW', 'READ', 'n1', 'n2'), uri]);
    expect(await standsFor('ann')).toEqual([
      line('ALLOW', 'READ', 'network', 'n1'),
      line('ALLOW', 'READ', 'network', 'n2'),
      line('DENY', 'WRITE', 'uri', '/magma/v1/lte/n1/**'),
    ]);
    await put([on('ALLOW', 'WRITE', 'n3')]);
    expect(await shown()).toEqual([on('ALLOW', 'WRITE', 'n3')]);
    expect(await shown('/user/ann')).toMatchObject({ grants: 1 });
    const rows = api.d1.sqlite.prepare("SELECT actor, target, detail FROM audit WHERE action = 'user.grants.update' ORDER BY id").all();
    expect(rows).toHaveLength(2);
    expect(rows[1]).toMatchObject({ actor: 'operator:admin', target: 'ann' });
    expect(JSON.parse(String(rows[1]?.['detail']))).toEqual({ policies: [on('ALLOW', 'WRITE', 'n3')] });
  });

  it('take what was left out in the safe way, and the same line twice for one', async () => {
    await put([
      { resourceType: 'NETWORK_ID', resourceIDs: ['n1', 'n1'] },
      { effect: 'ALLOW', resourceType: 'TENANT_ID', resourceIDs: ['7'] },
    ]);
    expect(await shown()).toEqual([
      { effect: 'ALLOW', action: 'READ', resourceType: 'TENANT_ID', resourceIDs: ['7'] },
      on('DENY', 'WRITE', 'n1'),
    ]);
  });

  it('of everything are the same however often they are read and written back', async () => {
    const all = { effect: 'ALLOW', action: 'WRITE', resourceType: 'URI', path: '**', resourceIDs: null };
    await put([all]);
    await put(await shown());
    expect(await shown()).toEqual([all]);
    expect(await standsFor('ann')).toEqual([line('ALLOW', 'WRITE', 'all', '*')]);
  });

  it('stay as they are in a dry run', async () => {
    expect(await put([on('ALLOW', 'READ', 'n1')], { dryRun: true })).toMatchObject({
      body: [{ network_id: '', type: 'grants', key: 'ann', change: 'update' }],
    });
    expect(await shown()).toEqual([]);
  });

  it('are replaced under If-Match only when nobody else was faster', async () => {
    const ifMatch = (await api.call('GET', GRANTS)).etag ?? '';
    await put([on('ALLOW', 'READ', 'n1')], { ifMatch });
    expect((await api.refusal('PUT', GRANTS, { body: [], ifMatch })).code).toBe('precondition_failed');
    expect(await shown()).toEqual([on('ALLOW', 'READ', 'n1')]);
  });

  it('are refused for what they are not, and for nobody', async () => {
    const { faults } = await api.refusal('PUT', GRANTS, { body: [{ resourceType: 'TENANT_ID', resourceIDs: ['x'] }, { effect: 'ALLOW' }] });
    expect(faults.map(({ path }) => path)).toEqual(['body[0].resourceIDs[0]', 'body[1].path']);
    const ids = (from: number) => Array.from({ length: 501 }, (_, index) => `n${from + index}`);
    const many = await api.refusal('PUT', GRANTS, { body: [on('ALLOW', 'READ', ...ids(0)), on('ALLOW', 'READ', ...ids(501))] });
    expect(many.faults).toEqual([{ path: 'body', message: 'must name at most 1000 networks, tenants and URIs in all, not 1002' }]);
    for (const method of ['GET', 'PUT']) expect((await api.refusal(method, '/user/none/grants', { body: [] })).code).toBe('not_found');
  });
});

describe('who looks after users and little else', () => {
  const keeper = operator(
    'keeper',
    [line('ALLOW', 'WRITE', 'uri', '/magma/v1/user/**'), line('ALLOW', 'READ', 'network', 'n1'), line('DENY', 'WRITE', 'network', 'n2')],
    { token: 'tok_test' },
  );
  const refused = async (body: unknown, path = GRANTS) => (await api.refusal('PUT', path, { body, as: keeper })).reason;

  it('gives the grants that it has, and no others', async () => {
    expect((await put([on('ALLOW', 'READ', 'n1')], { as: keeper })).status).toBe(204);
    for (const body of [
      [on('ALLOW', 'WRITE', 'n1')],
      [on('ALLOW', 'READ', 'n1', 'n3')],
      [on('ALLOW', 'READ', 'n2')],
      [{ effect: 'ALLOW', action: 'READ', path: '**' }],
      [{ effect: 'ALLOW', action: 'WRITE', resourceType: 'TENANT_ID', resourceIDs: ['*'] }],
    ])
      expect(await refused(body), JSON.stringify(body)).toBe('not_permitted');
    expect(await shown()).toEqual([on('ALLOW', 'READ', 'n1')]);
  });

  it('takes none from who may do more', async () => {
    await put([on('ALLOW', 'WRITE', 'n1')]);
    expect(await refused([])).toBe('not_permitted');
    await put([]);
    await api.call('POST', '/user/ann/tokens', { body: [on('ALLOW', 'WRITE', 'n1')] });
    expect(await refused([on('ALLOW', 'READ', 'n1')])).toBe('not_permitted');
  });

  it('does not give with what tokens are denied: certificates would not be', async () => {
    const everything = operator('most', [line('ALLOW', 'WRITE', 'all', '*'), line('DENY', 'WRITE', 'network', 'n2')], {
      certificate: 'C1',
    });
    await api.call('POST', '/user/ann/tokens', { body: [{ effect: 'ALLOW', action: 'WRITE', path: '**' }, on('DENY', 'WRITE', 'n2')] });
    const all = { effect: 'ALLOW', action: 'WRITE', path: '**' };
    expect((await api.refusal('PUT', GRANTS, { body: [all], as: everything })).reason).toBe('not_permitted');
    expect((await put([all, on('DENY', 'WRITE', 'n2')], { as: everything })).status).toBe(204);
    // The network that is denied may be one of the tenant's, or become one.
    const tenant = { effect: 'ALLOW', action: 'READ', resourceType: 'TENANT_ID', resourceIDs: ['7'] };
    expect((await api.refusal('PUT', GRANTS, { body: [tenant], as: everything })).reason).toBe('not_permitted');
    expect((await put([tenant, on('DENY', 'WRITE', 'n2')], { as: everything })).status).toBe(204);
  });

  it('does not take off what binds tokens, not even its own', async () => {
    await put([on('DENY', 'WRITE', 'n2')]);
    const { body } = await api.call('POST', '/user/ann/tokens', { body: [{ effect: 'ALLOW', action: 'WRITE', path: '**' }] });
    const { id } = body as { id: string };
    const ann = operator('ann', [line('DENY', 'WRITE', 'network', 'n2'), line('ALLOW', 'WRITE', 'uri', '**')], { token: id });
    const refusal = await api.refusal('PUT', GRANTS, { body: [], as: ann });
    expect(refusal.message).toBe('access denied: operator ann may not let tokens have rights that it does not hold itself');
    expect((await put([on('DENY', 'WRITE', 'n2', 'n3')], { as: ann })).status).toBe(204);
  });
});

describe('an operator with every right', () => {
  const all = { effect: 'ALLOW', action: 'WRITE', path: '**' };
  const everything = [line('ALLOW', 'WRITE', 'all', '*')];
  const lockedOut = 'operator ann would take from itself the right to change this: have another operator do it';
  const bodies = [[], [on('ALLOW', 'WRITE', '*')], [all, { effect: 'DENY', path: '/magma/v1/user/**' }]];

  it('does not lock itself out by certificate', async () => {
    await put([all]);
    const ann = operator('ann', everything, { certificate: 'C1' });
    for (const body of bodies)
      expect(await api.refusal('PUT', GRANTS, { body, as: ann })).toMatchObject({ code: 'conflict', message: lockedOut });
    expect((await put([all, on('DENY', 'WRITE', 'n2')], { as: ann })).status).toBe(204);
    for (const body of bodies) expect((await put(body)).status).toBe(204);
  });

  it('nor by a token or a login, whose own policies go on', async () => {
    const { body } = await api.call('POST', '/user/ann/tokens', { body: [all] });
    const token = operator('ann', everything, { token: (body as { id: string }).id });
    const login = operator('ann', everything, { token: 'tok_login' });
    for (const as of [token, login]) {
      expect((await put([], { as })).status).toBe(204);
      expect((await api.refusal('PUT', GRANTS, { body: [{ effect: 'DENY', path: '**' }], as })).code).toBe('conflict');
    }
  });
});
