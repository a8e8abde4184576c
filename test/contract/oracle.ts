import type { Route } from '../../core/module/route.ts';
import { type Identity, OURS, type Question } from './identities.ts';

/** Operations that ask for more than their declared permission, in their handlers. */
const MORE: Readonly<Record<string, { readonly scope: Route['permission']['scope']; readonly why: string }>> = {
  listAudit: { scope: 'all', why: 'without ?network= it shows everything' },
};

/** Operations that give or take rights on networks: who is denied one of these may not. */
const RIGHTS: Readonly<Record<string, { readonly networks: readonly string[]; readonly why: string }>> = {
  createUserToken: { networks: ['lte1'], why: 'the token is for that network (resources.ts)' },
  putUserGrants: { networks: ['lte1'], why: 'the grant is on that network (resources.ts)' },
  deleteTenant: { networks: OURS, why: 'the tenant has these' },
};

/** Whether an operation is refused for what it asks for, and not by its method and path. */
export const asksForRights = ({ operationId }: Route): boolean => operationId in RIGHTS || LOOKED_AT.has(operationId);

/** What these change has to be read before it is known whose it is. */
const LOOKED_AT = new Set(['revokeCertificate', 'putUserPassword', 'deleteUser', 'deleteUserToken']);

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
  const rights = RIGHTS[route.operationId]?.networks ?? [];
  if (rights.some((network) => identity.denied?.({ ...question, network, path: `/lte/${network}` }))) return false;
  // Any operator; and a list shows everybody what is theirs.
  if (scope === 'operator' || (question.collection !== undefined && action === 'read')) return true;
  return identity.granted?.(question) ?? false;
}
