import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayAccess, type Need } from './access.ts';
import { demandHolds, holds } from './delegation.ts';
import type { Grant, Principal } from './principal.ts';

/** `ALLOW READ network n1` as a grant; tenant 7 has networks n1 and n2. */
function grant(text: string): Grant {
  const [effect, action, resourceType, resource = '*'] = text.split(' ') as [
    Grant['effect'],
    Grant['action'],
    Grant['resourceType'],
    string?,
  ];
  return { effect, action, resourceType, resource, ...(resourceType === 'tenant' ? { networks: NETWORKS_OF[resource] ?? [] } : {}) };
}
const NETWORKS_OF: Record<string, string[]> = { 7: ['n1', 'n2'], 8: ['n3'], '*': ['n1', 'n2', 'n3'] };
const operator = (...grants: string[]): Principal => ({
  kind: 'operator',
  id: 'ann',
  grants: grants.map(grant),
  credential: { token: 'tok_test' },
});

describe('rights on a tenant whose networks are not known here', () => {
  it('may be on a network that the giver is denied', () => {
    const given: Grant[] = [{ effect: 'ALLOW', action: 'WRITE', resourceType: 'tenant', resource: '9' }];
    expect(holds(operator('ALLOW WRITE all', 'DENY WRITE network n1'), given)).toBe(false);
    expect(holds(operator('ALLOW WRITE all', 'DENY WRITE uri /nothing'), given)).toBe(true);
    expect(holds(operator('ALLOW WRITE all'), given)).toBe(true);
  });
});

