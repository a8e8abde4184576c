// Calls from the gateway to the cloud over the socket.
import type { DescMethodUnary, DescMessage, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import type { FrameBody } from '../../core/wire/frame.ts';
import { FrameError } from '../../core/wire/frame.ts';
import { GrpcError, GrpcStatus, methodPath } from '../../core/wire/grpc.ts';
import { CALL_TIMEOUT_MS, MAX_ANSWER_BYTES, MAX_GATEWAY_CALLS } from '../../core/wire/limits.ts';
import type { Reply } from '../../proto/gen/orc8r/sync/v1/frame_pb.js';
import { Reply_Content } from '../../proto/gen/orc8r/sync/v1/frame_pb.js';
import type { Clock, Timer } from '../clock.ts';

/** Whom an answer goes to. `end` comes exactly once and last, unless the call was given up. */
export interface CallSink {
  /** A whole message of the answer. */
  message(bytes: Uint8Array): void;
  /** The call is over; `reason` is empty when the code is OK. */
  end(code: GrpcStatus, reason: string): void;
}

export interface CallRequest {
  /** gRPC path. */
  path: string;
  /** Bare request message. */
  payload: Uint8Array;
  /** Milliseconds. */
  timeoutMs: number;
}

interface OpenCall {
  sink: CallSink;
  timer: Timer;
  /** Pieces of a message that is not complete yet. */
  fragments: Uint8Array[];
  /** Bytes of the answer so far. */
  bytes: number;
}

/** How much longer than the cloud the gateway waits, so that the cloud's own answer comes first. Milliseconds. */
const GRACE_MS = 2_000;

export class CallTable {
  private readonly clock: Clock;
  /** Sends a frame; false when there is no connection. Throws FrameError when it is too large. */
  private readonly send: (body: FrameBody) => boolean;
  /** Why there is no connection, for the callers. */
  private readonly outage: () => GrpcError;
  private readonly open = new Map<number, OpenCall>();
  private lastId = 0;
  /** The newest mark that came on this connection: what it proves was read. */
  private mark = 0;

  constructor(clock: Clock, send: (body: FrameBody) => boolean, outage: () => GrpcError) {
    this.clock = clock;
    this.send = send;
    this.outage = outage;
  }

  /** How many more calls may be opened now. */
  get places(): number {
    return MAX_GATEWAY_CALLS - this.open.size;
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
    const path = methodPath(method);
    const payload = toBinary(method.input, create(method.input, request));
    const answer = await new Promise<Uint8Array>((resolve, reject) => {
      let first: Uint8Array | undefined;
      this.start(
        { path, payload, timeoutMs },
        {
          message: (bytes) => void (first ??= bytes),
          end: (code, reason) => {
            if (code !== GrpcStatus.OK) reject(new GrpcError(code, reason));
            else if (first) resolve(first);
            else reject(new GrpcError(GrpcStatus.INTERNAL, `the cloud answered ${path} without a message`));
          },
        },
      );
    });
    return fromBinary(method.output, answer);
  }

  /**
   * Starts a call; the answer goes to `sink`. Gives a function that gives the call up, after which the sink hears nothing.
   * Throws GrpcError when it cannot be started, as `call` rejects.
   */
  start({ path, payload, timeoutMs }: CallRequest, sink: CallSink): () => void {
    if (this.open.size >= MAX_GATEWAY_CALLS) {
      throw new GrpcError(GrpcStatus.RESOURCE_EXHAUSTED, `${MAX_GATEWAY_CALLS} calls are open already`);
    }
    const id = this.nextId();
    try {
      if (!this.send({ case: 'call', value: { id, path, payload, timeoutMs, parts: true, mark: this.mark } })) throw this.outage();
    } catch (error) {
      if (error instanceof FrameError) throw new GrpcError(GrpcStatus.RESOURCE_EXHAUSTED, error.message);
      throw error;
    }
    const timer = this.clock.after(timeoutMs + GRACE_MS, () =>
      this.giveUp(id, GrpcStatus.DEADLINE_EXCEEDED, `no answer to ${path} within ${timeoutMs} ms`),
    );
    this.open.set(id, { sink, timer, fragments: [], bytes: 0 });
    return () => this.giveUp(id);
  }

  /** Hands a reply to whoever waits for it; false when nobody does (any more). */
  reply(reply: Reply): boolean {
    this.mark = reply.mark || this.mark;
    const call = this.open.get(reply.id);
    if (!call) return false;
    const { payload, more, content } = reply;
    const code = knownStatus(reply.code);
    if (code === GrpcStatus.OK && content !== Reply_Content.NOTHING) {
      call.bytes += payload.byteLength;
      if (call.bytes > MAX_ANSWER_BYTES) {
        this.giveUp(reply.id, GrpcStatus.RESOURCE_EXHAUSTED, `the answer exceeds the limit of ${MAX_ANSWER_BYTES} bytes`);
        return true;
      }
      call.fragments.push(payload);
      if (content === Reply_Content.MESSAGE) call.sink.message(joined(call.fragments.splice(0)));
    }
    // The sink may have given the call up on the message.
    if (!more && this.forget(reply.id)) call.sink.end(code, reply.message);
    return true;
  }

  /** Ends every open call with UNAVAILABLE: their connection is gone. */
  fail(reason: string): void {
    const calls = [...this.open.values()];
    this.mark = 0;
    this.open.clear();
    for (const { timer, sink } of calls) {
      timer.cancel();
      sink.end(GrpcStatus.UNAVAILABLE, reason);
    }
  }

  /** Ends a call from this side; the sink is told when there is a code. */
  private giveUp(id: number, code?: GrpcStatus, reason = ''): void {
    const call = this.forget(id);
    if (!call) return;
    this.send({ case: 'call', value: { id, cancel: true, mark: this.mark } });
    if (code !== undefined) call.sink.end(code, reason);
  }

  private forget(id: number): OpenCall | undefined {
    const call = this.open.get(id);
    call?.timer.cancel();
    this.open.delete(id);
    return call;
  }

  private nextId(): number {
    do this.lastId = this.lastId >= 0xffffffff ? 1 : this.lastId + 1;
    while (this.open.has(this.lastId));
    return this.lastId;
  }
}

function joined(fragments: readonly Uint8Array[]): Uint8Array {
  const [first] = fragments;
  return first && fragments.length === 1 ? first : Buffer.concat(fragments);
}

function knownStatus(code: number): GrpcStatus {
  return Object.values(GrpcStatus).find((status) => status === code) ?? GrpcStatus.UNKNOWN;
}
