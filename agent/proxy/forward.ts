// `<service>.local`: any gRPC stream between two services of this machine, byte for byte, either way at its own pace.
import type { ClientHttp2Stream, IncomingHttpHeaders, OutgoingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { constants } from 'node:http2';
import { GrpcStatus } from '../../core/wire/grpc.ts';
import type { LocalServices } from './local-services.ts';

/** Not to be passed on: HTTP/2 has no use for them, or each hop has its own. */
const OWN = new Set(['connection', 'host', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']);

/** Joins the client's stream to the service's. Throws GrpcError as LocalServices.open does, before anything was answered. */
export async function forward(
  client: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  service: string,
  services: LocalServices,
): Promise<void> {
  const backend = await services.open(service, passedOn(headers));
  if (client.destroyed) return backend.close(constants.NGHTTP2_CANCEL);
  toClient(backend, client, service);
  client.pipe(backend);
  client.on('close', () => {
    if (!backend.destroyed) backend.close(client.rstCode || constants.NGHTTP2_CANCEL);
  });
}

function toClient(backend: ClientHttp2Stream, client: ServerHttp2Stream, service: string): void {
  let trailers: IncomingHttpHeaders = {};
  backend.on('trailers', (received) => {
    trailers = received;
  });
  backend.on('response', (headers, flags) => {
    if (client.destroyed) return;
    if (flags & constants.NGHTTP2_FLAG_END_STREAM) {
      client.respond(passedOn(headers), { endStream: true });
      return;
    }
    client.respond(passedOn(headers), { waitForTrailers: true });
    client.on('wantTrailers', () => client.sendTrailers(passedOn(trailers)));
    backend.pipe(client);
  });
  backend.on('close', () => {
    if (client.destroyed || client.writableEnded) return;
    if (backend.rstCode !== constants.NGHTTP2_NO_ERROR && client.headersSent) client.close(backend.rstCode);
    else if (client.headersSent) client.end();
    else {
      const reason = `${service} ended the call without an answer`;
      const status = {
        ':status': 200,
        'content-type': 'application/grpc',
        'grpc-status': String(GrpcStatus.UNAVAILABLE),
        'grpc-message': reason,
      };
      client.respond(status, { endStream: true });
    }
  });
}

function passedOn(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name, value]) => value !== undefined && !OWN.has(name)));
}
