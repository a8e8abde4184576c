import { fromBinary } from '@bufbuild/protobuf';
import {
  Code,
  ConnectError,
  type ConnectRouter,
  type ConnectRouterOptions,
  type ContextValues,
  createConnectRouter,
  createContextKey,
  createContextValues,
  type HandlerContext,
  type Interceptor,
} from '@connectrpc/connect';
import { type UniversalHandler, universalServerResponseToFetch } from '@connectrpc/connect/protocol';
import { OrcError } from '../core/errors.ts';
import { toGrpc } from '../core/grpc-errors.ts';
import { concat } from '../core/identity/bytes.ts';
import { errorResponse } from './errors.ts';

/** Largest message taken, bytes: a whole body for unary calls. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;
/** Envelopes of gRPC-Web and streaming calls. */
const FRAMING_BYTES = 1024;

const REQUEST_ID = 'x-request-id';
const REASON = 'x-orc8r-reason';
const requestIdKey = createContextKey('', { description: 'request id' });

/** The id of the request that a call came in by. */
export const requestIdOf = (context: HandlerContext): string => context.values.get(requestIdKey);

export interface ConnectHandlerOptions {
  /** Largest message taken, bytes. */
  readonly maxBytes?: number;
}

/** Answers one call; `prepare` puts what handlers need to know of it into their context. */
export type ConnectFetch = (request: Request, requestId: string, prepare?: (values: ContextValues) => void) => Promise<Response>;

/** Serves unary and server-streaming calls by the Connect protocol and gRPC-Web over fetch; gRPC itself needs trailers, which workerd lacks. */
export function connectHandler(routes: (router: ConnectRouter) => void, options: ConnectHandlerOptions = {}): ConnectFetch {
  const maxBytes = options.maxBytes ?? MAX_MESSAGE_BYTES;
  const settings: ConnectRouterOptions = { grpc: false, interceptors: [explainErrors], readMaxBytes: maxBytes };
  const router = createConnectRouter(settings);
  routes(router);
  const handlers = new Map(router.handlers.map((handler) => [handler.requestPath, handler]));

  return async (request, requestId, prepare) => {
    const { pathname } = new URL(request.url);
    const handler = handlers.get(pathname);
    if (!handler) return errorResponse(new OrcError('not_found', `there is no method ${pathname.slice(0, 200)}`), requestId);
    const body = await readBody(request, maxBytes + FRAMING_BYTES);
    if (!body) return errorResponse(new OrcError('too_large', `the body is larger than ${maxBytes} bytes`), requestId);
    if (!parses(handler, request, body)) return garbage(handler, requestId);
    const contextValues = createContextValues().set(requestIdKey, requestId);
    prepare?.(contextValues);
    const { method, headers, url, signal } = request;
    const answer = await handler({ httpVersion: '1.1', method, url, header: headers, body: oneChunk(body), signal, contextValues });
    // The library answers what is no call at all with a bare status.
    if (answer.status === 415) return unsupported(request, requestId);
    if (answer.status === 405)
      return errorResponse(new OrcError('method_not_allowed', `${pathname} takes ${handler.allowedMethods.join(' or ')} only`), requestId);
    const response = universalServerResponseToFetch(answer);
    response.headers.set(REQUEST_ID, requestId);
    return response;
  };
}

/** The whole body: every call served here sends one message. Undefined when it is larger than allowed. */
async function readBody(request: Request, limit: number): Promise<Uint8Array | undefined> {
  if (Number(request.headers.get('content-length') ?? 0) > limit) return undefined;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body?.values({ preventCancel: true }) ?? []) {
    size += chunk.byteLength;
    if (size > limit) return undefined;
    chunks.push(chunk);
  }
  return concat(...chunks);
}

async function* oneChunk(body: Uint8Array): AsyncIterable<Uint8Array> {
  yield body;
}

/** The library takes bytes that are no message for a fault of the server; in a bare body they are the caller's. */
function parses({ method }: UniversalHandler, request: Request, body: Uint8Array): boolean {
  if (
    method.methodKind !== 'unary' ||
    request.headers.get('content-type') !== 'application/proto' ||
    request.headers.has('content-encoding')
  )
    return true;
  try {
    fromBinary(method.input, body);
    return true;
  } catch {
    return false;
  }
}

function garbage({ method }: UniversalHandler, requestId: string): Response {
  const said = { code: 'invalid_argument', message: `the body is not a ${method.input.typeName} in binary form`, request_id: requestId };
  return Response.json(said, { status: 400, headers: { [REQUEST_ID]: requestId } });
}

/** REST answers 400 here, the Connect protocol asks for 415. */
function unsupported(request: Request, requestId: string): Response {
  const given = (request.headers.get('content-type') ?? '(none)').slice(0, 100);
  const { body, headers } = errorResponse(
    new OrcError('unsupported_media_type', `content type ${given} is not one of Connect or gRPC-Web: use application/proto`),
    requestId,
  );
  return new Response(body, { status: 415, headers });
}

/** Our refusals as Connect errors; what is not ours is logged with its request id and answered without its text. */
const explainErrors: Interceptor = (next) => async (request) => {
  try {
    const response = await next(request);
    return response.stream ? { ...response, message: explained(response.message, request.contextValues.get(requestIdKey)) } : response;
  } catch (error) {
    throw toConnect(error, request.contextValues.get(requestIdKey));
  }
};

async function* explained<T>(messages: AsyncIterable<T>, requestId: string): AsyncIterable<T> {
  try {
    yield* messages;
  } catch (error) {
    throw toConnect(error, requestId);
  }
}

/** The Connect form of a refusal. Codes are those of gRPC. */
export function toConnect(error: unknown, requestId: string): ConnectError {
  // What the library itself refuses: a message that does not parse, a deadline.
  if (error instanceof ConnectError) return error;
  if (!(error instanceof OrcError) || error.code === 'internal') console.error('unexpected failure', requestId, error);
  const reason = error instanceof OrcError ? error.reason : undefined;
  const { code, message } = toGrpc(error);
  // Gateways bootstrap again on PERMISSION_DENIED, so whatever is wrong with a certificate has to be that (SOUTHBOUND 1).
  const answered: Code = reason?.startsWith('certificate_') ? Code.PermissionDenied : (code as number as Code);
  return new ConnectError(message, answered, reason ? { [REASON]: reason } : undefined);
}
