// Calls from the gateway to the cloud over the socket.
import type { DescMethodUnary, DescMessage, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import type { FrameBody } from '../../core/wire/frame.ts';
import { FrameError } from '../../core/wire/frame.ts';
import { GrpcError, GrpcStatus } from '../../core/wire/grpc.ts';
import { CALL_TIMEOUT_MS, MAX_GATEWAY_CALLS } from '../../core/wire/limits.ts';
import type { Reply } from '../../proto/gen/orc8r/sync/v1/frame_pb.js';
import type { Clock, Timer } from '../clock.ts';

interface OpenCall {
  resolve: (payload: Uint8Array) => void;
  reject: (error: GrpcError) => void;
  timer: Timer;
}

/** How much longer than the cloud the gateway waits, so that the cloud's own answer comes first. Milliseconds. */
const GRACE_MS = 2_000;

export class CallTable {
  private readonly clock: Clock;
  /** Sends a frame; false when there is no connection. Throws FrameError when it is too large. */
  private readonly send: (body: FrameBody) => boolean;
  private readonly open = new Map<number, OpenCall>();
  private lastId = 0;

  constructor(clock: Clock, send: (body: FrameBody) => boolean) {
    this.clock = clock;
    this.send = send;
  }

  /**
   * Calls a unary method of the cloud. Rejects with GrpcError: the cloud's code, or UNAVAILABLE without a connection,
   * DEADLINE_EXCEEDED after `timeoutMs`, RESOURCE_EXHAUSTED with 64 calls open or a request that does not fit a frame.
   */
  async call<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
    timeoutMs: number = CALL_TIMEOUT_MS,
  ): Promise<MessageShape<O>> {
    const payload = toBinary(method.input, create(method.input, request));
    const answer = await this.callBytes(`/${method.parent.typeName}/${method.name}`, payload, timeoutMs);
    return fromBinary(method.output, answer);
  }

  private callBytes(path: string, payload: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
    if (this.open.size >= MAX_GATEWAY_CALLS) {
      return Promise.reject(new GrpcError(GrpcStatus.RESOURCE_EXHAUSTED, `${MAX_GATEWAY_CALLS} calls are open already`));
    }
    const id = this.nextId();
    try {
      if (!this.send({ case: 'call', value: { id, path, payload, timeoutMs } })) {
        return Promise.reject(new GrpcError(GrpcStatus.UNAVAILABLE, 'there is no connection to the cloud'));
      }
    } catch (error) {
      if (error instanceof FrameError) return Promise.reject(new GrpcError(GrpcStatus.RESOURCE_EXHAUSTED, error.message));
      throw error;
    }
    return new Promise((resolve, reject) => {
      const timer = this.clock.after(timeoutMs + GRACE_MS, () => {
        this.open.delete(id);
        reject(new GrpcError(GrpcStatus.DEADLINE_EXCEEDED, `no answer to ${path} within ${timeoutMs} ms`));
      });
      this.open.set(id, { resolve, reject, timer });
    });
  }

  /** Hands a reply to whoever waits for it; false when nobody does (any more). */
  reply(reply: Reply): boolean {
    const call = this.open.get(reply.id);
    if (!call) return false;
    this.open.delete(reply.id);
    call.timer.cancel();
    if (reply.code === GrpcStatus.OK) call.resolve(reply.payload);
    else call.reject(new GrpcError(knownStatus(reply.code), reply.message));
    return true;
  }

  /** Ends every open call with UNAVAILABLE: their connection is gone. */
  fail(reason: string): void {
    for (const call of this.open.values()) {
      call.timer.cancel();
      call.reject(new GrpcError(GrpcStatus.UNAVAILABLE, reason));
    }
    this.open.clear();
  }

  private nextId(): number {
    do this.lastId = this.lastId >= 0xffffffff ? 1 : this.lastId + 1;
    while (this.open.has(this.lastId));
    return this.lastId;
  }
}

function knownStatus(code: number): GrpcStatus {
  return Object.values(GrpcStatus).find((status) => status === code) ?? GrpcStatus.UNKNOWN;
}
