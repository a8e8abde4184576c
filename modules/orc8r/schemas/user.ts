import { z } from 'zod';
import { unmatchable } from '../../../core/identity/policies.ts';
import { nonEmpty, nullWhenUnset, unset } from '../../../core/rest/fields.ts';

export const username = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[^\p{Cc}\s:/]+$/u, { error: 'may not hold blanks, control characters, ":" or "/"' })
  // In a path these mean a folder, whatever they are encoded as: nobody could read or delete such a user.
  .refine((name) => name !== '.' && name !== '..', { error: 'may not be "." or ".."' })
  .meta({ description: 'Name to log in with; no blanks, `:` or `/`, and neither `.` nor `..`', examples: ['ann'] });
const password = () =>
  z
    .string()
    .min(1)
    .max(1024)
    .meta({ format: 'password' })
    .meta({ description: 'Password for the login; kept as a hash and never shown', examples: ['correct horse battery'] });

export const user = z.object({ username, password: password() }).meta({ id: 'user', description: 'Name and password of a user' });

/** Magma's server takes the bare string, its document has an object: both are taken. */
export const newPassword = z.union([
  password(),
  z
    .object({ password: password().optional() })
    .refine((given): given is { password: string } => given.password !== undefined, { path: ['password'], error: 'is required' }),
]);

export const policy = z
  .object({
    effect: z.enum(['DENY', 'ALLOW']).optional().describe('One DENY outweighs every ALLOW; DENY when left out'),
    action: z.enum(['READ', 'WRITE']).optional().describe('WRITE includes READ; when left out, READ if it allows and WRITE if it denies'),
    resourceType: z.enum(['NETWORK_ID', 'TENANT_ID', 'URI']).optional().describe('What it is about; URI when left out'),
    path: nonEmpty()
      .max(1024)
      .optional()
      .meta({
        description:
          'For URI: a glob over path and query, `*` within a segment, `**` across segments. One that matches no path below `/magma/v1/` is refused',
        examples: ['/magma/v1/networks/city/**'],
      }),
    resourceIDs: nullWhenUnset(z.array(nonEmpty().max(255)).max(1000)).meta({
      description: 'For NETWORK_ID and TENANT_ID: the ids, or `*`',
      examples: [['city']],
    }),
  })
  .superRefine(({ resourceType = 'URI', path, resourceIDs }, ctx) => {
    const fault = (at: (string | number)[], message: string) => ctx.addIssue({ code: 'custom', path: at, message });
    if (resourceType === 'URI') {
      const wrong = path === undefined ? 'is required for a policy on URIs' : unmatchable(path);
      if (wrong !== undefined) fault(['path'], wrong);
      return;
    }
    if (!resourceIDs || resourceIDs.length === 0) fault(['resourceIDs'], `must name at least one for ${resourceType}`);
    if (resourceType !== 'TENANT_ID') return;
    for (const [index, id] of (resourceIDs ?? []).entries())
      if (!/^(\*|0|[1-9]\d{0,15})$/.test(id)) fault(['resourceIDs', index], 'must be the number of a tenant, or *');
  })
  .meta({
    id: 'policy',
    description: 'What a token may, or may not',
    examples: [{ effect: 'ALLOW', action: 'WRITE', resourceType: 'NETWORK_ID', resourceIDs: ['city'] }],
  });

const MOST_POLICIES = 100;

export const policies = z
  .array(policy)
  .max(MOST_POLICIES)
  .meta({ id: 'policies', description: 'What a token may; nothing when there are none' });

export const userGrants = z
  .array(policy)
  .max(MOST_POLICIES)
  .meta({
    id: 'user_grants',
    description: 'What the certificates of a user may; nothing when there are none',
    examples: [[{ effect: 'ALLOW', action: 'READ', resourceType: 'NETWORK_ID', resourceIDs: ['city'] }]],
  });

const time = () => z.int().optional();

export const policyList = z
  .object({
    token: unset(z.string(), 'null').meta({
      description: 'Right after it was made the token itself, later only its id',
      examples: ['op_2x8mQv6tKc4hPZ1nRb7sYw3dLf9gAeUiXoBjWlCqVtMyDkGz'],
    }),
    policies: nullWhenUnset(policies).describe('What the token may do; null lets it do whatever its user may'),
    id: z
      .string()
      .optional()
      .meta({ description: 'Id of the token, which a DELETE takes in place of the token itself', examples: ['tok_9f86d081884c7d65'] }),
    prefix: z
      .string()
      .optional()
      .meta({ description: 'First characters of the token, by which its holder recognises it', examples: ['op_2x8mQv'] }),
    created_at: time().meta({ description: 'When the token was made, unix milliseconds', examples: [1767182400000] }),
    expires_at: time().meta({
      description: 'When the token ends, unix milliseconds; it never does when this is missing',
      examples: [1767225600000],
    }),
    last_used_at: time().meta({
      description: 'When the token was last used, unix milliseconds, to within five minutes; missing when it never was',
      examples: [1767182700000],
    }),
  })
  .meta({ id: 'policyList', description: 'A token of a user' });

export const userRecord = z
  .object({
    username,
    tokens: z.array(z.string()).meta({ description: 'Ids of the tokens of the user', examples: [['tok_9f86d081884c7d65']] }),
    has_password: z.boolean().describe('Whether there is a password to log in with'),
    created_at: z.int().meta({ description: 'When the user was made, unix milliseconds', examples: [1767182400000] }),
    grants: z
      .int()
      .min(0)
      .meta({
        description: 'How many networks, tenants and URIs the grants name, by which certificates of the user are judged',
        examples: [1],
      }),
  })
  .meta({ id: 'user_record', description: 'A user, without secrets' });

export type Policy = z.infer<typeof policy>;
export type PolicyList = z.infer<typeof policyList>;
