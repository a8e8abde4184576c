import { randomUUID } from 'node:crypto';
import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ErrorCode } from '../../core/errors.ts';

/** An answer the front gives itself; the body has the platform's one error form. */
export interface Refusal {
  status: number;
  code: ErrorCode;
  message: string;
  /** Seconds after which trying again makes sense. */
  retryAfter?: number;
  /** The methods that are taken, of a 405. */
  allow?: string;
}

export const refusals = {
  runtimeAway: {
    status: 503,
    code: 'unavailable',
    message: 'The runtime is starting; try again in a moment.',
    retryAfter: 1,
  },
  runtimeLost: {
    status: 502,
    code: 'unavailable',
    message: 'The runtime broke off while it worked on this request; it may or may not have been carried out.',
    retryAfter: 1,
  },
  uriTooLong: { status: 414, code: 'uri_too_long', message: 'Path and query are longer than 8192 characters.' },
  headerTooLarge: { status: 431, code: 'too_large', message: 'The header is larger than 32 KiB.' },
  tooSlow: { status: 408, code: 'timeout', message: 'The request was not complete within the time allowed.' },
  malformed: { status: 400, code: 'invalid', message: 'This is not a well-formed HTTP/1.1 request.' },
  badHost: { status: 400, code: 'invalid', message: 'The header Host has to be a host name or address, with a port or without.' },
  noTunnel: {
    status: 405,
    code: 'method_not_allowed',
    message: 'CONNECT is for proxies, which this is not.',
    allow: 'GET, HEAD, POST, PUT, DELETE',
  },
  expectation: { status: 417, code: 'invalid', message: 'The only expectation that is met is 100-continue.' },
  onlyWebSocket: { status: 400, code: 'invalid', message: 'The only protocol a connection can be upgraded to is websocket.' },
} as const satisfies Record<string, Refusal>;

export function bodyTooLarge(limit: number): Refusal {
  return { status: 413, code: 'too_large', message: `The body is larger than ${limit} bytes.` };
}

/** Answers a request whose answer has not begun, and ends the connection: what follows on it is not to be trusted. */
export function refuse(response: ServerResponse, refusal: Refusal): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { body, headers } = envelope(refusal);
  response.writeHead(refusal.status, headers);
  response.end(body);
}

/** The same on a bare socket, before or instead of an HTTP exchange. */
export function refuseSocket(socket: Duplex, refusal: Refusal): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const { body, headers } = envelope(refusal);
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}\r\n${head.join('')}\r\n${body}`, () => socket.destroy());
}

function envelope({ message, code, retryAfter, allow }: Refusal): { body: string; headers: Record<string, string | number> } {
  const requestId = randomUUID();
  const body = JSON.stringify({ message, code, request_id: requestId });
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-request-id': requestId,
    ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
    ...(allow === undefined ? {} : { allow }),
    connection: 'close',
  };
  return { body, headers };
}
