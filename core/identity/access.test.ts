import { describe, expect, it } from 'vitest';
import { demand, mayAccess, permittedNetworks } from './access.ts';
import type { Grant, Permission, Principal } from './principal.ts';
import { matchesGlob } from './uri-glob.ts';

/** `ALLOW READ network n1` as a grant. */
function grant(text: string): Grant {
  const [effect, action, resourceType, resource = '*'] = text.split(' ');
  return { effect, action, resourceType, resource } as Grant;
}
const operator = (...grants: string[]): Principal => ({
  kind: 'operator',
  id: 'ann',
  grants: grants.map(grant),
  credential: { token: 'tok_test' },
});
const gateway: Principal = {
  kind: 'gateway',
  hardwareId: 'hw1',
  networkId: 'n1',
  gatewayId: 'g1',
  certificate: { serial: 'A', expiresAt: 1 },
};
const n1 = '/magma/v1/networks/n1';

/** What is asked for: `read network n1`, at a URI. */
function need(text: string, uri = n1) {
  const [action, scope, networkId] = text.split(' ');
  return { action, scope, networkId, uri } as Permission & { networkId: string | undefined; uri: string };
}

describe('mayAccess', () => {
  it.each<[string[], string, boolean]>([
    // One network.
    [['ALLOW READ network n1'], 'read network n1', true],
    [['ALLOW READ network n1'], 'write network n1', false],
    [['ALLOW WRITE network n1'], 'read network n1', true],
    [['ALLOW WRITE network n1'], 'write network n1', true],
    [['ALLOW WRITE network n1'], 'read network n2', false],
    [['ALLOW WRITE network n1'], 'read network', false],
    [['ALLOW WRITE network n'], 'read network n1', false],
    [['ALLOW READ network *'], 'read network n2', true],
    [['ALLOW WRITE all'], 'write network n1', true],
    [['ALLOW READ all'], 'write network n1', false],
    [[], 'read network n1', false],
    // The collection of networks.
    [[], 'read networks', true],
    [['ALLOW WRITE network n1'], 'write networks', false],
    [['ALLOW READ network *'], 'write networks', false],
    [['ALLOW WRITE network *'], 'write networks', true],
    [['ALLOW WRITE all'], 'write networks', true],
    // Everything.
    [['ALLOW WRITE network *'], 'read all', false],
    [['ALLOW READ all'], 'read all', true],
    [['ALLOW READ all'], 'write all', false],
    [['ALLOW WRITE all'], 'write all', true],
    // Any operator.
    [[], 'read operator', true],
    [[], 'write operator', true],
    // Tenants are not known yet: such a grant opens nothing.
    [['ALLOW WRITE tenant 1'], 'read network n1', false],
    [['ALLOW WRITE tenant *'], 'read all', false],
    // DENY wins, wherever it stands.
    [['ALLOW WRITE all', 'DENY WRITE network n1'], 'write network n1', false],
    [['DENY WRITE network n1', 'ALLOW WRITE all'], 'write network n1', false],
    [['ALLOW WRITE all', 'DENY WRITE network n1'], 'read network n1', false],
    [['ALLOW WRITE all', 'DENY READ network n1'], 'read network n1', false],
    [['ALLOW WRITE all', 'DENY READ network n1'], 'write network n1', true],
    [['ALLOW WRITE all', 'DENY WRITE network n1'], 'write network n2', true],
    [['ALLOW WRITE all', 'DENY WRITE network *'], 'write network n2', false],
    [['ALLOW WRITE network n1', 'DENY WRITE all'], 'read network n1', false],
    [['DENY WRITE all'], 'read operator', false],
    [['DENY READ all'], 'read networks', false],
  ])('%j: %s is %s', (grants, asked, allowed) => {
    expect(mayAccess(operator(...grants), need(asked))).toBe(allowed);
  });

  it.each<[string[], string, string, boolean]>([
    [['ALLOW READ uri /magma/v1/networks/n1'], 'read network n1', n1, true],
    [['ALLOW READ uri /magma/v1/networks/n1'], 'read network n1', `${n1}/tiers`, false],
    [['ALLOW READ uri /magma/v1/networks/*'], 'read network n1', n1, true],
    [['ALLOW READ uri /magma/v1/networks/*'], 'read network n1', `${n1}/tiers`, false],
    [['ALLOW READ uri /magma/v1/networks/n1/**'], 'read network n1', `${n1}/tiers/t1`, true],
    [['ALLOW READ uri /magma/v1/**'], 'read all', '/magma/v1/about/version', true],
    [['ALLOW READ uri /magma/v1/**'], 'write all', '/magma/v1/about/version', false],
    [['ALLOW READ uri /magma/v1/networks/n1?a=*'], 'read network n1', `${n1}?a=1`, true],
    [['ALLOW READ uri /magma/v1/networks/n1?a=*'], 'read network n1', n1, false],
    // A query completes no path.
    [['ALLOW READ uri /magma/v1/networks/n1'], 'read network n1', `${n1}?page_size=1`, true],
    [['ALLOW READ uri /magma/v1/*/tiers'], 'read network n1', `${n1}?/tiers`, false],
    [['ALLOW READ uri /magma/v1/**/tiers'], 'read network n1', `${n1}?x=/tiers`, false],
    [['ALLOW READ uri /magma/v1/**/tiers'], 'read network n1', `${n1}%3F/tiers`, true],
    [['ALLOW READ uri /magma/v1/networks/n1?a=*'], 'read network n1', `${n1}/tiers?x=${n1}?a=1`, false],
    // An encoded slash does not make two segments one.
    [['ALLOW READ uri /magma/v1/networks/*'], 'read network x', '/magma/v1/networks/n1%2Ftiers', false],
    // Writing the same path in another way does not evade a DENY.
    [['ALLOW WRITE all', 'DENY WRITE uri /magma/v1/networks/n1/**'], 'read network n1', '/magma/v1/networks/%6e1/tiers', false],
    [['ALLOW WRITE all', 'DENY WRITE uri /magma/v1/networks/n1/**'], 'read network n1', `${n1}/tiers`, false],
    [['ALLOW WRITE all', 'DENY WRITE uri /magma/v1/networks/n1/**'], 'read network n1', n1, false],
    [['ALLOW WRITE all', 'DENY WRITE uri /magma/v1/networks/n1/**'], 'read network n2', '/magma/v1/networks/n2', true],
    [['ALLOW WRITE all', 'DENY WRITE uri /%zz'], 'read network n1', '/%zz', false],
    [['ALLOW WRITE all', 'DENY WRITE uri /r%201'], 'read network n1', '/%72%201?a', false],
    [['ALLOW WRITE all', 'DENY WRITE uri /a%2Fb'], 'read network n1', '/a%2fb', false],
    [['ALLOW WRITE all', 'DENY WRITE uri /a?b=*'], 'read network n1', '/a?b=1', false],
    [['ALLOW WRITE all', 'DENY WRITE uri /a?b=*'], 'read network n1', '/a', true],
    [['DENY WRITE uri /magma/v1/about/**'], 'read operator', '/magma/v1/about/services', false],
  ])('%j: %s at %s is %s', (grants, asked, uri, allowed) => {
    expect(mayAccess(operator(...grants), need(asked, uri))).toBe(allowed);
  });

  it('gives a gateway nothing', () => {
    for (const asked of ['read network n1', 'read networks', 'read operator', 'write all'])
      expect(mayAccess(gateway, need(asked))).toBe(false);
  });
});

