import { z } from 'zod';
import { OrcError } from '../../../core/errors.ts';
import { countAttempt, MOST_PER_NAME, WINDOW_MS } from '../../../core/identity/login-attempts.ts';
import { newToken } from '../../../core/identity/operator-token.ts';
import { checkPassword } from '../../../core/identity/password.ts';
import { attemptsForgotten, loggedIn, passwordOf, userById } from '../../../core/identity/users.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { answers, ok } from '../../../core/rest/reply.ts';
import { policyList, user } from '../schemas/user.ts';
import { policiesOfUser } from '../services/user.ts';

/** While there are too many attempts in all, a refusal comes after this time whether a password was hashed for it or not: names are not to be told apart by it. */
const BUSY_MS = 2000;

/** How long the token of a login lasts. */
const SESSION_MS = 12 * 3_600_000;

const TOO_MANY = `too many attempts to log in: wait ${WINDOW_MS / 60_000} minutes`;

/**
 * Tokens are kept hashed, so the stored ones cannot be given out again as Magma does: a login makes a token of its own, which for
 * twelve hours may what the user's grants and live tokens may.
 */
export const loginRoute: Route = route({
  method: 'post',
  path: '/user/login',
  operationId: 'login',
  tag: 'User',
  summary: 'Log in with name and password',
  description:
    'The answer holds a new token that ends after twelve hours, or `null` for a user who may nothing. After ten attempts under a name within five minutes further ones under it are refused with 429, the right password too. ' +
    'After 300 under all names together only those succeed whose name and password are right, and whose name has not had its ten; all others are refused with 429.',
  permission: { action: 'write', scope: 'anyone' },
  body: user,
  responses: answers(z.array(policyList).nullable(), 'The token of this login'),
  refusals: {
    401: { description: 'No such user, or another password', code: 'wrong_password', message: 'wrong name or password' },
    429: {
      description: 'More than ten attempts in five minutes under this name; or more than 300 under all names, and this one is not right',
      code: 'too_many_logins',
      message: TOO_MANY,
      retryAfter: WINDOW_MS / 1000,
    },
  },
  handle: async ({ body: { username: id, password } }, ctx) => {
    const now = ctx.now();
    const [, busy, attempts, stored, found] = await ctx.read(...countAttempt(id, now), passwordOf({ id }), userById({ id }));
    const pause = busy ? new Promise((resolve) => setTimeout(resolve, BUSY_MS)) : undefined;
    const action = 'user.login';
    const tooMany = attempts > MOST_PER_NAME;
    if (tooMany || !(await checkPassword(password, stored)) || !found) {
      if (!tooMany) await ctx.execute({ action, target: id, statements: [], outcome: 'refused', detail: { reason: 'wrong_password' } });
      await pause;
      if (!tooMany && !busy) throw new OrcError('unauthenticated', 'wrong name or password', { reason: 'wrong_password' });
      throw new OrcError('too_many', TOO_MANY, { reason: 'too_many_logins', retryAfter: WINDOW_MS / 1000 });
    }
    const policies = policiesOfUser(found, now);
    const succeeded = attemptsForgotten(id);
    if (policies.length === 0) {
      await ctx.execute({ action, target: id, statements: [succeeded] });
      return ok(null);
    }
    const { token, ...record } = await newToken();
    const expiresAt = now + SESSION_MS;
    const statements = [...loggedIn(id, record, expiresAt, now), succeeded];
    await ctx.execute({ action, target: id, statements, changes: [{ type: 'token', key: record.id, change: 'create' }] });
    return ok([{ token, policies, id: record.id, prefix: record.prefix, created_at: now, expires_at: expiresAt }]);
  },
});
