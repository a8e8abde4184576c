import { z } from 'zod';
import { notFound } from '../../../core/errors.ts';
import { demandHolds } from '../../../core/identity/delegation.ts';
import { newToken } from '../../../core/identity/operator-token.ts';
import { grantsOfPolicies } from '../../../core/identity/policies.ts';
import { addToken, dropToken, userById } from '../../../core/identity/users.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { pathParams, wholeNumber } from '../../../core/rest/fields.ts';
import { answers, ok } from '../../../core/rest/reply.ts';
import { policies, policyList } from '../schemas/user.ts';
import { tokenIdOf, toPolicyList } from '../services/user.ts';
import { foundUser, governedUser } from './users.ts';

const tag = 'User';
const path = '/user/{username}/tokens';

const list = route({
  method: 'get',
  path,
  operationId: 'listUserTokens',
  tag,
  summary: 'List the tokens of a user, without the tokens themselves',
  description: '`null` when there are none, as Magma answers. Revoked ones are left out.',
  permission: { action: 'read', scope: 'all' },
  params: pathParams('username'),
  responses: answers(z.array(policyList).nullable(), 'The tokens, oldest first'),
  handle: async ({ params: { username: id } }, ctx) => {
    const { tokens } = await foundUser(ctx, id);
    return ok(tokens.length === 0 ? null : tokens.map(toPolicyList));
  },
});

const create = route({
  method: 'post',
  path,
  operationId: 'createUserToken',
  tag,
  summary: 'Make a token that may what its policies say',
  description: 'The answer is the only place where the whole token ever stands. Nobody can give rights that they do not have themselves.',
  permission: { action: 'write', scope: 'all' },
  params: pathParams('username'),
  query: z.object({
    expires_in: wholeNumber()
      .min(60)
      .max(10 * 366 * 86_400)
      .optional()
      .meta({ description: 'Seconds after which the token ends; it never does when this is left out', examples: [86_400] }),
  }),
  body: policies,
  responses: answers(policyList, 'The new token'),
  handle: async ({ params: { username: user }, query: { expires_in: seconds }, body }, ctx) => {
    const [found] = await ctx.read(userById({ id: user }));
    // Before it is missed: policies for a user who is yet to be made can be tried out.
    demandHolds(await ctx.principal(), grantsOfPolicies(body), 'give');
    if (!found) throw notFound(`user "${user}"`);
    const { token, ...record } = await newToken();
    const at = ctx.now();
    const expiresAt = seconds === undefined ? null : at + seconds * 1000;
    await ctx.execute({
      action: 'user.token.create',
      target: user,
      statements: addToken(user, { record, policies: body, expiresAt, at }),
      detail: { token: record.id, policies: body, expires_at: expiresAt },
      changes: [{ type: 'token', key: record.id, change: 'create' }],
    });
    const { id, prefix } = record;
    return ok({ ...toPolicyList({ id, prefix, policies: body, createdAt: at, expiresAt, lastUsedAt: null }), token });
  },
});

const remove = route({
  method: 'delete',
  path: `${path}/{token}`,
  operationId: 'deleteUserToken',
  tag,
  guarded: false,
  summary: 'Revoke a token, named by its id or by the token itself',
  permission: { action: 'write', scope: 'all' },
  params: pathParams('username', 'token'),
  responses: { 200: { description: 'Done; the body is empty' } },
  handle: async ({ params: { username: user, token: named } }, ctx) => {
    const token = await tokenIdOf(named);
    const { tokens } = await governedUser(ctx, user);
    if (!tokens.some(({ id }) => id === token)) throw notFound(`token of user "${user}"`);
    await ctx.execute({
      action: 'user.token.revoke',
      target: user,
      statements: dropToken(user, token, ctx.now()),
      detail: { token },
      changes: [{ type: 'token', key: token, change: 'delete' }],
    });
    return { status: 200 };
  },
});

export const userTokenRoutes: readonly Route[] = [list, create, remove];
