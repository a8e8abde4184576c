import { encodeFrame, type FrameBody, FrameError } from '../../core/wire/frame.ts';
import { decodeGrpcMessage, GrpcFramingError, GrpcStatus, MessageReader, prefixMessage } from '../../core/wire/grpc.ts';
import { MAX_CLOUD_CALLS, SYNC_RPC_IDLE_MS } from '../../core/wire/limits.ts';
import type { SyncRPCResponse } from '../../proto/gen/orc8r/protos/sync_rpc_service_pb.js';
import type { GatewayCallRequest, GatewayCallResult } from '../ports.ts';

/** Answers whether it was sent. */
type Send = (frame: Uint8Array) => boolean;

/** Replies beyond this end the call: nothing a gateway answers needs more. */
const MAX_REPLY_BYTES = 16 * 1024 * 1024;

interface Pending {
  readonly parts: Uint8Array[];
  bytes: number;
  timer: ReturnType<typeof setTimeout>;
  readonly finish: (result: GatewayCallResult) => void;
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
    if (this.#pending.size >= MAX_CLOUD_CALLS) {
      return Promise.resolve(failed('overloaded', GrpcStatus.RESOURCE_EXHAUSTED, `the gateway already has ${MAX_CLOUD_CALLS} open calls`));
    }
    this.#last = this.#last >= 0xffffffff ? 1 : this.#last + 1;
    const reqId = this.#last;
    const frame: FrameBody = {
      case: 'syncRequest',
      value: {
        reqId,
        reqBody: {
          gwId: hardwareId,
          authority: request.service,
          path: request.path,
          headers: { 'content-type': 'application/grpc', te: 'trailers' },
          payload: prefixMessage(request.payload),
        },
      },
    };
    let encoded: Uint8Array;
    try {
      encoded = encodeFrame(frame);
    } catch (error) {
      if (error instanceof FrameError) return Promise.resolve(failed('gateway', GrpcStatus.FAILED_PRECONDITION, error.message));
      throw error;
    }
    const { promise, resolve } = Promise.withResolvers<GatewayCallResult>();
    const finish = (result: GatewayCallResult): void => {
      clearTimeout(this.#pending.get(reqId)?.timer);
      if (this.#pending.delete(reqId)) resolve(result);
    };
    this.#pending.set(reqId, { parts: [], bytes: 0, timer: this.#silence(reqId, hardwareId, send, finish), finish });
    if (!send(encoded)) finish(failed('offline', GrpcStatus.UNAVAILABLE, 'the gateway is disconnecting'));
    return promise;
  }

  /** A part of a reply. Parts of calls that have ended are dropped, as are those numbered 0. */
  received(response: SyncRPCResponse, hardwareId: string, send: Send): void {
    const pending = this.#pending.get(response.reqId);
    const body = response.respBody;
    if (!pending || !body) return;
    clearTimeout(pending.timer);
    if (body.err) {
      pending.finish(failed('gateway', GrpcStatus.INTERNAL, body.err));
      return;
    }
    if (body.payload.byteLength > 0) {
      pending.bytes += body.payload.byteLength;
      if (pending.bytes > MAX_REPLY_BYTES) {
        pending.finish(failed('gateway', GrpcStatus.RESOURCE_EXHAUSTED, `the gateway's reply exceeds ${MAX_REPLY_BYTES} bytes`));
        this.#cancel(response.reqId, hardwareId, send);
        return;
      }
      pending.parts.push(body.payload);
    }
    const status = header(body.headers, 'grpc-status');
    if (status === undefined) {
      pending.timer = this.#silence(response.reqId, hardwareId, send, pending.finish);
      return;
    }
    pending.finish(ended(/^\d+$/.test(status) ? Number(status) : GrpcStatus.UNKNOWN, header(body.headers, 'grpc-message'), pending.parts));
  }

  /** Ends every open call: the socket is gone. */
  abandon(): void {
    for (const pending of [...this.#pending.values()]) {
      pending.finish(failed('offline', GrpcStatus.UNAVAILABLE, 'the gateway disconnected before it answered'));
    }
  }

  #silence(reqId: number, hardwareId: string, send: Send, finish: Pending['finish']): ReturnType<typeof setTimeout> {
    return setTimeout(() => {
      finish(failed('timeout', GrpcStatus.DEADLINE_EXCEEDED, `the gateway did not answer within ${SYNC_RPC_IDLE_MS / 1000} s`));
      this.#cancel(reqId, hardwareId, send);
    }, SYNC_RPC_IDLE_MS);
  }

  #cancel(reqId: number, hardwareId: string, send: Send): void {
    send(encodeFrame({ case: 'syncRequest', value: { reqId, connClosed: true, reqBody: { gwId: hardwareId } } }));
  }
}

function ended(status: number, message: string | undefined, parts: readonly Uint8Array[]): GatewayCallResult {
  if (status !== GrpcStatus.OK) return failed('gateway', status, decodeGrpcMessage(message ?? ''));
  try {
    const reader = new MessageReader(MAX_REPLY_BYTES);
    const messages = parts.flatMap((part) => reader.push(part));
    reader.end();
    return { ok: true, messages };
  } catch (error) {
    if (error instanceof GrpcFramingError) return failed('gateway', GrpcStatus.INTERNAL, error.message);
    throw error;
  }
}

const failed = (reason: Extract<GatewayCallResult, { ok: false }>['reason'], code: number, message: string): GatewayCallResult => ({
  ok: false,
  reason,
  code,
  message,
});

/** Header names come as the gateway's HTTP library spells them. */
function header(headers: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
}
