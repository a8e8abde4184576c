import { type Placeholder, type SQL, sql } from 'drizzle-orm';
import { grants as g, tenantNetworks } from '../db/schema.ts';
import type { Grant } from './principal.ts';

/**
 * A column with an operator's whole access list as JSON, so that it comes with whatever names the operator; a tenant's line
 * brings the networks of the tenant.
 */
export const grantsColumn = (operatorId: SQL): SQL =>
  sql`(SELECT json_group_array(json_array(g.effect, g.action, g.resource_type, g.resource,
        CASE WHEN g.resource_type = 'tenant' THEN (SELECT json_group_array(DISTINCT n.network_id) FROM ${tenantNetworks} AS n
          WHERE g.resource = '*' OR CAST(n.tenant_id AS TEXT) = g.resource) END))
      FROM ${g} AS g WHERE g.operator_id = ${operatorId})`;

/** The beginning of a statement that writes an access list, given as `writeGrants` has it; a condition is to follow. */
export const grantsFrom = (operatorId: Placeholder, list: Placeholder): SQL =>
  sql`INSERT INTO ${g} (operator_id, effect, action, resource_type, resource)
      SELECT ${operatorId}, json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'), json_extract(value, '$[3]')
      FROM json_each(${list})`;

export const writeGrants = (list: readonly Grant[]): string =>
  JSON.stringify(list.map(({ effect, action, resourceType, resource }) => [effect, action, resourceType, resource]));

/** Reads that column. A line in a form we do not know grants nothing; one that denies, denies everything. */
export function readGrants(column: unknown): Grant[] {
  const rows = JSON.parse(String(column)) as [string, string, string, string, string[] | string | null][];
  return rows.flatMap(([effect, action, resourceType, resource, networks]): Grant[] => {
    if (isAction(action) && isResourceType(resourceType) && (effect === 'ALLOW' || effect === 'DENY'))
      return [{ effect, action, resourceType, resource, ...(networks === null ? {} : { networks: list(networks) }) }];
    return effect === 'ALLOW' ? [] : [{ effect: 'DENY', action: 'WRITE', resourceType: 'all', resource: '*' }];
  });
}

// Whether SQLite still takes the inner array for JSON when it comes out of a sub-select differs between versions.
const list = (networks: readonly string[] | string): readonly string[] =>
  typeof networks === 'string' ? (JSON.parse(networks) as string[]) : networks;

const isAction = (text: string): text is Grant['action'] => text === 'READ' || text === 'WRITE';
const isResourceType = (text: string): text is Grant['resourceType'] => ['all', 'network', 'tenant', 'uri'].includes(text);
