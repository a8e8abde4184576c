import type { z } from 'zod';
import type { Fault } from '../errors.ts';
import type { Permission } from '../identity/principal.ts';
import type { RequestContext } from './context.ts';

/** What an answer carries beside its body: a tag for If-Match, the token of the next page of a map, or the id of a command's record. */
export type AnswerHeader = 'ETag' | 'Next-Page-Token' | 'X-Command-Id';

export interface ResponseSpec {
  readonly description: string;
  /** Absent: an empty body. */
  readonly schema?: z.ZodType;
  /** The contract documents the body of `schema`, and Magma never sends it: neither do we. */
  readonly unsent?: true;
  /** A whole body, where what its parts give as examples would not make a true one together. */
  readonly example?: unknown;
  readonly contentType?: string;
  readonly headers?: readonly AnswerHeader[];
}

/** What a status means at a route, with the code and message that it has there as an example. */
export interface RefusalSpec {
  readonly description: string;
  readonly code: string;
  readonly message: string;
  /** Seconds, where waiting helps. */
  readonly retryAfter?: number;
}

export interface Reply {
  readonly status: number;
  /** Absent: an empty body. A string is sent as a JSON string, bytes as they are under the `contentType` of the response, and a stream of them as it comes. */
  readonly body?: unknown;
  /** The parts that identify this representation, for instance entity versions; the door makes an ETag of them. */
  readonly etag?: readonly (string | number)[];
  readonly headers?: Readonly<Record<string, string>>;
}

export interface RouteInput<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** Of a route that declares `rawBody`; there is one then, even when it is empty. */
  readonly raw: RawBody;
}

/** The parts of a request that schemas have checked. */
export type CheckedInput<P, Q, B> = Pick<RouteInput<P, Q, B>, 'params' | 'query' | 'body'>;

/** A body that the handler reads itself, as it comes. */
export interface RawBody {
  /** One of those that the route takes, in lower case, without parameters. */
  readonly contentType: string;
  /** To be read once. Error: `too_large`. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

export interface RawBodySpec {
  readonly contentTypes: readonly string[];
  /** A whole body of each content type, for the document. */
  readonly examples: Readonly<Record<string, string>>;
  readonly maxBytes: number;
}

/**
 * One REST operation, free of any HTTP framework. `path` is below /magma/v1, with `{name}` parameters.
 * The OpenAPI document is written from these; a route without a permission is not accepted by the registry.
 */
export interface Route<P = Record<string, string>, Q = unknown, B = unknown> {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  readonly path: string;
  readonly operationId: string;
  readonly tag: string;
  /** One line, our own words. */
  readonly summary: string;
  readonly description?: string;
  readonly permission: Permission;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Checks a body in place of `body`, where Magma's server takes more than its document says; what comes of it is what `body` describes. */
  readonly takes?: z.ZodType;
  /** Its JSON is taken under any content type, or none (REST-BEHAVIOUR 2), unless a browser's page sends it. */
  readonly anyContentType?: true;
  /** Instead of `body`: what is not one JSON value. */
  readonly rawBody?: RawBodySpec;
  /**
   * What is wrong with a request of the right form that can be told without a look at what is stored. It is told before anything is
   * missed, and together with what the handler finds (REST-BEHAVIOUR 2: the order of validation).
   */
  readonly validate?: (input: CheckedInput<P, Q, B>) => readonly Fault[] | Promise<readonly Fault[]>;
  /** Whether it holds its caller to If-Match; left out: a PUT or DELETE does, nothing else. */
  readonly guarded?: boolean;
  /** Takes the header Idempotency-Key: what it does here. */
  readonly idempotent?: string;
  /** It has a gateway do something, which cannot be tried without doing it: `dry_run` is refused. */
  readonly noDryRun?: true;
  /** Its answer tells of parts that it refuses, so a dry run shows that answer too. */
  readonly answersDryRun?: true;
  /** The answer on success; refusals share one envelope and are documented by the door. */
  readonly responses: Readonly<Record<number, ResponseSpec>>;
  /** What a status means here when that is more than what it means everywhere, or when other operations never answer it. */
  readonly refusals?: Readonly<Record<number, string | RefusalSpec>>;
  readonly handle: (input: RouteInput<P, Q, B>, context: RequestContext) => Promise<Reply>;
}

/** Whether a caller's If-Match guards what it changes. */
export const isGuarded = ({ method, guarded = method === 'put' || method === 'delete' }: Pick<Route, 'method' | 'guarded'>): boolean =>
  guarded;

type Out<S> = S extends z.ZodType ? z.output<S> : undefined;

/** Declares a route with its handler's input typed from the schemas. */
export function route<
  PS extends z.ZodObject | undefined = undefined,
  QS extends z.ZodObject | undefined = undefined,
  BS extends z.ZodType | undefined = undefined,
>(
  spec: Omit<Route, 'params' | 'query' | 'body' | 'validate' | 'handle'> & {
    readonly params?: PS;
    readonly query?: QS;
    readonly body?: BS;
    readonly validate?: (input: CheckedInput<Out<PS>, Out<QS>, Out<BS>>) => readonly Fault[] | Promise<readonly Fault[]>;
    readonly handle: (input: RouteInput<Out<PS>, Out<QS>, Out<BS>>, context: RequestContext) => Promise<Reply>;
  },
): Route {
  return spec as unknown as Route;
}
