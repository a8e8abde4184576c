import { type Agent, type ClientRequest, type IncomingMessage, type RequestOptions, type ServerResponse, request as send } from 'node:http';
import { errorCode } from '../start-error.ts';
import { requestHeaders, responseHeaders } from './headers.ts';
import { bodyTooLarge, type Refusal, refusals, refuse } from './refusals.ts';
import { hostOf, unfit } from './unfit.ts';

export interface ProxyOptions {
  /** Where the Worker listens; undefined while the runtime is away. */
  upstream: () => URL | undefined;
  agent: Agent;
  /** Bytes. */
  maxBody: number;
}

/** Hands one HTTP exchange to the Worker and its answer back, both bodies as streams. `added` are the front's own headers. */
export function proxyRequest(request: IncomingMessage, response: ServerResponse, added: readonly string[], options: ProxyOptions): void {
  const fault = unfit(request);
  if (fault) {
    refuseUnread(request, response, fault);
    return;
  }
  const upstream = options.upstream();
  if (!upstream) {
    refuseUnread(request, response, refusals.runtimeAway);
    return;
  }
  if (Number(request.headers['content-length'] ?? 0) > options.maxBody) {
    refuseUnread(request, response, bodyTooLarge(options.maxBody));
    return;
  }

  const headers = [...hostOf(request.rawHeaders), ...requestHeaders(request.rawHeaders), ...added];
  const chunked = request.headers['transfer-encoding'] !== undefined;
  const bodyless = !chunked && (request.headers['content-length'] ?? '0') === '0';
  if (chunked) headers.push('Transfer-Encoding', 'chunked');
  else if (bodyless && request.headers['content-length'] === undefined && mayCarryBody(request.method)) headers.push('Content-Length', '0');

  const target = { host: upstream.hostname, port: upstream.port, method: request.method, path: request.url, headers, agent: options.agent };
  exchange(request, response, target, bodyless, options, true);
}

function exchange(
  request: IncomingMessage,
  response: ServerResponse,
  target: RequestOptions,
  bodyless: boolean,
  options: ProxyOptions,
  mayRepeat: boolean,
): void {
  const outgoing = send(target);
  let begun: IncomingMessage | undefined;
  const stopSending = (): void => {
    // A plain close may also mean that the caller has no more to say: workerd would go on with a quiet stream until it writes again.
    if (begun && !begun.complete) outgoing.socket?.resetAndDestroy();
    outgoing.destroy();
  };
  response.once('close', stopSending);

  outgoing.once('response', (answer) => {
    begun = answer;
    relay(answer, response);
  });
  outgoing.on('error', (error) => {
    response.removeListener('close', stopSending);
    if (response.headersSent || response.destroyed) {
      if (!response.writableFinished) response.destroy();
      return;
    }
    const code = errorCode(error);
    // A kept connection may be closed by workerd in the very moment it is used again: nothing was carried out then.
    if (mayRepeat && bodyless && outgoing.reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE') && isSafe(request.method)) {
      exchange(request, response, target, bodyless, options, false);
      return;
    }
    refuseUnread(request, response, code === 'ECONNREFUSED' ? refusals.runtimeAway : refusals.runtimeLost);
  });

  if (bodyless) outgoing.end();
  else sendBody(request, response, outgoing, options.maxBody);
}

function sendBody(request: IncomingMessage, response: ServerResponse, outgoing: ClientRequest, maxBody: number): void {
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= maxBody) return;
    request.unpipe(outgoing);
    request.removeAllListeners('data');
    refuseUnread(request, response, bodyTooLarge(maxBody));
    outgoing.destroy();
  });
  request.pipe(outgoing);
}

function relay(answer: IncomingMessage, response: ServerResponse): void {
  if (response.headersSent || response.destroyed) {
    answer.destroy();
    return;
  }
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage, responseHeaders(answer.rawHeaders));
  // Streamed answers (Connect, gRPC-Web) must not wait for their first byte of body.
  response.flushHeaders();
  answer.on('error', () => response.destroy());
  answer.on('aborted', () => response.destroy());
  answer.pipe(response);
}

/** Refuses while the client may still be sending: reads on for a moment, or it would see a reset instead of the answer. */
export function refuseUnread(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  refuse(response, refusal);
  request.resume();
  const timer = setTimeout(() => request.destroy(), 2000).unref();
  request.once('close', () => clearTimeout(timer));
}

function mayCarryBody(method: string | undefined): boolean {
  return method === 'POST' || method === 'PUT' || method === 'PATCH';
}

function isSafe(method: string | undefined): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}
