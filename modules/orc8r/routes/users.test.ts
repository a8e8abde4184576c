import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Database } from '../../../core/db/database.ts';
import { demand } from '../../../core/identity/access.ts';
import { authenticateOperator } from '../../../core/identity/authenticate.ts';
import { registerOperatorStatements } from '../../../core/identity/operators.ts';
import type { Principal } from '../../../core/identity/principal.ts';
import { type TestApi, testApi } from '../../../test/support/context.ts';
import { routes } from './index.ts';

let api: TestApi;
const ann = { username: 'ann', password: 'correct horse' };
const bob = { username: 'bob', password: 'battery staple' };
const read = { effect: 'ALLOW', action: 'READ', resourceType: 'NETWORK_ID', resourceIDs: ['n1'] };
type Token = { token: string; id: string; policies: unknown };

const post = (path: string, body: unknown, query = {}) => api.call('POST', path, { body, query });
const tokenOf = async (user: string, policies: unknown, query = {}) => (await post(`/user/${user}/tokens`, policies, query)).body as Token;
const refusal = async (method: string, path: string, body?: unknown) => (await api.refusal(method, path, { body })).code;
/** Who a token makes of its bearer, as the door finds out. */
async function holder(token: string): Promise<Principal> {
  const found = await authenticateOperator({ tls: undefined, authorization: `Bearer ${token}` }, { now: api.now });
  await new Database(api.d1.d1, found.gate).authorise();
  return found.principal();
}
const may = (principal: Principal, action: 'read' | 'write', networkId: string) => {
  try {
    demand(principal, { action, scope: 'network' }, { networkId, uri: `/magma/v1/networks/${networkId}` });
    return true;
  } catch {
    return false;
  }
};

beforeEach(() => {
  api = testApi(routes);
});
afterEach(() => api.d1.close());

describe('users', () => {
  it('are made, read, listed, given a new password and deleted, and never show a secret', async () => {
    expect(await post('/user', ann)).toMatchObject({ status: 200, body: undefined, trips: 2 });
    const record = { username: 'ann', tokens: [], has_password: true, created_at: api.now };
    expect(await api.call('GET', '/user/ann')).toMatchObject({ status: 200, body: record, trips: 1 });
    expect(await api.call('GET', '/user')).toMatchObject({ body: [record], trips: 1 });
    expect((await api.call('GET', '/user', { query: { view: 'ids' } })).body).toEqual(['ann']);
    expect((await api.call('GET', '/user/ann', { query: { view: 'ids' } })).body).toBe('ann');
    await tokenOf('ann', [read]);
    expect(await api.call('PUT', '/user/ann', { body: 'new one' })).toMatchObject({ status: 200, body: undefined, trips: 2 });
    expect((await api.call('GET', '/user/ann/tokens')).body).toBeNull();
    expect((await api.call('PUT', '/user/ann', { body: { password: 'newer one' } })).status).toBe(200);
    expect(await refusal('POST', '/user/login', ann)).toBe('unauthenticated');
    expect((await post('/user/login', { username: 'ann', password: 'newer one' })).status).toBe(200);
    expect(await api.call('DELETE', '/user/ann')).toMatchObject({ status: 200, body: undefined, trips: 2 });
    expect(await refusal('GET', '/user/ann')).toBe('not_found');
    const audit = JSON.stringify(api.d1.sqlite.prepare('SELECT * FROM audit').all());
    expect(audit).not.toMatch(/horse|new one|newer one|pbkdf2/);
  });

  it('refuse what cannot be', async () => {
    await post('/user', ann);
    expect(await refusal('POST', '/user', ann)).toBe('conflict');
    for (const method of ['GET', 'PUT', 'DELETE']) expect(await refusal(method, '/user/none', 'x')).toBe('not_found');
    expect(await refusal('GET', '/user/none/tokens')).toBe('not_found');
    const { faults } = await api.refusal('POST', '/user', { body: { username: 'a:b', password: '' } });
    expect(faults.map((fault) => fault.path)).toEqual(['body.username', 'body.password']);
    for (const name of ['.', '..']) {
      const dotted = await api.refusal('POST', '/user', { body: { username: name, password: 'x' } });
      expect(dotted.faults).toEqual([{ path: 'body.username', message: 'may not be "." or ".."' }]);
    }
    expect((await post('/user', { username: '...', password: 'x' })).status).toBe(200);
    const spoilt = await api.refusal('PUT', '/user/ann', { body: { password: 5 } });
    expect(spoilt.faults).toEqual([{ path: 'body.password', message: 'expected string, received number' }]);
    const ifMatch = (await api.call('GET', '/user/ann')).etag ?? '';
    await api.call('PUT', '/user/ann', { body: 'x', ifMatch });
    expect((await api.refusal('PUT', '/user/ann', { body: 'y', ifMatch })).code).toBe('precondition_failed');
  });

  it('lose their certificates with their name', async () => {
    const certificate = { serial: 'A1', fingerprint: 'f1', notBefore: 1, notAfter: 9e15 };
    await new Database(api.d1.d1).commit(registerOperatorStatements({ id: 'ann', grants: [], certificate }, 1));
    await api.call('DELETE', '/user/ann');
    expect(api.d1.sqlite.prepare('SELECT revoked_at FROM certificates').get()?.['revoked_at']).toBe(api.now);
  });
});

