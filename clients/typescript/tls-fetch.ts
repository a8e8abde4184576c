import type { IncomingMessage } from 'node:http';
import { type Agent, type RequestOptions, request as send } from 'node:https';
import { Readable } from 'node:stream';
import type { Fetch } from './client.ts';

export interface TlsOptions {
  /** PEM of the CA that signed the platform's server certificate; the system's CAs when left out. */
  readonly ca?: string;
  /** PEM of an operator's client certificate and of its key. */
  readonly certificate?: string;
  readonly key?: string;
  /** To keep connections open between requests. */
  readonly agent?: Agent;
}

/**
 * A fetch with a CA and a client certificate of its own, which the fetch of Node has no words for. Errors: those of the
 * connection, as node:https has them, and the reason of the request's signal when that is aborted.
 */
export function tlsFetch({ ca, certificate: cert, key, agent }: TlsOptions): Fetch {
  return async (request) => {
    const body = request.body === null ? undefined : Buffer.from(await request.arrayBuffer());
    const headers = Object.fromEntries(request.headers);
    if (body) headers['content-length'] = String(body.byteLength);
    const options: RequestOptions = { method: request.method, headers, signal: request.signal, ca, cert, key, agent };
    return new Promise((resolve, reject) => {
      const outgoing = send(request.url, options, (incoming) => resolve(responseOf(incoming)));
      outgoing.once('error', reject);
      outgoing.end(body);
    });
  };
}

/** The body comes as it is read: an answer may last as long as a log is followed. */
function responseOf(incoming: IncomingMessage): Response {
  const { statusCode: status = 500, headersDistinct } = incoming;
  const headers = Object.entries(headersDistinct).flatMap(([name, values = []]) => values.map((value): [string, string] => [name, value]));
  // A Response of these statuses may not have a body, not even an empty one.
  const none = status === 204 || status === 304;
  if (none) incoming.resume();
  return new Response(none ? null : (Readable.toWeb(incoming) as unknown as ReadableStream<Uint8Array>), { status, headers });
}
