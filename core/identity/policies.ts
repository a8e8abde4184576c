import type { Grant } from './principal.ts';
import { globsMeet } from './uri-glob.ts';

/** One policy of a token, as Magma's clients write it (REST-BEHAVIOUR 4b). */
export interface TokenPolicy {
  readonly effect?: 'ALLOW' | 'DENY' | undefined;
  readonly action?: 'READ' | 'WRITE' | undefined;
  readonly resourceType?: 'NETWORK_ID' | 'TENANT_ID' | 'URI' | undefined;
  /** Glob over path and query; for URI. */
  readonly path?: string | undefined;
  /** Ids of networks or tenants, or `*`. */
  readonly resourceIDs?: readonly string[] | null | undefined;
}

/** Tenant and network, one pair for each network of each tenant. */
export type Memberships = readonly (readonly [tenant: string, network: string])[];

/** The networks of a tenant, or of all tenants for `*`. */
export const networksOf = (tenant: string, memberships: Memberships): string[] => [
  ...new Set(memberships.filter(([id]) => tenant === '*' || id === tenant).map(([, network]) => network)),
];

/** Where every path of the API begins. */
const ROOT = '/magma/v1/';

/** What is wrong with a path that no request can ever match, so that what it is to allow or deny it does not; undefined: nothing. */
export function unmatchable(path: string): string | undefined {
  if (globsMeet(path, `${ROOT}**`)) return undefined;
  const meant = /^\/*(?:magma\/+)?(?:v1\/+)?(.*)$/s.exec(path)?.[1] ?? '';
  const mended = /^\**$/.test(meant) ? '**' : `${ROOT}${meant}`;
  return `matches nothing, since every path begins with ${ROOT}: write "${mended}"`;
}

/**
 * The access list that policies amount to; which networks a tenant has stays open without `memberships`. What a policy leaves out is taken
 * in the safe way: no effect denies, no action is READ when it allows and WRITE (so READ too) when it denies, no type is URI as in the
 * original.
 */
export function grantsOfPolicies(policies: readonly TokenPolicy[], memberships?: Memberships): Grant[] {
  return policies.flatMap((policy): Grant[] => {
    const effect = policy.effect === 'ALLOW' ? 'ALLOW' : 'DENY';
    const action = policy.action ?? (effect === 'ALLOW' ? 'READ' : 'WRITE');
    const ids = policy.resourceIDs ?? [];
    switch (policy.resourceType) {
      case 'NETWORK_ID':
        return ids.map((resource) => ({ effect, action, resourceType: 'network', resource }));
      case 'TENANT_ID':
        return ids.map((resource) => {
          const grant = { effect, action, resourceType: 'tenant', resource } as const;
          return memberships ? { ...grant, networks: networksOf(resource, memberships) } : grant;
        });
      default:
        return policy.path ? [{ effect, action, resourceType: 'uri', resource: policy.path }] : [];
    }
  });
}

/** Grants in the form of policies, for those who look at what a token may. */
export function policiesOfGrants(grants: readonly Grant[]): TokenPolicy[] {
  return grants.map(({ effect, action, resourceType, resource }): TokenPolicy => {
    if (resourceType === 'network') return { effect, action, resourceType: 'NETWORK_ID', resourceIDs: [resource] };
    if (resourceType === 'tenant') return { effect, action, resourceType: 'TENANT_ID', resourceIDs: [resource] };
    return { effect, action, resourceType: 'URI', path: resourceType === 'all' ? '**' : resource };
  });
}
