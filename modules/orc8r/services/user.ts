import { describeToken, isTokenForm } from '../../../core/identity/operator-token.ts';
import { policiesOfGrants } from '../../../core/identity/policies.ts';
import type { User, UserToken } from '../../../core/identity/users.ts';
import type { PolicyList, Policy } from '../schemas/user.ts';

export const toUserRecord = ({ id, tokens, hasPassword, createdAt, grants }: User) => ({
  username: id,
  tokens: tokens.map((token) => token.id),
  has_password: hasPassword,
  created_at: createdAt,
  grants: grants.length,
});

/** A token as lists show it: its id where the token itself stood when it was made. */
export const toPolicyList = (token: UserToken): PolicyList => ({
  token: token.id,
  policies: token.policies as Policy[] | null,
  id: token.id,
  prefix: token.prefix,
  created_at: token.createdAt,
  expires_at: token.expiresAt ?? undefined,
  last_used_at: token.lastUsedAt ?? undefined,
});

/** Everything that a token made by a login may. */
export function policiesOfUser({ grants, tokens }: User, now: number): Policy[] {
  const live = tokens.filter(({ expiresAt }) => expiresAt === null || now < expiresAt);
  return [...policiesOfGrants(grants), ...live.flatMap((token) => token.policies ?? [])] as Policy[];
}

/** The id of a token named by its id, or by the token itself as Magma's clients do. */
export const tokenIdOf = async (named: string): Promise<string> => (isTokenForm(named) ? (await describeToken(named)).id : named);