describe('demand', () => {
  it('lets pass who may', () => {
    expect(demand(operator('ALLOW READ network n1'), { action: 'read', scope: 'network' }, { networkId: 'n1', uri: n1 })).toBeUndefined();
  });

  it.each([
    [{ action: 'write', scope: 'network' }, 'access denied: operator ann may not write network n1'],
    [{ action: 'write', scope: 'networks' }, 'access denied: operator ann may not write all networks'],
    [{ action: 'read', scope: 'all' }, 'access denied: operator ann may not read everything'],
  ] as const)('refuses %j', (permission, message) => {
    expect(() => demand(operator('ALLOW READ network n1'), permission, { networkId: 'n1', uri: n1 })).toThrow(
      expect.objectContaining({ code: 'forbidden', reason: 'not_permitted', message }),
    );
  });

  it('sends gateways away', () => {
    expect(() => demand(gateway, { action: 'read', scope: 'operator' }, {})).toThrow(
      expect.objectContaining({
        code: 'unauthenticated',
        reason: 'not_an_operator',
        message: 'Invalid client credentials: the certificate belongs to a gateway; this door takes operators',
      }),
    );
  });
});

describe('permittedNetworks', () => {
  it.each<[string[], string[]]>([
    [
      ['ALLOW READ network n1', 'ALLOW WRITE network n3'],
      ['n1', 'n3'],
    ],
    [
      ['ALLOW READ network *', 'DENY READ network n2'],
      ['n1', 'n3'],
    ],
    [['ALLOW WRITE all'], ['n1', 'n2', 'n3']],
    [['ALLOW READ uri /magma/v1/networks/n2/**'], ['n2']],
    [[], []],
  ])('%j shows %j', (grants, shown) => {
    expect(permittedNetworks(operator(...grants), ['n1', 'n2', 'n3'])).toEqual(shown);
  });

  it('takes what is no id, nor anything that a URI could hold', () => {
    expect(permittedNetworks(operator('ALLOW READ uri /magma/v1/networks/n1'), ['\ud800', ''])).toEqual([]);
    expect(permittedNetworks(operator('ALLOW READ all'), ['\ud800'])).toEqual(['\ud800']);
  });
});

describe('matchesGlob', () => {
  it.each([
    ['/a/*', '/a/', true],
    ['/a/*/c', '/a/b/c', true],
    ['/a/*/c', '/a/b/d/c', false],
    ['/a/**/c', '/a/b/d/c', true],
    ['/a/**', '/a', true],
    ['/a/**', '/ab', false],
    ['/a**', '/a/b', true],
    ['**', '', true],
    ['**', '/anything/at?all', true],
    ['/a.c', '/abc', false],
    ['/a?c', '/abc', false],
    ['/a?c', '/a?c', true],
    ['', '', true],
    ['', '/', false],
    ['/A', '/a', false],
  ])('%s and %s: %s', (pattern, uri, matched) => {
    expect(matchesGlob(pattern, uri)).toBe(matched);
  });

  it('does not grow beyond bounds with many wildcards', () => {
    const started = performance.now();
    expect(matchesGlob('*a'.repeat(40).concat('b'), 'a'.repeat(8000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