describe('rights that are given', () => {
  it.each<[string[], string[], boolean]>([
    [['ALLOW WRITE all'], ['ALLOW WRITE all'], true],
    [['ALLOW WRITE all'], ['ALLOW WRITE uri **', 'DENY WRITE network n1'], true],
    [['ALLOW WRITE uri **'], ['ALLOW WRITE network n1'], true],
    [['ALLOW READ all'], ['ALLOW READ network n1'], true],
    [['ALLOW READ all'], ['ALLOW WRITE network n1'], false],
    [['ALLOW WRITE network n1'], ['ALLOW READ network n1'], true],
    [['ALLOW WRITE network n1'], ['ALLOW READ network n2'], false],
    [['ALLOW WRITE network *'], ['ALLOW WRITE network n2'], true],
    [['ALLOW WRITE network n1'], ['ALLOW READ network *'], false],
    [['ALLOW WRITE network *'], ['ALLOW WRITE all'], false],
    [['ALLOW WRITE network *'], ['ALLOW WRITE tenant 7'], false],
    [['ALLOW WRITE tenant 7'], ['ALLOW WRITE tenant 7'], true],
    [['ALLOW WRITE tenant 7'], ['ALLOW WRITE network n2'], true],
    [['ALLOW WRITE tenant 7'], ['ALLOW WRITE network n3'], false],
    [['ALLOW WRITE tenant 7'], ['ALLOW WRITE tenant 8'], false],
    [['ALLOW WRITE tenant *'], ['ALLOW WRITE tenant 8'], true],
    // Who may write /user and nothing else can give that, and no more.
    [['ALLOW WRITE uri /magma/v1/user/**'], ['ALLOW WRITE uri /magma/v1/user/ann/tokens'], true],
    [['ALLOW WRITE uri /magma/v1/user/**'], ['ALLOW WRITE uri /magma/v1/user'], true],
    [['ALLOW WRITE uri /magma/v1/user/**'], ['ALLOW READ uri /magma/v1/users'], false],
    [['ALLOW WRITE uri /magma/v1/user/**'], ['ALLOW READ uri /magma/v1/**'], false],
    [['ALLOW WRITE uri /magma/v1/*/n1/**'], ['ALLOW READ uri /magma/v1/lte/n1/**'], false],
    [['ALLOW WRITE uri /magma/v1/user/**'], ['ALLOW READ network n1'], false],
    [[], [], true],
    [[], ['DENY WRITE all'], true],
    [[], ['ALLOW READ network n1'], false],
    // What the giver is denied has to stay denied.
    [['ALLOW WRITE all', 'DENY WRITE network n1'], ['ALLOW WRITE all'], false],
    [['ALLOW WRITE all', 'DENY WRITE network n1'], ['ALLOW WRITE all', 'DENY WRITE network n1'], true],
    [['ALLOW WRITE all', 'DENY WRITE network n1'], ['ALLOW WRITE all', 'DENY READ network n1'], false],
    [['ALLOW WRITE all', 'DENY WRITE network n1'], ['ALLOW WRITE network n2'], true],
    [['ALLOW WRITE all', 'DENY WRITE network n1'], ['ALLOW WRITE network n1'], false],
    [['ALLOW WRITE all', 'DENY WRITE network n1'], ['ALLOW READ uri /magma/v1/lte/**'], false],
    [['ALLOW WRITE all', 'DENY WRITE network n1'], ['ALLOW READ uri /nothing'], true],
    [['ALLOW WRITE all', 'DENY WRITE tenant 7'], ['ALLOW READ network n1'], false],
    [['ALLOW WRITE all', 'DENY WRITE tenant 7'], ['ALLOW READ network n3'], true],
    [['ALLOW WRITE all', 'DENY WRITE uri /magma/v1/user/**'], ['ALLOW READ uri /magma/v1/channels'], true],
    [['ALLOW WRITE all', 'DENY WRITE uri /magma/v1/user/**'], ['ALLOW READ uri /magma/v1/user/ann'], false],
  ])('who has %j may give %j: %s', (own, given, expected) => {
    expect(holds(operator(...own), given.map(grant))).toBe(expected);
  });

  it('are refused with the name of who would give them', () => {
    expect(() => demandHolds(operator('ALLOW READ all'), [grant('ALLOW WRITE all')], 'give')).toThrow(
      expect.objectContaining({
        code: 'forbidden',
        reason: 'not_permitted',
        message: expect.stringContaining('operator ann may not give rights'),
      }),
    );
    expect(() => demandHolds({ kind: 'nobody' }, [], 'give')).toThrow(expect.objectContaining({ code: 'forbidden' }));
  });

  it('never let anybody do what the giver may not', () => {
    const resource = fc.oneof(
      fc.constant('all *'),
      fc.constantFrom('*', 'n1', 'n2', 'n3').map((id) => `network ${id}`),
      fc.constantFrom('*', '7', '8').map((id) => `tenant ${id}`),
      fc
        .constantFrom(
          '**',
          '/magma/v1/**',
          '/magma/v1/user/**',
          '/magma/v1/*/n1/**',
          '/magma/v1/networks/n1',
          '/magma/v1/user',
          '/magma/v1/n*',
        )
        .map((glob) => `uri ${glob}`),
    );
    const anyGrant = fc
      .tuple(fc.constantFrom('ALLOW', 'ALLOW', 'DENY'), fc.constantFrom('READ', 'WRITE'), resource)
      .map((parts) => grant(parts.join(' ')));
    const needs: Need[] = (['read', 'write'] as const).flatMap((action): Need[] => [
      ...['n1', 'n2', 'n3'].map((networkId): Need => ({ action, scope: 'network', networkId, uri: `/magma/v1/networks/${networkId}` })),
      ...['n1', 'n3'].map((networkId): Need => ({ action, scope: 'network', networkId, uri: `/magma/v1/lte/${networkId}/apns` })),
      ...['7', '8'].map((tenantId): Need => ({ action, scope: 'tenant', tenantId, uri: `/magma/v1/tenants/${tenantId}` })),
      { action, scope: 'all', uri: '/magma/v1/user' },
      { action, scope: 'all', uri: '/magma/v1/user/ann' },
      // Reading that list is open to every operator: nobody has to be given it.
      ...(action === 'write' ? [{ action, scope: 'networks', uri: '/magma/v1/networks' } as const] : []),
    ]);
    let given = 0;
    fc.assert(
      fc.property(fc.array(anyGrant, { maxLength: 4 }), fc.array(anyGrant, { maxLength: 3 }), (own, theirs) => {
        const giver: Principal = { kind: 'operator', id: 'ann', grants: own, credential: { token: 'tok_test' } };
        if (!holds(giver, theirs)) return;
        given += 1;
        const taker: Principal = { ...giver, grants: theirs };
        for (const need of needs) if (mayAccess(taker, need)) expect({ need, may: mayAccess(giver, need) }).toEqual({ need, may: true });
      }),
      { numRuns: 3000 },
    );
    expect(given).toBeGreaterThan(100);
  });
});
