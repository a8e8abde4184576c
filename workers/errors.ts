import { type ErrorCode, OrcError } from '../core/errors.ts';

const STATUS: Readonly<Record<ErrorCode, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  precondition_failed: 412,
  too_large: 413,
  uri_too_long: 414,
  too_many: 429,
  unsupported_media_type: 400,
  aborted: 409,
  timeout: 504,
  gateway_offline: 500,
  unavailable: 503,
  internal: 500,
};

/** Seconds after which trying again makes sense unless the error says otherwise: what is busy is so for a moment. */
const USUAL_WAIT: Readonly<Partial<Record<ErrorCode, number>>> = { unavailable: 1 };

/**
 * The one error envelope, `{message, code, request_id}`. What is not an OrcError is an accident: it is logged with its request id and
 * answered without its text. A gateway that is not connected answers 500, as Magma's clients expect (REST-BEHAVIOUR 6).
 */
export function errorResponse(error: unknown, requestId: string): Response {
  const known = error instanceof OrcError;
  if (!known) console.error('unexpected failure', requestId, error);
  else if (error.code === 'internal') console.error('failure', requestId, error.message, error.cause);
  const status = known ? STATUS[error.code] : 500;
  const body = {
    message: known ? error.message : 'internal error; the request id finds it in the log',
    code: known ? (error.reason ?? error.code) : 'internal',
    request_id: requestId,
    ...(known && error.faults.length > 0 ? { faults: error.faults } : {}),
  };
  const headers: Record<string, string> = { 'x-request-id': requestId, ...(known ? error.headers : {}) };
  if (status === 401) headers['www-authenticate'] = 'Bearer realm="orc8r", Basic realm="orc8r"';
  const wait = known ? (error.retryAfter ?? USUAL_WAIT[error.code]) : undefined;
  if (wait !== undefined) headers['retry-after'] = String(wait);
  return Response.json(body, { status, headers });
}
