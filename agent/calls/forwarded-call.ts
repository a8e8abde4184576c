// A call of the cloud to a service of this machine that the agent does not serve itself (SOUTHBOUND 5, "Gateway").
import type { ClientHttp2Stream, IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http2';
import { constants } from 'node:http2';
import { GrpcError, GrpcStatus } from '../../core/wire/grpc.ts';
import type { GatewayRequest } from '../../proto/gen/orc8r/protos/sync_rpc_service_pb.js';
import type { Clock, Timer } from '../clock.ts';
import type { LocalServices } from '../proxy/local-services.ts';

/** A part of the reply: the headers known so far, and what came. The part with `grpc-status` is the last. */
export interface ReplyPart {
  headers: Record<string, string>;
  payload: Uint8Array;
}

/** How long a service may be silent, in milliseconds. */
const SILENCE_MS = 120_000;
/** Not the cloud's to say. */
const OWN = /^(:|connection$|host$|keep-alive$|proxy-connection$|transfer-encoding$|upgrade$|content-length$)/;

/**
 * Calls `authority` as service_registry.yml names it and gives the reply as it comes; the service waits while nobody takes it. The signal ends
 * the call. Throws GrpcError: UNIMPLEMENTED, UNAVAILABLE when the service cannot be reached or breaks off, DEADLINE_EXCEEDED after 120 s of silence.
 */
export async function* forwardCall(
  { authority, path, headers, payload }: GatewayRequest,
  services: LocalServices,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<ReplyPart> {
  const stream = await services.open(authority.toLowerCase(), {
    ...sent(headers),
    ':method': 'POST',
    ':path': path,
    ':authority': authority,
  });
  const abort = () => stream.close(constants.NGHTTP2_CANCEL);
  signal.addEventListener('abort', abort);
  const silence = new Silence(clock, abort);
  try {
    stream.end(payload);
    const { response, trailers } = heads(stream);
    const head = merged(await response);
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      silence.broken();
      yield { headers: head, payload: chunk };
    }
    yield { headers: ended({ ...head, ...merged(trailers()) }, authority), payload: new Uint8Array() };
  } catch (error) {
    if (silence.tooLong) throw new GrpcError(GrpcStatus.DEADLINE_EXCEEDED, `${authority} was silent for ${SILENCE_MS / 1000} s`);
    if (error instanceof GrpcError) throw error;
    throw new GrpcError(GrpcStatus.UNAVAILABLE, `${authority} broke the call off`);
  } finally {
    silence.end();
    signal.removeEventListener('abort', abort);
    if (!stream.destroyed) stream.close(constants.NGHTTP2_CANCEL);
  }
}

class Silence {
  tooLong = false;
  private readonly clock: Clock;
  private readonly onTooLong: () => void;
  private timer: Timer;

  constructor(clock: Clock, onTooLong: () => void) {
    this.clock = clock;
    this.onTooLong = onTooLong;
    this.timer = this.start();
  }

  broken(): void {
    this.timer.cancel();
    this.timer = this.start();
  }

  end(): void {
    this.timer.cancel();
  }

  private start(): Timer {
    return this.clock.after(SILENCE_MS, () => {
      this.tooLong = true;
      this.onTooLong();
    });
  }
}

/** The response headers, as soon as they are there, and the trailers, once the stream has ended. */
function heads(stream: ClientHttp2Stream): { response: Promise<IncomingHttpHeaders>; trailers: () => IncomingHttpHeaders } {
  let last: IncomingHttpHeaders = {};
  stream.on('trailers', (received) => {
    last = received;
  });
  const response = new Promise<IncomingHttpHeaders>((resolve, reject) => {
    stream.on('response', resolve);
    stream.on('close', () => reject(new Error('no answer')));
  });
  return { response, trailers: () => last };
}

/** The cloud's headers as HTTP/2 takes them; it stores their names as HTTP/1.1 spells them. */
function sent(headers: Readonly<Record<string, string>>): OutgoingHttpHeaders {
  const own = Object.entries(headers).map(([name, value]): [string, string] => [name.toLowerCase(), value]);
  return { 'content-type': 'application/grpc', te: 'trailers', ...Object.fromEntries(own.filter(([name]) => !OWN.test(name))) };
}

function merged(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])));
}

/** A service that ends without a status has broken off, or does not speak gRPC. */
function ended(headers: Record<string, string>, service: string): Record<string, string> {
  if (headers['grpc-status'] !== undefined) return headers;
  throw new GrpcError(
    GrpcStatus.UNAVAILABLE,
    `${service} ended the call without a gRPC status (HTTP ${headers[':status'] ?? 'status unknown'})`,
  );
}
