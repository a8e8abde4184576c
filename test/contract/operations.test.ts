import { describe, expect, it } from 'vitest';
import { createRegistry } from '../../core/module/registry.ts';
import type { Permission } from '../../core/identity/principal.ts';
import { modules } from '../../modules/index.ts';
import { isServed, type Operations, operationsOf, routeOf } from './operations.ts';
import listed from './operations.json' with { type: 'json' };
import { served } from './served.ts';

const { routes } = createRegistry(modules);
const operations = operationsOf(listed as Operations);

interface Exception extends Permission {
  readonly why: string;
}
const KNOWN = { action: 'read', scope: 'operator' } as const;
const ADMIN = { action: 'write', scope: 'all' } as const;

/** Operations that need something else than their method and path say. */
const EXCEPTIONS: Readonly<Record<string, Exception>> = {
  login: { action: 'write', scope: 'anyone', why: 'who logs in has no credentials yet' },
  getVersion: { ...KNOWN, why: 'says nothing of any network' },
  listServices: { ...KNOWN, why: 'says nothing of any network' },
  listAudit: { ...KNOWN, why: 'its handler shows networks only to who may read them (access-matrix.test.ts)' },
  createTenant: { ...ADMIN, why: 'who says which networks a tenant has could take any' },
  putTenant: { ...ADMIN, why: 'who says which networks a tenant has could take any' },
  deleteTenant: { ...ADMIN, why: 'takes the rights of others away' },
};

/** What a route needs by its method and path alone: GET reads, everything else (commands too) writes, in what the path names. */
function byPath(method: string, path: string): Permission {
  const action = method === 'get' ? 'read' : 'write';
  if (path.includes('{network_id}')) return { action, scope: 'network' };
  if (path.includes('{tenant_id}')) return { action, scope: 'tenant' };
  if (/^\/(networks|lte|feg|feg_lte|cwf)$/.test(path)) return { action, scope: 'networks' };
  if (path === '/tenants') return { action, scope: 'tenants' };
  return { action, scope: 'all' };
}

describe('the operations of the contract', () => {
  it('are 371, each once', () => {
    expect(operations).toHaveLength(371);
    expect(new Set(operations.map(({ name }) => name)).size).toBe(371);
  });

  it('that were served once still are', () => {
    const known = new Set(operations.map(({ name }) => name));
    expect(served.filter((name) => !known.has(name))).toEqual([]);
    expect(served.filter((name) => !isServed(name, routes))).toEqual([]);
    expect(served.length).toBeGreaterThan(300);
    const now = operations.filter(({ name }) => isServed(name, routes));
    const parts = Object.entries(listed).map(
      ([module, names]) => `${module} ${now.filter((one) => one.module === module).length}/${names.length}`,
    );
    console.log(`${now.length} of ${operations.length} operations served (${parts.join(', ')})`);
    const unlisted = now.length - served.length;
    if (unlisted > 0) console.log(`${unlisted} of them are new: node scripts/contract.ts takes them into the list`);
  });

  it.each(operations.filter(({ name }) => isServed(name, routes)).map(({ name }) => name))(
    '%s needs what its method and path say',
    (name) => {
      const found = routeOf(name, routes);
      if (!found) throw new Error('is not served');
      const { why: _, ...expected } = { why: '', ...(EXCEPTIONS[found.operationId] ?? byPath(found.method, found.path)) };
      expect(found.permission).toEqual(expected);
    },
  );
});

describe('our own operations', () => {
  const theirs = new Set(operations.map(({ name }) => routeOf(name, routes)));

  it('need what their method and path say', () => {
    const wrong = routes
      .filter((route) => !theirs.has(route))
      .filter(({ operationId, method, path, permission }) => {
        const { action, scope } = EXCEPTIONS[operationId] ?? byPath(method, path);
        return permission.action !== action || permission.scope !== scope;
      });
    expect(wrong.map(({ operationId }) => operationId)).toEqual([]);
  });

  it('and the exceptions are all of operations that exist and need one', () => {
    const stale = Object.entries(EXCEPTIONS).filter(([operationId, { action, scope }]) => {
      const found = routes.find((route) => route.operationId === operationId);
      const plain = found && byPath(found.method, found.path);
      return !plain || (plain.action === action && plain.scope === scope);
    });
    expect(stale).toEqual([]);
  });
});
