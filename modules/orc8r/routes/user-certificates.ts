import { registerCertificate } from '../../../core/certifier/certificates.ts';
import { invalid, notFound } from '../../../core/errors.ts';
import { demandHolds } from '../../../core/identity/delegation.ts';
import { unchanged, userById } from '../../../core/identity/users.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { rewrite } from '../../../core/rest/etag.ts';
import { pathParams } from '../../../core/rest/fields.ts';
import { answers, created, createdWith } from '../../../core/rest/reply.ts';
import { certificatePage, certificateRequest, issuedCertificate } from '../schemas/certificate.ts';
import { toIssued } from '../services/certificate.ts';
import { requestedKey } from '../services/certificate-request.ts';
import { certificateFilterOf, certificateQuery, listPage } from './certificates.ts';

const tag = 'User';
const path = '/user/{username}/certificates';
const params = pathParams('username');
const DAY_MS = 86_400_000;
/** A year, as the first operator's. */
const USUAL_DAYS = 365;
/** The longest common name that a certificate may bear (RFC 5280, ub-common-name). */
const LONGEST_NAME = 64;

const list = route({
  method: 'get',
  path,
  operationId: 'listUserCertificates',
  tag,
  summary: 'List the certificates of a user',
  description: 'One is ended with `POST /certificates/{serial}:revoke`.',
  permission: { action: 'read', scope: 'all' },
  params,
  query: certificateQuery.omit({ subject: true }),
  responses: answers(certificatePage, 'Certificates, those that end first at the head'),
  handle: async ({ params: { username: id }, query: asked }, ctx) => {
    const now = ctx.now();
    const filter = { ...certificateFilterOf(asked, now), kind: 'operator' as const, subject: id };
    return listPage(ctx, { filter, asked, now, within: { query: userById({ id }), what: `user "${id}"` } });
  },
});

const create = route({
  method: 'post',
  path,
  operationId: 'createUserCertificate',
  tag,
  summary: 'Issue a client certificate with which a user may what the grants say',
  description:
    'Of the request only the key counts: the certificate bears the name of the user. Nobody can issue one that stands for rights that they do not have themselves. It ends when it runs out, is revoked, or the user is deleted.',
  permission: { action: 'write', scope: 'all' },
  params,
  body: certificateRequest,
  responses: createdWith(issuedCertificate, 'The new certificate'),
  handle: ({ params: { username: id }, body: { csr, valid_days: days = USUAL_DAYS } }, ctx) =>
    rewrite(ctx, async () => {
      const [found] = await ctx.read(userById({ id }));
      // Before the user is missed, as everything that is wrong with a request by itself (REST-BEHAVIOUR 2).
      const publicKey = await requestedKey(csr, 'body.csr');
      if (id.length > LONGEST_NAME)
        throw invalid([{ path: 'path.username', message: `must be no longer than ${LONGEST_NAME} characters to stand in a certificate` }]);
      if (!found) throw notFound(`user "${id}"`);
      demandHolds(await ctx.principal(), found.grants, 'issue a certificate that stands for');
      const certifier = await ctx.platform.certifier();
      const at = ctx.now();
      const issued = await certifier.issue({ publicKey, commonName: id, validity: days * DAY_MS, now: at });
      const { serial, fingerprint, notBefore, notAfter, issuer } = issued;
      await ctx.execute({
        action: 'certificate.issue',
        target: id,
        // Grants that were given meanwhile have not been looked at.
        statements: [
          ...unchanged(found),
          registerCertificate({ serial, fingerprint, kind: 'operator', subject: id, notBefore, notAfter, issuedAt: at, issuer }),
        ],
        detail: { serial, kind: 'operator', not_after: notAfter },
        changes: [{ type: 'certificate', key: serial, change: 'create' }],
      });
      return created(toIssued(issued, certifier.certificate));
    }),
});

export const userCertificateRoutes: readonly Route[] = [list, create];
