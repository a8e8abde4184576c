import { z } from 'zod';
import { conflict, notFound } from '../../../core/errors.ts';
import { demandHolds } from '../../../core/identity/delegation.ts';
import { hashPassword } from '../../../core/identity/password.ts';
import { allUsers, changePassword, createUser, deleteUser, rightsOf, type User, userById } from '../../../core/identity/users.ts';
import type { RequestContext } from '../../../core/module/context.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { checkIfMatch, rewrite } from '../../../core/rest/etag.ts';
import { pathParams } from '../../../core/rest/fields.ts';
import { answers, ok } from '../../../core/rest/reply.ts';
import { newPassword, user, username, userRecord } from '../schemas/user.ts';
import { toUserRecord } from '../services/user.ts';

const tag = 'User';
const params = pathParams('username');
const reads = { action: 'read', scope: 'all' } as const;
const writes = { action: 'write', scope: 'all' } as const;
// Magma's server answers 200 to every write here, whatever its document says (REST-BEHAVIOUR 4c).
const emptied = { 200: { description: 'Done; the body is empty' } };
const query = z.object({
  view: z
    .enum(['full', 'ids'])
    .optional()
    .describe("`ids` asks for names only, the form of the contract's document; default `full`, as Magma's server answers"),
});

/** Error: `not_found`. */
export async function foundUser(ctx: RequestContext, id: string): Promise<User> {
  const [found] = await ctx.read(userById({ id }));
  if (!found) throw notFound(`user "${id}"`);
  return found;
}

/** A user that the caller may act for: one with no right that the caller lacks. Errors: `not_found`, `forbidden`. */
export async function governedUser(ctx: RequestContext, id: string): Promise<User> {
  const found = await foundUser(ctx, id);
  demandHolds(await ctx.principal(), rightsOf(found), `change user ${id}, who has`);
  return found;
}

const changed = (key: string, change: 'create' | 'update' | 'delete') => [{ type: 'user', key, change }];

const list = route({
  method: 'get',
  path: '/user',
  operationId: 'listUsers',
  tag,
  summary: 'List all users, who are the operators of the platform',
  permission: reads,
  query,
  responses: answers(z.array(z.union([userRecord, username])), 'The users, by name'),
  handle: async ({ query: { view } }, ctx) => {
    const [users] = await ctx.read(allUsers());
    return ok(view === 'ids' ? users.map(({ id }) => id) : users.map(toUserRecord));
  },
});

const create = route({
  method: 'post',
  path: '/user',
  operationId: 'createUser',
  tag,
  summary: 'Create a user with a password',
  description: 'The user may nothing yet: tokens with policies say what.',
  permission: writes,
  body: user,
  responses: emptied,
  handle: async ({ body }, ctx) => {
    const { username: id, password } = body;
    const [taken] = await ctx.read(userById({ id }));
    if (taken) throw conflict(`user "${id}"`);
    const statements = createUser(id, await hashPassword(password), ctx.now());
    await ctx.execute({ action: 'user.create', target: id, statements, changes: changed(id, 'create') });
    return { status: 200 };
  },
});

const get = route({
  method: 'get',
  path: '/user/{username}',
  operationId: 'getUser',
  tag,
  summary: 'Read a user',
  permission: reads,
  params,
  query,
  responses: answers(z.union([userRecord, username]), 'The user, without secrets', 'ETag'),
  handle: async ({ params: { username: id }, query: { view } }, ctx) => {
    const found = await foundUser(ctx, id);
    return ok(view === 'ids' ? found.id : toUserRecord(found), [found.version, found.tokens.length]);
  },
});

const put = route({
  method: 'put',
  path: '/user/{username}',
  operationId: 'putUserPassword',
  tag,
  summary: 'Give a user a new password',
  description: 'All tokens of the user end with it. Needs every right that the user has.',
  permission: writes,
  params,
  body: newPassword,
  anyContentType: true,
  responses: emptied,
  handle: async ({ params: { username: id }, body }, ctx) => {
    const password = typeof body === 'string' ? body : body.password;
    let hash: string | undefined;
    return rewrite(ctx, async () => {
      const found = await governedUser(ctx, id);
      checkIfMatch(ctx, [found.version, found.tokens.length]);
      hash ??= await hashPassword(password);
      await ctx.execute({
        action: 'user.password',
        target: id,
        statements: changePassword(found, hash, ctx.now()),
        changes: changed(id, 'update'),
      });
      return { status: 200 };
    });
  },
});

const remove = route({
  method: 'delete',
  path: '/user/{username}',
  operationId: 'deleteUser',
  tag,
  summary: 'Delete a user with all tokens, grants and certificates',
  description: 'Needs every right that the user has.',
  permission: writes,
  params,
  responses: emptied,
  handle: ({ params: { username: id } }, ctx) =>
    rewrite(ctx, async () => {
      const found = await governedUser(ctx, id);
      checkIfMatch(ctx, [found.version, found.tokens.length]);
      await ctx.execute({ action: 'user.delete', target: id, statements: deleteUser(found, ctx.now()), changes: changed(id, 'delete') });
      return { status: 200 };
    }),
});

/** Users are the operators: one with a password can log in, one with tokens or a certificate can act. */
export const userRoutes: readonly Route[] = [list, create, get, put, remove];
