import type { Route } from '../../core/module/route.ts';
import type { Json } from './json.ts';

const ENVELOPE = { $ref: '#/components/schemas/error' };
const RETRY_AFTER = { 'Retry-After': { $ref: '#/components/headers/Retry-After' } };

interface Refusal {
  readonly description: string;
  readonly code: string;
  readonly message: string;
  readonly faults?: readonly { readonly path: string; readonly message: string }[];
  readonly headers?: Json;
}

/** What the doors refuse, by status: `workers/errors.ts` maps the codes, `local/front/refusals.ts` adds those of the TLS front. */
const REFUSALS: Readonly<Record<string, Refusal>> = {
  400: {
    description: 'The request is wrong: a body, parameter or content type that is not taken; `faults` names every place',
    code: 'invalid',
    message: 'body.name: is required',
    faults: [{ path: 'body.name', message: 'is required' }],
  },
  401: {
    description: 'No credentials, or ones that are not accepted; `code` says why',
    code: 'token_unknown',
    message: 'the token is not known here: check that it was copied whole and belongs to the user named, or ask for a new one',
    headers: { 'WWW-Authenticate': { $ref: '#/components/headers/WWW-Authenticate' } },
  },
  403: {
    description: 'The credentials are good, and their holder may not do this',
    code: 'not_permitted',
    message: 'access denied: operator ann may not write network city',
  },
  404: { description: 'What the path names does not exist', code: 'not_found', message: 'network "city" was not found' },
  408: {
    description: 'The request was not complete in time: 10 seconds for its header, 300 for all of it',
    code: 'timeout',
    message: 'The request was not complete within the time allowed.',
  },
  409: {
    description: 'What is to be made exists already (`conflict`), or others changed it each time this was tried (`aborted`)',
    code: 'conflict',
    message: 'network "city" already exists',
  },
  412: {
    description: 'It has changed since it was read: the ETag in `If-Match` is no longer its own',
    code: 'precondition_failed',
    message: 'this has changed since it was read: its ETag is now "18"; read it again and repeat the change',
  },
  413: { description: 'The body is larger than this operation takes', code: 'too_large', message: 'the body is larger than 5242880 bytes' },
  414: {
    description: 'Path and query together are longer than 8192 characters',
    code: 'uri_too_long',
    message: 'path and query are longer than 8192 characters',
  },
  429: { description: 'There are too many already', code: 'too_many', message: 'there are too many already' },
  431: { description: 'The request header is larger than 32 KiB', code: 'too_large', message: 'The header is larger than 32 KiB.' },
  500: {
    description: 'A fault of the platform; the request id finds it in the log',
    code: 'internal',
    message: 'internal error; the request id finds it in the log',
  },
  502: {
    description: 'The runtime broke off while it worked on this: a write may or may not have been carried out',
    code: 'unavailable',
    message: 'The runtime broke off while it worked on this request; it may or may not have been carried out.',
    headers: RETRY_AFTER,
  },
  503: {
    description: 'A part of the platform is busy or away; nothing was done, try again',
    code: 'unavailable',
    message: 'The runtime is starting; try again in a moment.',
    headers: RETRY_AFTER,
  },
  504: {
    description: 'The gateway did not answer in time',
    code: 'timeout',
    message: 'gateway agw1: the gateway did not answer within 60 s',
  },
};

/** The one form of every refusal. */
export const ERROR: Json = {
  type: 'object',
  description: 'Every refusal has this form',
  required: ['message', 'code', 'request_id'],
  properties: {
    message: { type: 'string', description: 'What is wrong, for a person; do not match on it', examples: ['body.name: is required'] },
    code: { type: 'string', description: 'The reason for a program: a fixed word, finer than the status', examples: ['invalid'] },
    request_id: {
      type: 'string',
      description: 'Finds the request in the log and in the audit rows; also in the header X-Request-Id',
      examples: ['4f1c2c1e-6a0e-4f6e-9a53-8d0c3a3d2b11'],
    },
    faults: {
      type: 'array',
      description: 'Each fault of the request, with its place',
      items: {
        type: 'object',
        description: 'One fault',
        required: ['path', 'message'],
        properties: {
          path: { type: 'string', description: 'The place in what was sent, from `body`, `query` or `path` on', examples: ['body.name'] },
          message: { type: 'string', description: 'What is wrong at this place', examples: ['is required'] },
        },
      },
    },
  },
};

/** `components/responses`: one for each status. */
export function refusalComponents(): Record<string, Json> {
  return Object.fromEntries(Object.entries(REFUSALS).map(([status, refusal]) => [`refusal_${status}`, response(refusal)]));
}

function response({ description, headers = {}, code, message, faults }: Refusal): Json {
  const example = { message, code, request_id: '4f1c2c1e-6a0e-4f6e-9a53-8d0c3a3d2b11', ...(faults ? { faults } : {}) };
  return {
    description,
    headers: { 'X-Request-Id': { $ref: '#/components/headers/X-Request-Id' }, ...headers },
    content: { 'application/json': { schema: ENVELOPE, example } },
  };
}

/** The refusals that this operation can meet: those of every request, those its parts bring, and those it declares itself. */
export function refusalsOf(route: Route): Record<string, Json> {
  const writes = route.method !== 'get';
  const known = route.permission.scope !== 'anyone';
  const statuses = [
    ...(writes || route.params || route.query ? [400] : []),
    ...(known ? [401, 403] : []),
    ...(route.params ? [404] : []),
    ...(writes && known ? [409] : []),
    ...(route.method === 'put' || route.method === 'delete' ? [412] : []),
    ...(route.body || route.rawBody ? [413] : []),
    ...[408, 414, 431, 500, 502, 503],
  ];
  const shared = statuses.map((status): [string, Json] => [String(status), { $ref: `#/components/responses/refusal_${status}` }]);
  const own = Object.entries(route.refusals ?? {}).map(([status, meaning]): [string, Json] => {
    const refusal = REFUSALS[status];
    if (!refusal) throw new Error(`${route.operationId} declares refusals with status ${status}, which no door answers`);
    if (typeof meaning === 'string') return [status, response({ ...refusal, description: meaning })];
    const { retryAfter, ...own } = meaning;
    return [status, response({ ...refusal, ...own, ...(retryAfter === undefined ? {} : { headers: RETRY_AFTER }) })];
  });
  return Object.fromEntries([...shared, ...own]);
}
