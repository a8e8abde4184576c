import { sql } from 'drizzle-orm';
import { grants as g, operators } from '../db/schema.ts';
import { compile, type Statement } from '../db/statement.ts';
import { mayAccess, type Need } from './access.ts';
import { demandHolds } from './delegation.ts';
import { grantsFrom, writeGrants } from './grants.ts';
import { grantsOfPolicies, policiesOfGrants, type TokenPolicy } from './policies.ts';
import type { Grant, Principal } from './principal.ts';
import { unchanged, type User } from './users.ts';

/** So many lines an access list may have: it is read with every request of its operator. */
export const MOST_GRANTS = 1000;

/** The access list that policies amount to, as it is kept for an operator: what speaks of every URI speaks of everything. */
export const grantsToKeep = (policies: readonly TokenPolicy[]): Grant[] =>
  grantsOfPolicies(policies).map(
    (grant): Grant => (grant.resourceType === 'uri' && grant.resource === '**' ? { ...grant, resourceType: 'all', resource: '*' } : grant),
  );

/** An access list as policies, one for all networks or tenants that it says the same of. */
export function policiesToShow(grants: readonly Grant[]): TokenPolicy[] {
  const alike = Map.groupBy(grants, ({ effect, action, resourceType, resource }) => {
    const named = resourceType === 'network' || resourceType === 'tenant';
    return JSON.stringify([effect, action, resourceType, named ? '' : resource]);
  });
  return [...alike.values()].flatMap((same) =>
    policiesOfGrants(same.slice(0, 1)).map((policy) =>
      policy.resourceIDs ? { ...policy, resourceIDs: same.map(({ resource }) => resource) } : policy,
    ),
  );
}

/**
 * Error: `forbidden` unless the principal holds all that the operator could do with these grants: by certificate, and by each token,
 * which may more as soon as a DENY is taken off the grants.
 */
export function demandMayGrant(principal: Principal, user: Pick<User, 'tokens'>, grants: readonly Grant[]): void {
  demandHolds(principal, grants, 'give');
  for (const { policies } of user.tokens)
    if (policies) demandHolds(principal, [...deniesOf(grants), ...grantsOfPolicies(policies)], 'let tokens have');
}

/** Whether an operator who has been let in could do this still if these were its grants. */
export function couldStill(principal: Principal, user: Pick<User, 'tokens'>, grants: readonly Grant[], need: Need): boolean {
  if (principal.kind !== 'operator') return false;
  const { credential } = principal;
  return mayAccess({ ...principal, grants: 'token' in credential ? byToken(credential.token, user, grants) : grants }, need);
}

/** As grantsOfToken has it, of tokens that are no older than the operator's record. */
function byToken(id: string, { tokens }: Pick<User, 'tokens'>, grants: readonly Grant[]): readonly Grant[] {
  const own = tokens.find((token) => token.id === id);
  if (own) return own.policies ? [...deniesOf(grants), ...grantsOfPolicies(own.policies)] : grants;
  // Made by a login, which lists leave out.
  return [...grants, ...tokens.flatMap(({ policies }) => grantsOfPolicies(policies ?? []))];
}

const deniesOf = (grants: readonly Grant[]): Grant[] => grants.filter(({ effect }) => effect === 'DENY');

const p = sql.placeholder;
const forget = compile<'id'>(sql`DELETE FROM ${g} WHERE operator_id = ${p('id')}`);
const insert = compile<'id' | 'grants'>(sql`${grantsFrom(p('id'), p('grants'))} WHERE true ON CONFLICT DO NOTHING`);
const changed = compile<'id'>(sql`UPDATE ${operators} SET version = version + 1 WHERE id = ${p('id')}`);

/** Puts these grants in the place of those that an operator has. Commits with `precondition_failed` when it was changed since it was read. */
export const replaceGrants = (user: User, grants: readonly Grant[]): Statement[] => [
  ...unchanged(user),
  forget({ id: user.id }),
  insert({ id: user.id, grants: writeGrants(grants) }),
  changed({ id: user.id }),
];
