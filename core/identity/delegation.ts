import { OrcError } from '../errors.ts';
import type { Grant, Principal } from './principal.ts';

/** Where every route begins: a path outside of it opens nothing. */
const ROUTES = '/magma/v1/';

/**
 * Whether a principal may do everything that these grants together allow, so that it may give them to others or act for who has
 * them. Whether a glob lies within another cannot always be told: then it does not.
 */
export function holds(principal: Principal, given: readonly Grant[]): boolean {
  if (principal.kind !== 'operator') return false;
  const own = principal.grants;
  const allowed = given.filter(({ effect }) => effect === 'ALLOW');
  const denied = given.filter(({ effect }) => effect === 'DENY');
  const isHeld = (grant: Grant) =>
    own.some((mine) => mine.effect === 'ALLOW' && (mine.action === 'WRITE' || grant.action === 'READ') && covers(mine, grant));
  const isPassedOn = (mine: Grant) =>
    denied.some((grant) => (grant.action === 'WRITE' || mine.action === 'READ') && covers(grant, mine)) ||
    allowed.every((grant) => !meets(mine, grant));
  return allowed.every(isHeld) && own.filter(({ effect }) => effect === 'DENY').every(isPassedOn);
}

/** Error: `forbidden` unless the principal holds these rights; `what` completes "may not ... rights that it does not hold itself". */
export function demandHolds(principal: Principal, given: readonly Grant[], what: string): void {
  if (holds(principal, given)) return;
  const name = principal.kind === 'operator' ? `operator ${principal.id}` : 'who is no operator';
  throw new OrcError('forbidden', `access denied: ${name} may not ${what} rights that it does not hold itself`, {
    reason: 'not_permitted',
  });
}

/** Whether the resource of one grant takes in that of another. */
function covers(outer: Grant, inner: Grant): boolean {
  switch (outer.resourceType) {
    case 'all':
      return true;
    case 'network':
      return inner.resourceType === 'network' && (outer.resource === '*' || outer.resource === inner.resource);
    case 'tenant':
      if (inner.resourceType === 'tenant') return outer.resource === '*' || outer.resource === inner.resource;
      return inner.resourceType === 'network' && (outer.networks ?? []).includes(inner.resource);
    case 'uri':
      return outer.resource === '**' || (inner.resourceType === 'uri' && globCovers(outer.resource, inner.resource));
  }
}

function globCovers(outer: string, inner: string): boolean {
  if (outer === inner) return true;
  const root = outer.endsWith('/**') ? outer.slice(0, -3) : undefined;
  return root !== undefined && !root.includes('*') && (inner === root || inner.startsWith(`${root}/`));
}

/** Whether there may be anything that both grants speak of. */
function meets(left: Grant, right: Grant): boolean {
  if (left.resourceType === 'all' || right.resourceType === 'all') return true;
  if (left.resourceType === 'uri' || right.resourceType === 'uri') return touches(rootOf(left), rootOf(right));
  if (left.resourceType === 'network' && right.resourceType === 'network')
    return left.resource === '*' || right.resource === '*' || left.resource === right.resource;
  const [tenant, other] = left.resourceType === 'tenant' ? [left, right] : [right, left];
  // Which networks a tenant has is not always known here; two tenants may share some.
  return other.resourceType === 'tenant' || other.resource === '*' || (tenant.networks?.includes(other.resource) ?? true);
}

/** What every URI that a grant speaks of begins with. */
const rootOf = ({ resourceType, resource }: Grant): string => (resourceType === 'uri' ? (resource.split('*')[0] ?? '') : ROUTES);
const touches = (left: string, right: string): boolean => left.startsWith(right) || right.startsWith(left);
