// One gRPC call that a local client makes: messages in and out over its HTTP/2 stream, headers and trailers, deadline, cancellation.
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { constants } from 'node:http2';
import { encodeGrpcMessage, GrpcError, GrpcFramingError, GrpcStatus, MessageReader, prefixMessage } from '../../core/wire/grpc.ts';
import { MAX_FRAME_BYTES } from '../../core/wire/limits.ts';
import type { Clock, Timer } from '../clock.ts';
import { reasonOf } from '../log.ts';
import { parseTimeout } from './deadline.ts';
import type { MemoryBudget } from './memory.ts';

const HEADERS = { ':status': 200, 'content-type': 'application/grpc', 'grpc-accept-encoding': 'identity' };
/** In characters; encoded it is nine times that at most, which fits the 8 KiB of headers that gRPC clients take. */
const MAX_REASON = 800;
/** How long a request may take to arrive, so that one which never does holds no memory for ever. Milliseconds. */
const REQUEST_MS = 30_000;
/** How long a stream whose answer is complete waits for its client, in milliseconds. */
const LINGER_MS = 30_000;
/** Outcomes that do not wait until what was sent before is read, as the reset that gRPC reads as the same (gRPC over HTTP/2, "Errors"). */
const CUTS: Partial<Record<GrpcStatus, number>> = {
  [GrpcStatus.RESOURCE_EXHAUSTED]: constants.NGHTTP2_ENHANCE_YOUR_CALM,
  [GrpcStatus.DEADLINE_EXCEEDED]: constants.NGHTTP2_CANCEL,
};

export class GrpcCall {
  readonly path: string;
  /** As the client sent it, `streamer-controller.magma.test`. */
  readonly authority: string;
  private readonly stream: ServerHttp2Stream;
  private readonly budget: MemoryBudget;
  private readonly clock: Clock;
  private readonly gone = new AbortController();
  private readonly deadline: Timer | undefined;
  private readonly endsAt: number | undefined;
  private ended = false;
  /** Bytes of the request that are held until the call is over. */
  private kept = 0;

