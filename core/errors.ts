/** The closed set of reasons for which the Orchestrator refuses or fails; each transport maps it once. */
export type ErrorCode =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'conflict'
  | 'precondition_failed'
  | 'too_large'
  | 'uri_too_long'
  | 'too_many'
  | 'unsupported_media_type'
  | 'aborted'
  | 'timeout'
  | 'gateway_offline'
  | 'unavailable'
  | 'internal';

/** One fault of a request: `path` names the place in what was sent (`body.cellular.ran.bandwidth_mhz`). */
export interface Fault {
  path: string;
  message: string;
}

interface ErrorOptions {
  readonly faults?: readonly Fault[];
  readonly reason?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly audited?: boolean;
  readonly retryAfter?: number;
  readonly cause?: unknown;
}

/** A refusal or failure with a message for the caller: what is wrong, and where it helps, how to mend it. */
export class OrcError extends Error {
  readonly code: ErrorCode;
  readonly faults: readonly Fault[];
  /** A finer reason than `code` for machines, for instance `certificate_expired`. */
  readonly reason: string | undefined;
  /** What the answer carries beside its body, as a route's reply does. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whoever threw it sees to its audit row: the door writes none. */
  readonly audited: boolean;
  /** Seconds after which trying again makes sense, where time alone mends it. */
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'OrcError';
    this.code = code;
    this.faults = options.faults ?? [];
    this.reason = options.reason;
    this.headers = options.headers ?? {};
    this.audited = options.audited ?? false;
    this.retryAfter = options.retryAfter;
  }
}

/** A request whose content is wrong; the message lists every fault with its path. */
export function invalid(faults: readonly Fault[] | string): OrcError {
  if (typeof faults === 'string') return new OrcError('invalid', faults);
  // The schema and a check of its own may find the same thing.
  const distinct = new Map(faults.map((fault) => [fault.path ? `${fault.path}: ${fault.message}` : fault.message, fault]));
  return new OrcError('invalid', [...distinct.keys()].join('; '), { faults: [...distinct.values()] });
}

/** Error: `invalid` with all of these, when there are any. */
export function refuse(faults: readonly Fault[]): void {
  if (faults.length > 0) throw invalid(faults);
}

export const notFound = (what: string): OrcError => new OrcError('not_found', `${what} was not found`);
export const conflict = (what: string): OrcError => new OrcError('conflict', `${what} already exists`);