describe('tokens', () => {
  beforeEach(() => post('/user', ann).then(() => undefined));

  it('stand whole in the answer that makes them, and are then known by their id', async () => {
    expect((await api.call('GET', '/user/ann/tokens')).body).toBeNull();
    const made = await post('/user/ann/tokens', [read, { effect: 'DENY', path: '/magma/v1/user/**' }], { expires_in: '3600' });
    const { token, id } = made.body as Token;
    expect(made).toMatchObject({ status: 200, trips: 2, body: { token: expect.stringMatching(/^op_/), prefix: token.slice(0, 9) } });
    const listed = {
      token: id,
      policies: [read, { effect: 'DENY', path: '/magma/v1/user/**', resourceIDs: null }],
      id,
      prefix: token.slice(0, 9),
      created_at: api.now,
      expires_at: api.now + 3_600_000,
    };
    expect(await api.call('GET', '/user/ann/tokens')).toMatchObject({ trips: 1, body: [listed] });
    expect(JSON.stringify(api.d1.sqlite.prepare('SELECT * FROM tokens').all())).not.toContain(token);
    expect(JSON.stringify(api.d1.sqlite.prepare('SELECT * FROM audit').all())).not.toContain(token);
    expect(await api.call('DELETE', `/user/ann/tokens/${id}`)).toMatchObject({ status: 200, trips: 2 });
    expect(await refusal('DELETE', `/user/ann/tokens/${id}`)).toBe('not_found');
    await expect(holder(token)).rejects.toMatchObject({ reason: 'token_revoked' });
    const second = await tokenOf('ann', []);
    expect((await api.call('DELETE', `/user/ann/tokens/${second.token}`)).status).toBe(200);
  });

  it('may what their own policies say and nothing else', async () => {
    await post('/tenants', { id: 7, networks: ['n3', 'n4'] });
    const tenant = { effect: 'ALLOW', action: 'WRITE', resourceType: 'TENANT_ID', resourceIDs: ['7'] };
    const deny = { effect: 'DENY', action: 'WRITE', resourceType: 'NETWORK_ID', resourceIDs: ['n4'] };
    const reader = await holder((await tokenOf('ann', [read])).token);
    const owner = await holder((await tokenOf('ann', [tenant, deny])).token);
    const idle = await holder((await tokenOf('ann', [])).token);
    expect([may(reader, 'read', 'n1'), may(reader, 'write', 'n1'), may(reader, 'read', 'n3')]).toEqual([true, false, false]);
    expect([may(owner, 'write', 'n3'), may(owner, 'read', 'n4'), may(owner, 'read', 'n1')]).toEqual([true, false, false]);
    expect(may(idle, 'read', 'n1')).toBe(false);
    const own = { networkId: undefined, tenantId: '7' };
    expect(() => demand(owner, { action: 'read', scope: 'tenant' }, own)).not.toThrow();
    expect(() => demand(owner, { action: 'read', scope: 'tenant' }, { tenantId: '8' })).toThrow('may not read tenant 8');
    expect(() => demand(reader, { action: 'read', scope: 'tenant' }, own)).toThrow();
  });

  it('end', async () => {
    const { token } = await tokenOf('ann', [read], { expires_in: '60' });
    api.now += 60_000;
    await expect(holder(token)).rejects.toMatchObject({ reason: 'token_expired' });
  });

  it('refuse policies that cannot be', async () => {
    const wrong = [
      { resourceType: 'NETWORK_ID' },
      { effect: 'MAYBE' },
      { resourceType: 'TENANT_ID', resourceIDs: ['x'] },
      { effect: 'ALLOW' },
    ];
    const { faults } = await api.refusal('POST', '/user/ann/tokens', { body: wrong });
    expect(faults.map((fault) => fault.path)).toEqual([
      'body[0].resourceIDs',
      'body[1].effect',
      'body[2].resourceIDs[0]',
      'body[3].path',
      'body[1].path',
    ]);
    expect((await api.refusal('POST', '/user/ann/tokens', { body: [], query: { expires_in: '1' } })).code).toBe('invalid');
  });
});

