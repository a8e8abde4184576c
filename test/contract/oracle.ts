import type { Route } from '../../core/module/route.ts';
import type { Identity, Question } from './identities.ts';

/** Operations that ask for more than their declared permission, in their handlers. */
const MORE: Readonly<Record<string, { readonly scope: Route['permission']['scope']; readonly why: string }>> = {
  listAudit: { scope: 'all', why: 'without ?network= it shows everything' },
};

/**
 * Whether the door has to let this identity through to this route: what REST-BEHAVIOUR 4 and DEVIATIONS say, worked out from
 * the route's declared permission without core/identity/access.ts.
 */
export function isPermitted(identity: Identity, route: Route, path: string, params: Readonly<Record<string, string>>): boolean {
  const { action } = route.permission;
  const scope = MORE[route.operationId]?.scope ?? route.permission.scope;
  if (scope === 'anyone') return true;
  if (identity.refused !== undefined) return false;
  const question: Question = {
    writes: action === 'write',
    path,
    network: scope === 'network' ? params['network_id'] : undefined,
    tenant: scope === 'tenant' ? params['tenant_id'] : undefined,
    collection: scope === 'networks' || scope === 'tenants' ? scope : undefined,
  };
  if (identity.denied?.(question)) return false;
  // Any operator; and a list shows everybody what is theirs.
  if (scope === 'operator' || (question.collection !== undefined && action === 'read')) return true;
  return identity.granted?.(question) ?? false;
}
