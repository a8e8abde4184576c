import { encodeFrame, type FrameBody, FrameError } from '../../core/wire/frame.ts';
import { GrpcStatus, prefixMessage } from '../../core/wire/grpc.ts';
import { MAX_CLOUD_CALLS, MAX_CLOUD_STREAMS, MAX_STREAM_MS, SYNC_RPC_IDLE_MS } from '../../core/wire/limits.ts';
import type { SyncRPCResponse } from '../../proto/gen/orc8r/protos/sync_rpc_service_pb.js';
import type { GatewayCallFailure, GatewayCallRequest, GatewayCallResult } from '../ports.ts';
import { StreamedReply } from './streamed-reply.ts';
import { failed, refusal, type ReplySink, WholeReply } from './whole-reply.ts';

/** Answers whether it was sent. */
type Send = (frame: Uint8Array) => boolean;

interface Pending {
  readonly sink: ReplySink;
  readonly streamed: boolean;
  /** Runs out when the gateway is silent for too long. */
  silence: ReturnType<typeof setTimeout>;
  /** Runs out when a stream has lasted long enough. */
  readonly limit: ReturnType<typeof setTimeout> | undefined;
}

/**
 * Magma's SyncRPC from the cloud's side: numbered requests down the socket, replies in one or more parts, the one with
 * `grpc-status` last. A reply that stays silent for 15 s ends the call. Source: SOUTHBOUND.md 5.
 */
export class CallsToGateway {
  readonly #pending = new Map<number, Pending>();
  // A random start: after an eviction the gateway may still be at work on a call that this object no longer knows.
  #last = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;

  /** Sends one call with `send` and waits for its end. */
  call(hardwareId: string, request: GatewayCallRequest, send: Send): Promise<GatewayCallResult> {
    const { promise, resolve } = Promise.withResolvers<GatewayCallResult>();
    const refused = this.#begin(hardwareId, request, send, () => new WholeReply(resolve), false);
    return refused ? Promise.resolve(refused) : promise;
  }

  /** Sends one call and waits for the first sign of its reply, which is then read as it comes. */
  async stream(hardwareId: string, request: GatewayCallRequest, send: Send): Promise<StreamedReply | GatewayCallFailure> {
    let reply: StreamedReply | undefined;
    const refused = this.#begin(hardwareId, request, send, (stop) => (reply = new StreamedReply(stop)), true);
    if (refused || !reply) return refused ?? failed('gateway', GrpcStatus.INTERNAL, 'the call was not made');
    return (await reply.opened) ?? reply;
  }

  /** A part of a reply. Parts of calls that have ended are dropped, as are those numbered 0. */
  received(response: SyncRPCResponse, hardwareId: string, send: Send): void {
    const { reqId, respBody: body } = response;
    const pending = this.#pending.get(reqId);
    if (!pending || !body) return;
    if (body.err) {
      this.#finish(reqId, failed('gateway', GrpcStatus.INTERNAL, body.err));
      return;
    }
    const fault = body.payload.byteLength > 0 ? pending.sink.take(body.payload) : undefined;
    if (fault) {
      this.#stop(reqId, hardwareId, send, fault);
      return;
    }
    const status = header(body.headers, 'grpc-status');
    if (status !== undefined) {
      this.#finish(reqId, refusal(status, header(body.headers, 'grpc-message')));
      return;
    }
    clearTimeout(pending.silence);
    pending.silence = this.#silence(reqId, hardwareId, send, pending.streamed);
    if (body.payload.byteLength === 0) pending.sink.alive();
  }

  /** Ends every open call: the socket is gone. */
  abandon(): void {
    for (const [reqId, { streamed }] of [...this.#pending]) {
      const message = streamed ? 'the gateway disconnected' : 'the gateway disconnected before it answered';
      this.#finish(reqId, failed('offline', GrpcStatus.UNAVAILABLE, message));
    }
  }

  /** Sends the request and makes room for its reply; a failure when it cannot be. */
  #begin(
    hardwareId: string,
    request: GatewayCallRequest,
    send: Send,
    sinkOf: (stop: (failure: GatewayCallFailure) => void) => ReplySink,
    streamed: boolean,
  ): GatewayCallFailure | undefined {
    const full = this.#full(streamed);
    if (full) return full;
    this.#last = this.#last >= 0xffffffff ? 1 : this.#last + 1;
    const reqId = this.#last;
    let encoded: Uint8Array;
    try {
      encoded = encodeFrame(requestFrame(reqId, hardwareId, request));
    } catch (error) {
      if (error instanceof FrameError) return failed('gateway', GrpcStatus.FAILED_PRECONDITION, error.message);
      throw error;
    }
    if (!send(encoded)) return failed('offline', GrpcStatus.UNAVAILABLE, 'the gateway is disconnecting');
    const stop = (failure: GatewayCallFailure) => this.#stop(reqId, hardwareId, send, failure);
    const long = () =>
      stop(failed('timeout', GrpcStatus.DEADLINE_EXCEEDED, `it has lasted ${MAX_STREAM_MS / 60_000} minutes, the longest it may`));
    this.#pending.set(reqId, {
      sink: sinkOf(stop),
      streamed,
      silence: this.#silence(reqId, hardwareId, send, streamed),
      limit: streamed ? setTimeout(long, MAX_STREAM_MS) : undefined,
    });
    return undefined;
  }

  #full(streamed: boolean): GatewayCallFailure | undefined {
    if (this.#pending.size >= MAX_CLOUD_CALLS)
      return failed('overloaded', GrpcStatus.RESOURCE_EXHAUSTED, `the gateway already has ${MAX_CLOUD_CALLS} open calls`);
    const streams = [...this.#pending.values()].filter((pending) => pending.streamed).length;
    if (!streamed || streams < MAX_CLOUD_STREAMS) return undefined;
    return failed('overloaded', GrpcStatus.RESOURCE_EXHAUSTED, `the gateway already has ${MAX_CLOUD_STREAMS} open streams`);
  }

  /** Ends a call here and on the gateway. Nothing when it has ended already. */
  #stop(reqId: number, hardwareId: string, send: Send, failure: GatewayCallFailure): void {
    if (!this.#finish(reqId, failure)) return;
    send(encodeFrame({ case: 'syncRequest', value: { reqId, connClosed: true, reqBody: { gwId: hardwareId } } }));
  }

  #finish(reqId: number, failure: GatewayCallFailure | undefined): boolean {
    const pending = this.#pending.get(reqId);
    if (!pending) return false;
    this.#pending.delete(reqId);
    clearTimeout(pending.silence);
    clearTimeout(pending.limit);
    pending.sink.end(failure);
    return true;
  }

  #silence(reqId: number, hardwareId: string, send: Send, streamed: boolean): ReturnType<typeof setTimeout> {
    const seconds = SYNC_RPC_IDLE_MS / 1000;
    const message = streamed ? `the gateway was silent for ${seconds} s` : `the gateway did not answer within ${seconds} s`;
    return setTimeout(
      () => this.#stop(reqId, hardwareId, send, failed('timeout', GrpcStatus.DEADLINE_EXCEEDED, message)),
      SYNC_RPC_IDLE_MS,
    );
  }
}

const requestFrame = (reqId: number, hardwareId: string, { service, path, payload }: GatewayCallRequest): FrameBody => ({
  case: 'syncRequest',
  value: {
    reqId,
    reqBody: {
      gwId: hardwareId,
      authority: service,
      path,
      headers: { 'content-type': 'application/grpc', te: 'trailers' },
      payload: prefixMessage(payload),
    },
  },
});

/** Header names come as the gateway's HTTP library spells them. */
function header(headers: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
}