describe('a path that no request can have', () => {
  it.each([
    ['/networks/city/**', '/magma/v1/networks/city/**'],
    ['networks/**', '/magma/v1/networks/**'],
    ['/magma/networks', '/magma/v1/networks'],
    ['/v1/networks', '/magma/v1/networks'],
    ['*', '**'],
    ['/', '**'],
  ])('%s is refused, whether it is to be allowed or denied', async (path, fix) => {
    await post('/user', ann);
    for (const effect of ['ALLOW', 'DENY']) {
      const refused = await api.refusal('POST', '/user/ann/tokens', { body: [read, { effect, action: 'READ', path }] });
      expect(refused.faults).toEqual([
        { path: 'body[1].path', message: `matches nothing, since every path begins with /magma/v1/: write "${fix}"` },
      ]);
    }
  });

  it.each(['**', '/**', '**/generic', '/magma/**', '/magma/v1/user', '/magma/v1/networks/*'])('is not %s', async (path) => {
    await post('/user', ann);
    expect(await tokenOf('ann', [{ effect: 'DENY', path }])).toMatchObject({ policies: [{ path }] });
  });
});

describe('login', () => {
  beforeEach(async () => {
    await post('/user', ann);
    await post('/user', bob);
  });

  it('gives a token that may what the tokens of the user may, as long as they live', async () => {
    expect(await post('/user/login', ann)).toMatchObject({ status: 200, body: null, trips: 2 });
    const { id } = await tokenOf('ann', [read]);
    const answer = await post('/user/login', ann);
    expect(answer).toMatchObject({ status: 200, trips: 2, body: [{ policies: [read], expires_at: api.now + 12 * 3_600_000 }] });
    const [{ token }] = answer.body as [Token];
    expect(may(await holder(token), 'read', 'n1')).toBe(true);
    expect((await api.call('GET', '/user/ann/tokens')).body).toHaveLength(1);
    await api.call('DELETE', `/user/ann/tokens/${id}`);
    expect(may(await holder(token), 'read', 'n1')).toBe(false);
    api.now += 12 * 3_600_000;
    await expect(holder(token)).rejects.toMatchObject({ reason: 'token_expired' });
  });

  it('gives the rights of an operator with grants', async () => {
    const grant = { effect: 'ALLOW', action: 'WRITE', resourceType: 'network', resource: 'n9' } as const;
    await new Database(api.d1.d1).commit(registerOperatorStatements({ id: 'ann', grants: [grant] }, 1));
    const [{ token, policies }] = (await post('/user/login', ann)).body as [Token];
    expect(policies).toEqual([{ effect: 'ALLOW', action: 'WRITE', resourceType: 'NETWORK_ID', resourceIDs: ['n9'] }]);
    expect(may(await holder(token), 'write', 'n9')).toBe(true);
  });

  it('tells a wrong name from a wrong password by nothing', async () => {
    const wrong = await api.refusal('POST', '/user/login', { body: { ...ann, password: 'x' } });
    const unknown = await api.refusal('POST', '/user/login', { body: { ...ann, username: 'nobody' } });
    expect(wrong).toMatchObject({ code: 'unauthenticated', reason: 'wrong_password', message: 'wrong name or password' });
    expect({ ...unknown, message: unknown.message, stack: '' }).toEqual({ ...wrong, message: wrong.message, stack: '' });
    const rows = api.d1.sqlite.prepare("SELECT target, outcome FROM audit WHERE action = 'user.login'").all();
    expect(rows.map((row) => `${row['target']} ${row['outcome']}`)).toEqual(['ann refused', 'nobody refused']);
  });

  it('is refused after too many attempts, for that name, for a while', async () => {
    const wrong = { ...ann, password: 'x' };
    for (let attempt = 0; attempt < 10; attempt += 1) expect(await refusal('POST', '/user/login', wrong)).toBe('unauthenticated');
    const refused = await api.refusal('POST', '/user/login', { body: ann });
    expect(refused).toMatchObject({ code: 'too_many', reason: 'too_many_logins', retryAfter: 300 });
    expect((await post('/user/login', bob)).status).toBe(200);
    api.now += 5 * 60_000;
    expect((await post('/user/login', ann)).status).toBe(200);
    expect(api.d1.sqlite.prepare('SELECT COUNT(*) AS n FROM logins').get()?.['n']).toBe(0);
  }, 20_000);
});

