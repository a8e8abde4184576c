import { type SQL, sql } from 'drizzle-orm';
import { grants as g } from '../db/schema.ts';
import type { Grant } from './principal.ts';

/** A column with an operator's whole access list as JSON, so that it comes with whatever names the operator. */
export const grantsColumn = (operatorId: SQL): SQL =>
  sql`(SELECT json_group_array(json_array(g.effect, g.action, g.resource_type, g.resource)) FROM ${g} AS g WHERE g.operator_id = ${operatorId})`;

/** Reads that column. A line in a form we do not know grants nothing; one that denies, denies everything. */
export function readGrants(column: unknown): Grant[] {
  const rows = JSON.parse(String(column)) as [string, string, string, string][];
  return rows.flatMap(([effect, action, resourceType, resource]): Grant[] => {
    if (isAction(action) && isResourceType(resourceType) && (effect === 'ALLOW' || effect === 'DENY'))
      return [{ effect, action, resourceType, resource }];
    return effect === 'ALLOW' ? [] : [{ effect: 'DENY', action: 'WRITE', resourceType: 'all', resource: '*' }];
  });
}

const isAction = (text: string): text is Grant['action'] => text === 'READ' || text === 'WRITE';
const isResourceType = (text: string): text is Grant['resourceType'] => ['all', 'network', 'tenant', 'uri'].includes(text);
