import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestD1, testD1 } from '../../test/support/d1.ts';
import { certificateBySerial } from '../certifier/certificates.ts';
import { Database } from '../db/database.ts';
import { createTenant, deleteTenant, tenantById, updateTenant } from '../tenants/tenants.ts';
import { mayAccess, permittedNetworks, permittedTenants } from './access.ts';
import { registerOperatorStatements } from './operators.ts';
import type { Grant, Principal } from './principal.ts';
import { tokenUsed } from './token-use.ts';

let store: TestD1;
let db: Database;
const certificate = { serial: 'A1', fingerprint: 'f1', notBefore: 1, notAfter: 9e15 };

beforeEach(async () => {
  store = testD1();
  db = new Database(store.d1);
  await db.commit([...createTenant({ id: 0, name: '', networks: ['n0'] }), ...createTenant({ id: 7, name: '', networks: ['n1', 'n2'] })]);
});
afterEach(() => store.close());

/** The operator as the first round trip of a request finds them. */
async function operatorWith(...grants: Omit<Grant, 'networks'>[]): Promise<Principal> {
  await db.commit(registerOperatorStatements({ id: 'ann', grants, certificate }, 1));
  const [found] = await db.read(certificateBySerial({ serial: 'A1' }));
  return { kind: 'operator', id: 'ann', grants: found?.grants ?? [], credential: { certificate: 'TEST' } };
}
const tenant = (effect: Grant['effect'], resource: string, action: Grant['action'] = 'WRITE') =>
  ({ effect, action, resourceType: 'tenant', resource }) as const;
const networks = ['n0', 'n1', 'n2', 'n3'];

describe('a grant on a tenant', () => {
  it('opens the networks of that tenant, as they are now, and the tenant itself', async () => {
    const ann = await operatorWith(tenant('ALLOW', '7'));
    expect(permittedNetworks(ann, networks)).toEqual(['n1', 'n2']);
    expect(permittedTenants(ann, [0, 7])).toEqual([7]);
    expect(mayAccess(ann, { action: 'write', scope: 'network', networkId: 'n1' })).toBe(true);
    for (const scope of ['networks', 'tenants', 'all'] as const) expect(mayAccess(ann, { action: 'write', scope }), scope).toBe(false);
    const [before] = await db.read(tenantById({ id: 7 }));
    if (before) await db.commit(updateTenant(before, { name: '', networks: ['n3'] }));
    expect(permittedNetworks(await operatorWith(), networks)).toEqual(['n3']);
    const [after] = await db.read(tenantById({ id: 7 }));
    if (after) await db.commit(deleteTenant(after));
    expect(permittedNetworks(await operatorWith(), networks)).toEqual([]);
  });

  it('on all of them opens every network that belongs to one', async () => {
    const ann = await operatorWith(tenant('ALLOW', '*', 'READ'));
    expect(permittedNetworks(ann, networks)).toEqual(['n0', 'n1', 'n2']);
    expect(permittedTenants(ann, [0, 7])).toEqual([0, 7]);
    expect(mayAccess(ann, { action: 'write', scope: 'network', networkId: 'n1' })).toBe(false);
  });

  it('that denies shuts them', async () => {
    const ann = await operatorWith({ effect: 'ALLOW', action: 'WRITE', resourceType: 'all', resource: '*' }, tenant('DENY', '7'));
    expect(permittedNetworks(ann, networks)).toEqual(['n0', 'n3']);
    expect(permittedTenants(ann, [0, 7])).toEqual([0]);
  });

  it('in a form that is no number opens nothing', async () => {
    expect(permittedNetworks(await operatorWith(tenant('ALLOW', 'x'), tenant('ALLOW', '07'), tenant('ALLOW', '')), networks)).toEqual([]);
  });
});

describe('the last use of a token', () => {
  it('is written at most once in five minutes', () => {
    const now = 1_800_000_000_000;
    expect(tokenUsed({ id: 't', lastUsedAt: null }, now)).toBeDefined();
    expect(tokenUsed({ id: 't', lastUsedAt: now - 300_000 }, now)).toBeDefined();
    expect(tokenUsed({ id: 't', lastUsedAt: now - 299_999 }, now)).toBeUndefined();
  });
});