describe('login while somebody tries one name after the other', () => {
  const wrong = { ...ann, password: 'x' };
  const stranger = { username: 'nobody', password: 'x' };
  /** Hashes made for passwords, in six calls each. */
  const hashes = () => vi.mocked(crypto.subtle.deriveBits).mock.calls.length / 6;
  /** The code of the refusal, which is late, and how late. */
  const late = async (body: unknown): Promise<string> => {
    let code: string | undefined;
    void refusal('POST', '/user/login', body).then((known) => (code = known));
    await vi.advanceTimersByTimeAsync(1999);
    expect(code).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    return String(code);
  };

  beforeEach(async () => {
    await post('/user', ann);
    await post('/user', bob);
    const fill = api.d1.sqlite.prepare('INSERT INTO logins (name, attempts, since) VALUES (?, 10, ?)');
    for (let name = 0; name < 30; name += 1) fill.run(`stranger ${name}`, api.now);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    // No password fits, and none takes time of the real clock.
    vi.spyOn(crypto.subtle, 'deriveBits').mockImplementation(async () => new ArrayBuffer(32));
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it('takes the right password', async () => {
    vi.restoreAllMocks();
    expect((await post('/user/login', ann)).status).toBe(200);
  });

  it('refuses the rest with 429, whether there is such a name or not, and after the same time', async () => {
    expect([await late(wrong), await late(stranger)]).toEqual(['too_many', 'too_many']);
    expect(hashes()).toBe(1);
    vi.restoreAllMocks();
    expect((await post('/user/login', ann)).status).toBe(200);
  });

  it('hashes nothing for names that are made up, and ten times for one that there is', async () => {
    for (let attempt = 0; attempt < 20; attempt += 1) await late({ ...stranger, username: `made-up-${attempt}` });
    expect(hashes()).toBe(0);
    for (let attempt = 0; attempt < 12; attempt += 1) await late(wrong);
    expect(hashes()).toBe(10);
    expect(await late(ann)).toBe('too_many');
    expect(api.d1.sqlite.prepare('SELECT COUNT(*) AS n FROM logins').get()?.['n']).toBe(31);
  });

  it('is as ever once five minutes have passed', async () => {
    api.now += 5 * 60_000;
    expect(await refusal('POST', '/user/login', wrong)).toBe('unauthenticated');
  });
});

describe('an operator who may look after users and little else', () => {
  const uri = (resource: string) => ({ effect: 'ALLOW', action: 'WRITE', resourceType: 'uri', resource }) as const;
  const keeper: Principal = {
    kind: 'operator',
    id: 'keeper',
    credential: { token: 'tok_test' },
    grants: [uri('/magma/v1/user'), uri('/magma/v1/user/**'), { effect: 'ALLOW', action: 'READ', resourceType: 'network', resource: 'n1' }],
  };
  const write = { ...read, action: 'WRITE' };
  const by = (method: string, path: string, body?: unknown) => api.call(method, path, { body, as: keeper });
  const refused = async (method: string, path: string, body?: unknown) => (await api.refusal(method, path, { body, as: keeper })).reason;

  it('gives the rights that it has, and no others', async () => {
    await by('POST', '/user', ann);
    expect((await by('POST', '/user/ann/tokens', [read])).status).toBe(200);
    for (const policies of [
      [write],
      [{ ...read, resourceIDs: ['n1', 'n2'] }],
      [{ effect: 'ALLOW', action: 'READ', path: '**' }],
      [read, write],
    ])
      expect(await refused('POST', '/user/ann/tokens', policies), JSON.stringify(policies)).toBe('not_permitted');
    expect(JSON.stringify((await api.call('GET', '/user/ann/tokens')).body)).not.toMatch(/WRITE|n2|\*\*/);
    // For somebody who is yet to be made they can be tried out.
    expect(await refused('POST', '/user/later/tokens', [write])).toBe('not_permitted');
    expect((await api.refusal('POST', '/user/later/tokens', { body: [read], as: keeper })).code).toBe('not_found');
  });

  it('cannot act for, or do away with, who may do more', async () => {
    await post('/user', bob);
    const { id } = await tokenOf('bob', [write]);
    expect(await refused('PUT', '/user/bob', 'a new one')).toBe('not_permitted');
    expect(await refused('DELETE', `/user/bob/tokens/${id}`)).toBe('not_permitted');
    expect(await refused('DELETE', '/user/bob')).toBe('not_permitted');
    await new Database(api.d1.d1).commit(
      registerOperatorStatements({ id: 'admin', grants: [{ effect: 'ALLOW', action: 'WRITE', resourceType: 'all', resource: '*' }] }, 1),
    );
    expect(await refused('PUT', '/user/admin', 'a new one')).toBe('not_permitted');
    expect((await post('/user/login', bob)).status).toBe(200);
    await api.call('DELETE', `/user/bob/tokens/${id}`);
    expect((await by('PUT', '/user/bob', 'a new one')).status).toBe(200);
  });
});
