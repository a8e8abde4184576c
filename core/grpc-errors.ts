import { type ErrorCode, OrcError } from './errors.ts';
import { GrpcStatus } from './wire/grpc.ts';

const STATUS: Readonly<Record<ErrorCode, GrpcStatus>> = {
  invalid: GrpcStatus.INVALID_ARGUMENT,
  unauthenticated: GrpcStatus.UNAUTHENTICATED,
  forbidden: GrpcStatus.PERMISSION_DENIED,
  not_found: GrpcStatus.NOT_FOUND,
  method_not_allowed: GrpcStatus.UNIMPLEMENTED,
  conflict: GrpcStatus.ALREADY_EXISTS,
  precondition_failed: GrpcStatus.FAILED_PRECONDITION,
  too_large: GrpcStatus.RESOURCE_EXHAUSTED,
  uri_too_long: GrpcStatus.RESOURCE_EXHAUSTED,
  too_many: GrpcStatus.RESOURCE_EXHAUSTED,
  unsupported_media_type: GrpcStatus.INVALID_ARGUMENT,
  aborted: GrpcStatus.ABORTED,
  timeout: GrpcStatus.DEADLINE_EXCEEDED,
  gateway_offline: GrpcStatus.UNAVAILABLE,
  unavailable: GrpcStatus.UNAVAILABLE,
  internal: GrpcStatus.INTERNAL,
};

/** The status and message with which a southbound call is refused; what is not ours is answered as INTERNAL without its text. */
export function toGrpc(error: unknown): { code: GrpcStatus; message: string } {
  if (error instanceof OrcError) return { code: STATUS[error.code], message: error.message };
  return { code: GrpcStatus.INTERNAL, message: 'internal error' };
}

/**
 * What an operator is told when a gateway refuses a call. A gateway's INVALID_ARGUMENT is answered as not found,
 * as Magma's REST does (REST-BEHAVIOUR 6, Commands).
 */
export function fromGrpc(code: number, message: string): OrcError {
  const text = message || `the gateway answered with status ${code}`;
  switch (code) {
    case GrpcStatus.INVALID_ARGUMENT:
    case GrpcStatus.NOT_FOUND:
      return new OrcError('not_found', text);
    case GrpcStatus.FAILED_PRECONDITION:
      return new OrcError('invalid', text);
    case GrpcStatus.UNIMPLEMENTED:
      return new OrcError('invalid', text);
    case GrpcStatus.DEADLINE_EXCEEDED:
      return new OrcError('timeout', text);
    case GrpcStatus.UNAVAILABLE:
    case GrpcStatus.RESOURCE_EXHAUSTED:
      return new OrcError('unavailable', text);
    default:
      return new OrcError('internal', text);
  }
}
