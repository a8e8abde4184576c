import { OrcError } from '../errors.ts';
import type { Grant, Permission, Principal } from './principal.ts';
import { refusal } from './refusals.ts';
import { matchesGlob } from './uri-glob.ts';

/** What a request is about, as far as grants can speak of it. */
export interface Target {
  /** The `network_id` of the route. */
  readonly networkId?: string | undefined;
  /** The `tenant_id` of the route. */
  readonly tenantId?: string | undefined;
  /** Path and query as they were sent. */
  readonly uri?: string | undefined;
}

export type Need = Permission & Target;

/**
 * Whether a principal may do this. A grant speaks of a request when its action covers it (WRITE covers READ, in either effect;
 * REST-BEHAVIOUR 4b) and its resource does; one DENY outweighs every ALLOW. Gateways have no business on the REST side.
 */
export function mayAccess(principal: Principal, need: Need): boolean {
  if (principal.kind !== 'operator') return false;
  const speaking = principal.grants.filter((grant) => grant.action === 'WRITE' || need.action === 'read');
  if (speaking.some((grant) => grant.effect === 'DENY' && denies(grant, need))) return false;
  if (need.scope === 'operator') return true;
  if ((need.scope === 'networks' || need.scope === 'tenants') && need.action === 'read') return true;
  return speaking.some((grant) => grant.effect === 'ALLOW' && allows(grant, need));
}

/** The networks among these that a principal may read: what a list of networks shows. Ids may be any text, also such as no URI can hold. */
export function permittedNetworks(principal: Principal, ids: readonly string[]): string[] {
  return ids.filter((networkId) => mayAccess(principal, { action: 'read', scope: 'network', networkId, uri: uriOf(networkId) }));
}

/**
 * Throws `forbidden` when a DENY speaks of this network: for what touches a network that its route does not name, to which the caller has
 * been let in otherwise.
 */
export function demandNotDenied(principal: Principal, action: Permission['action'], networkId: string): void {
  if (!isDenied(principal, action, networkId)) return;
  throw new OrcError(
    'forbidden',
    `access denied: operator ${principal.kind === 'operator' ? principal.id : ''} may not ${action} network ${networkId}`,
    {
      reason: 'not_permitted',
    },
  );
}

/** Whether a DENY speaks of this network. */
export function isDenied(principal: Principal, action: Permission['action'], networkId: string): boolean {
  if (principal.kind !== 'operator') return true;
  const need = { action, scope: 'network', networkId, uri: uriOf(networkId) } as const;
  return principal.grants.some(
    (grant) => grant.effect === 'DENY' && (grant.action === 'WRITE' || action === 'read') && denies(grant, need),
  );
}

const uriOf = (networkId: string): string => `/magma/v1/networks/${encodeURIComponent(networkId.toWellFormed())}`;

/** The tenants among these that a principal may read. */
export function permittedTenants(principal: Principal, ids: readonly number[]): number[] {
  return ids.filter((id) =>
    mayAccess(principal, { action: 'read', scope: 'tenant', tenantId: String(id), uri: `/magma/v1/tenants/${id}` }),
  );
}

/** Throws unless the principal may do this: `unauthenticated` for a gateway, `forbidden` for an operator without the grant. */
export function demand(principal: Principal, permission: Permission, target: Target): void {
  if (permission.scope === 'anyone') return;
  if (principal.kind !== 'operator') {
    throw refusal('operator', 'not_an_operator');
  }
  if (mayAccess(principal, { ...permission, ...target })) return;
  const what = {
    network: `network ${target.networkId ?? ''}`,
    networks: 'all networks',
    tenant: `tenant ${target.tenantId ?? ''}`,
    tenants: 'all tenants',
    all: 'everything',
    operator: 'this path',
  }[permission.scope];
  throw new OrcError('forbidden', `access denied: operator ${principal.id} may not ${permission.action} ${what}`, {
    reason: 'not_permitted',
  });
}

function allows(grant: Grant, need: Need): boolean {
  switch (grant.resourceType) {
    case 'all':
      return true;
    case 'network':
      if (need.scope === 'network') return grant.resource === '*' || (need.networkId !== undefined && grant.resource === need.networkId);
      return need.scope === 'networks' && grant.resource === '*';
    case 'tenant':
      if (need.scope === 'tenant') return grant.resource === '*' || (need.tenantId !== undefined && grant.resource === need.tenantId);
      return need.scope === 'network' && need.networkId !== undefined && (grant.networks ?? []).includes(need.networkId);
    case 'uri':
      return need.uri !== undefined && allowsUri(grant.resource, need.uri);
  }
}

/**
 * A glob without a query is about the path, whatever the query is: what follows a `?` must not complete the path that it names. One with
 * a query is about both. Only the decoded forms count: an encoded slash must not pass for part of a segment.
 */
function allowsUri(glob: string, uri: string): boolean {
  const [path, query] = partsOf(uri);
  const [wantedPath, wantedQuery] = partsOf(glob);
  if (!matchesGlob(wantedPath, decoded(path))) return false;
  return wantedQuery === undefined || matchesGlob(wantedQuery, decoded(query ?? ''));
}

/** At the first `?`, before anything is decoded: an encoded one belongs to where it stands. */
function partsOf(uri: string): [path: string, query: string | undefined] {
  const at = uri.indexOf('?');
  return at < 0 ? [uri, undefined] : [uri.slice(0, at), uri.slice(at + 1)];
}

/** Who is denied a path is denied it under every query, however either is encoded, here or where it is denied. */
function denies(grant: Grant, need: Need): boolean {
  if (grant.resourceType !== 'uri') return allows(grant, need);
  if (need.uri === undefined) return false;
  const [path] = partsOf(need.uri);
  const forms = [need.uri, path, decoded(need.uri), decoded(path)];
  return [grant.resource, decoded(grant.resource)].some((glob) => forms.some((form) => matchesGlob(glob, form)));
}

/** The URI with its percent-encoding undone, as the router reads it: what cannot be decoded stays as it is, the rest does not. */
const decoded = (uri: string): string =>
  uri.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return run;
    }
  });
