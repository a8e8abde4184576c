import { OrcError } from '../../../core/errors.ts';
import {
  couldStill,
  demandMayGrant,
  grantsToKeep,
  MOST_GRANTS,
  policiesToShow,
  replaceGrants,
} from '../../../core/identity/operator-grants.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { checkIfMatch, rewrite } from '../../../core/rest/etag.ts';
import { pathParams } from '../../../core/rest/fields.ts';
import { answers, done, noContent, ok } from '../../../core/rest/reply.ts';
import { userGrants } from '../schemas/user.ts';
import { foundUser, governedUser } from './users.ts';

const tag = 'User';
const path = '/user/{username}/grants';
const params = pathParams('username');
const writes = { action: 'write', scope: 'all' } as const;

const get = route({
  method: 'get',
  path,
  operationId: 'getUserGrants',
  tag,
  summary: 'Read what the certificates of a user may',
  params,
  permission: { action: 'read', scope: 'all' },
  responses: answers(userGrants, 'The grants; none when the user may nothing by certificate', 'ETag'),
  handle: async ({ params: { username: id } }, ctx) => {
    const { grants, version } = await foundUser(ctx, id);
    return ok(policiesToShow(grants), [version]);
  },
});

const put = route({
  method: 'put',
  path,
  operationId: 'putUserGrants',
  tag,
  summary: 'Replace what the certificates of a user may',
  description:
    'It holds from the next request on. What is denied here is denied to the tokens of the user too, whatever their policies allow. Nobody can give rights that they do not have themselves, nor change a user who has such.',
  permission: writes,
  params,
  body: userGrants,
  validate: ({ body }) => {
    const lines = grantsToKeep(body).length;
    return lines > MOST_GRANTS
      ? [{ path: 'body', message: `must name at most ${MOST_GRANTS} networks, tenants and URIs in all, not ${lines}` }]
      : [];
  },
  responses: done,
  refusals: { 409: 'The caller would take from itself the right to change this' },
  handle: ({ params: { username: id }, body }, ctx) =>
    rewrite(ctx, async () => {
      const found = await governedUser(ctx, id);
      checkIfMatch(ctx, [found.version]);
      const grants = grantsToKeep(body);
      const principal = await ctx.principal();
      demandMayGrant(principal, found, grants);
      // Whoever was alone with this right would have nobody to give it back.
      if (principal.kind === 'operator' && principal.id === id && !couldStill(principal, found, grants, { ...writes, uri: ctx.uri }))
        throw new OrcError('conflict', `operator ${id} would take from itself the right to change this: have another operator do it`);
      await ctx.execute({
        action: 'user.grants.update',
        target: id,
        statements: replaceGrants(found, grants),
        detail: { policies: policiesToShow(grants) },
        changes: [{ type: 'grants', key: id, change: 'update' }],
      });
      return noContent();
    }),
});

/** The access list of an operator, by which its certificates are judged; tokens have policies of their own. */
export const userGrantRoutes: readonly Route[] = [get, put];
