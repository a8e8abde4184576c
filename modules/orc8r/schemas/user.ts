import { z } from 'zod';
import { nonEmpty, nullWhenUnset, unset } from '../../../core/rest/fields.ts';

export const username = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[^\p{Cc}\s:/]+$/u, { error: 'may not hold blanks, control characters, ":" or "/"' })
  .describe('Name of the user');
const password = () => z.string().min(1).max(1024).meta({ format: 'password' }).describe('Password for the login; never shown again');

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
    path: nonEmpty().max(1024).optional().describe('For URI: a glob over path and query, `*` within a segment, `**` across segments'),
    resourceIDs: nullWhenUnset(z.array(nonEmpty().max(255)).max(1000)).describe('For NETWORK_ID and TENANT_ID: the ids, or `*`'),
  })
  .superRefine(({ resourceType = 'URI', path, resourceIDs }, ctx) => {
    const fault = (at: (string | number)[], message: string) => ctx.addIssue({ code: 'custom', path: at, message });
    if (resourceType === 'URI') {
      if (path === undefined) fault(['path'], 'is required for a policy on URIs');
      return;
    }
    if (!resourceIDs || resourceIDs.length === 0) fault(['resourceIDs'], `must name at least one for ${resourceType}`);
    if (resourceType !== 'TENANT_ID') return;
    for (const [index, id] of (resourceIDs ?? []).entries())
      if (!/^(\*|0|[1-9]\d{0,15})$/.test(id)) fault(['resourceIDs', index], 'must be the number of a tenant, or *');
  })
  .meta({ id: 'policy', description: 'What a token may, or may not' });

export const policies = z.array(policy).max(100).meta({ id: 'policies', description: 'What a token may; nothing when there are none' });

const time = () => z.int().optional();

export const policyList = z
  .object({
    token: unset(z.string(), 'null').describe('Right after it was made the token itself, later only its id'),
    policies: nullWhenUnset(policies).describe('What it may; null: whatever its user may'),
    id: z.string().optional().describe('Id of the token; a DELETE takes this'),
    prefix: z.string().optional().describe('Its first characters'),
    created_at: time().describe('When it was made, in unix milliseconds'),
    expires_at: time().describe('When it ends, in unix milliseconds; never when missing'),
    last_used_at: time().describe('When it was last used, in unix milliseconds, to within five minutes'),
  })
  .meta({ id: 'policyList', description: 'A token of a user' });

export const userRecord = z
  .object({
    username,
    tokens: z.array(z.string()).describe('Ids of the tokens'),
    has_password: z.boolean().describe('Whether there is a password to log in with'),
    created_at: z.int().describe('In unix milliseconds'),
  })
  .meta({ id: 'user_record', description: 'A user, without secrets' });

export type Policy = z.infer<typeof policy>;
export type PolicyList = z.infer<typeof policyList>;