  /** Throws GrpcError when the deadline cannot be read. */
  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, clock: Clock, budget: MemoryBudget) {
    this.stream = stream;
    this.clock = clock;
    this.budget = budget;
    this.path = String(headers[':path'] ?? '');
    this.authority = authorityOf(headers);
    stream.on('close', () => this.settle());
    // A reset by the client; `close` follows.
    stream.on('error', () => undefined);
    const timeoutMs = parseTimeout(textOf(headers['grpc-timeout']));
    if (timeoutMs === undefined) return;
    this.endsAt = clock.now() + timeoutMs;
    this.deadline = clock.after(timeoutMs, () => this.end(GrpcStatus.DEADLINE_EXCEEDED, `the deadline of ${timeoutMs} ms has passed`));
  }

  /** Fires once the call is over for the client: it was answered, gave up, went away, or its deadline passed. */
  get signal(): AbortSignal {
    return this.gone.signal;
  }

  /** Milliseconds until the deadline, at least 1; undefined without one. */
  get timeLeftMs(): number | undefined {
    return this.endsAt === undefined ? undefined : Math.max(1, this.endsAt - this.clock.now());
  }

  /**
   * The client's messages, each as soon as it is complete; no more is read from the network than is asked for.
   * Throws GrpcFramingError when they are not well-formed, GrpcError RESOURCE_EXHAUSTED without room for them. Ends early when the client goes.
   */
  async *messages(): AsyncGenerator<Uint8Array> {
    const reader = new MessageReader(MAX_FRAME_BYTES);
    let held = 0;
    try {
      // The answer still goes over the stream when reading it ends early.
      for await (const chunk of this.stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        this.budget.take(chunk.byteLength);
        held += chunk.byteLength;
        for (const message of reader.push(chunk)) {
          yield message;
          if (this.signal.aborted) return;
        }
        this.budget.give(held - reader.pending);
        held = reader.pending;
      }
    } catch (error) {
      // A stream that was reset by the client, or closed with the call, fails when it is read.
      if (this.signal.aborted || this.stream.destroyed) return;
      throw error;
    } finally {
      this.budget.give(held);
      if (this.signal.aborted) this.stream.resume();
    }
    if (!this.stream.aborted) reader.end();
  }

  /** The only message of a unary or server-streaming call; undefined when the client went away. Throws as `messages` does. */
  async request(): Promise<Uint8Array | undefined> {
    let only: Uint8Array | undefined;
    const overdue = this.clock.after(REQUEST_MS, () =>
      this.end(GrpcStatus.DEADLINE_EXCEEDED, `the request did not arrive within ${REQUEST_MS / 1000} s`),
    );
    try {
      for await (const message of this.messages()) {
        if (only) throw new GrpcError(GrpcStatus.UNIMPLEMENTED, 'calls with more than one request message are not carried');
        this.budget.take(message.byteLength);
        this.kept = message.byteLength;
        only = message.slice();
      }
    } finally {
      overdue.cancel();
    }
    if (!only && !this.signal.aborted) throw new GrpcError(GrpcStatus.INVALID_ARGUMENT, 'the call has no request message');
    return only;
  }

  /** Sends the response headers, which tells a client of a long stream that it is heard. */
  begin(): void {
    if (this.stream.headersSent || this.stream.destroyed) return;
    this.stream.respond(HEADERS, { waitForTrailers: true });
  }

  /** Sends one message; nothing when the client is gone. Ends the call with RESOURCE_EXHAUSTED when too much of what was sent is unread. */
  send(message: Uint8Array): void {
    if (this.ended || this.stream.destroyed) return;
    const bytes = prefixMessage(message);
    try {
      this.budget.take(bytes.byteLength);
    } catch (error) {
      this.fail(error);
      return;
    }
    this.begin();
    // Called in any case, with an error when the stream is destroyed first.
    this.stream.write(bytes, () => this.budget.give(bytes.byteLength));
  }

  /** Bytes that were sent and are not read. */
  get unread(): number {
    return this.stream.writableLength;
  }

  /** Ends the call with a status; later ends count for nothing. */
  end(code: GrpcStatus, reason = ''): void {
    if (this.ended) return;
    this.ended = true;
    const { stream } = this;
    const trailers = statusHeaders(code, reason);
    if (!stream.destroyed) {
      if (stream.headersSent) {
        const cut = CUTS[code];
        if (cut !== undefined && stream.writableLength > 0) stream.close(cut);
        else {
          stream.on('wantTrailers', () => stream.sendTrailers(trailers));
          stream.end();
        }
      } else stream.respond({ ...HEADERS, ...trailers }, { endStream: true });
      // What the client still sends is of no use. A reset would overtake the status, so it is let run dry.
      stream.resume();
      const linger = this.clock.after(LINGER_MS, () => stream.close(constants.NGHTTP2_CANCEL));
      stream.once('close', () => linger.cancel());
    }
    this.settle();
  }

  /** Ends the call with what went wrong. */
  fail(error: unknown): void {
    const { code, message } = refusalOf(error);
    this.end(code, message);
  }

  private settle(): void {
    this.ended = true;
    this.budget.give(this.kept);
    this.kept = 0;
    this.deadline?.cancel();
    this.gone.abort();
  }
}

/** Ends a stream on which nothing was sent yet with what went wrong. */
export function refuse(stream: ServerHttp2Stream, error: unknown): void {
  const { code, message } = refusalOf(error);
  if (!stream.destroyed) stream.respond({ ...HEADERS, ...statusHeaders(code, message) }, { endStream: true });
}

/** Refuses what is no gRPC call with a plain HTTP status; true when it did. */
export function refuseNonGrpc(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): boolean {
  const status = headers[':method'] !== 'POST' ? 405 : /^application\/grpc($|[+;])/.test(textOf(headers['content-type']) ?? '') ? 0 : 415;
  if (status === 0) return false;
  stream.respond({ ':status': status, ...(status === 405 ? { allow: 'POST' } : {}) }, { endStream: true });
  stream.resume();
  return true;
}

export function authorityOf(headers: IncomingHttpHeaders): string {
  return String(headers[':authority'] ?? headers['host'] ?? '');
}

function refusalOf(error: unknown): { code: GrpcStatus; message: string } {
  if (error instanceof GrpcError || error instanceof GrpcFramingError) return error;
  return { code: GrpcStatus.INTERNAL, message: reasonOf(error) };
}

function statusHeaders(code: GrpcStatus, reason: string): Record<string, string> {
  return { 'grpc-status': String(code), ...(reason ? { 'grpc-message': encodeGrpcMessage(reason.slice(0, MAX_REASON)) } : {}) };
}

function textOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
