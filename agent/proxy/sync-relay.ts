// magmad's SyncRPC stream (SOUTHBOUND 5): the agent stands in the cloud's place and passes the cloud's calls on to it.
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import type { FrameBody } from '../../core/wire/frame.ts';
import { FrameError } from '../../core/wire/frame.ts';
import { encodeGrpcMessage, GrpcError, GrpcStatus } from '../../core/wire/grpc.ts';
import type { SyncRPCRequest, SyncRPCResponse } from '../../proto/gen/orc8r/protos/sync_rpc_service_pb.js';
import { SyncRPCRequestSchema, SyncRPCResponseSchema } from '../../proto/gen/orc8r/protos/sync_rpc_service_pb.js';
import type { Clock, Timer } from '../clock.ts';
import { pause } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { GrpcCall } from './grpc-call.ts';

export interface SyncRelayOptions {
  clock: Clock;
  log: Logger;
  /** Sends a frame to the cloud; false without a connection. Throws FrameError when it is too large. */
  send: (body: FrameBody) => boolean;
  /** Bytes that wait to be sent to the cloud. */
  buffered: () => number;
}

/** As the original cloud: a heartbeat when it has sent nothing for a minute. */
const HEARTBEAT_MS = 60_000;
/** magmad's answers wait while more than this is unsent, so that a busy log cannot fill the memory. */
const MAX_BUFFERED_BYTES = 1024 * 1024;
const BUFFER_POLL_MS = 50;
/** A magmad that reads nothing while this much waits for it is as good as gone. */
const MAX_UNREAD_BYTES = 8 * 1024 * 1024;

export class SyncRelay {
  private readonly options: SyncRelayOptions;
  private stream: GrpcCall | undefined;
  private heartbeat: Timer | undefined;
  /**
   * Calls under way: the number that magmad knows, and the cloud's. A cloud that was restarted numbers anew, and magmad takes no
   * number twice on one stream, so the stream has numbers of its own.
   */
  private readonly cloudIds = new Map<number, number>();
  private readonly streamIds = new Map<number, number>();
  private lastId = 0;

  constructor(options: SyncRelayOptions) {
    this.options = options;
  }

  /** Whether magmad has its stream open. */
  get attached(): boolean {
    return this.stream !== undefined;
  }

  /** Serves magmad's stream until it ends; never rejects. The newest takes the place of an older one. */
  async serve(call: GrpcCall): Promise<void> {
    const { log } = this.options;
    this.detach(new GrpcError(GrpcStatus.ABORTED, 'a newer SyncRPC stream took its place'));
    this.stream = call;
    this.lastId = 0;
    this.beat();
    call.begin();
    log('info', 'SyncRPC stream opened');
    try {
      for await (const message of call.messages()) {
        if (this.stream !== call) return;
        this.respond(parse(message));
        await this.drained(call.signal);
      }
      call.end(GrpcStatus.OK);
    } catch (error) {
      call.fail(error);
    } finally {
      if (this.stream === call) {
        log('info', 'SyncRPC stream ended');
        this.detach();
      }
    }
  }

  /** Passes a call of the cloud on, or its end; false when there is no stream for it. */
  request(request: SyncRPCRequest): boolean {
    if (!this.stream) return false;
    const { reqId, reqBody, connClosed, heartBeat } = request;
    // magmad gets the agent's own heartbeats.
    if (heartBeat || reqId === 0) return true;
    if (connClosed) {
      const streamId = this.streamIds.get(reqId);
      if (streamId !== undefined) this.closed(streamId, reqBody?.gwId);
      return streamId !== undefined;
    }
    if (this.streamIds.has(reqId)) {
      this.fail(reqId, GrpcStatus.ALREADY_EXISTS, `request ID ${reqId} is already being handled`);
      return true;
    }
    const streamId = ++this.lastId;
    this.cloudIds.set(streamId, reqId);
    this.streamIds.set(reqId, streamId);
    this.write({ ...request, reqId: streamId });
    return true;
  }

  /** The uplink is gone: magmad need not go on with what the cloud asked for. */
  uplinkLost(): void {
    for (const streamId of [...this.cloudIds.keys()]) this.closed(streamId);
  }

  /** Ends the stream, and tells the cloud of calls that stay without an answer. */
  detach(reason = new GrpcError(GrpcStatus.UNAVAILABLE, "magmad's SyncRPC stream has ended")): void {
    const { stream } = this;
    if (!stream) return;
    this.stream = undefined;
    this.heartbeat?.cancel();
    for (const cloudId of this.streamIds.keys()) this.fail(cloudId, GrpcStatus.UNAVAILABLE, reason.message);
    this.cloudIds.clear();
    this.streamIds.clear();
    stream.fail(reason);
  }

  private respond({ reqId, respBody, heartBeat }: SyncRPCResponse): void {
    // The original cloud takes a heartbeat as a sign of life and does not answer it.
    const cloudId = this.cloudIds.get(reqId);
    if (heartBeat || cloudId === undefined || !respBody) return;
    const last = respBody.err !== '' || Object.keys(respBody.headers).some((name) => name.toLowerCase() === 'grpc-status');
    if (last) this.forget(reqId);
    try {
      this.options.send({ case: 'syncResponse', value: { reqId: cloudId, respBody } });
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      if (!last) this.closed(reqId);
      this.fail(cloudId, GrpcStatus.RESOURCE_EXHAUSTED, `the reply does not fit: ${error.message}`);
    }
  }

  private closed(streamId: number, gwId = ''): void {
    this.forget(streamId);
    this.write(create(SyncRPCRequestSchema, { reqId: streamId, connClosed: true, reqBody: { gwId } }));
  }

  private forget(streamId: number): void {
    const cloudId = this.cloudIds.get(streamId);
    this.cloudIds.delete(streamId);
    if (cloudId !== undefined) this.streamIds.delete(cloudId);
  }

  private write(request: SyncRPCRequest): void {
    const { stream } = this;
    if (!stream) return;
    if (stream.unread > MAX_UNREAD_BYTES) this.detach(new GrpcError(GrpcStatus.RESOURCE_EXHAUSTED, 'what was sent is not read'));
    else {
      stream.send(toBinary(SyncRPCRequestSchema, request));
      this.beat();
    }
  }

  private fail(reqId: number, code: GrpcStatus, message: string): void {
    const headers = {
      ':status': '200',
      'content-type': 'application/grpc',
      'grpc-status': String(code),
      'grpc-message': encodeGrpcMessage(message),
    };
    this.options.send({ case: 'syncResponse', value: { reqId, respBody: { status: '200', headers } } });
  }

  private beat(): void {
    this.heartbeat?.cancel();
    this.heartbeat = this.options.clock.after(HEARTBEAT_MS, () => this.write(create(SyncRPCRequestSchema, { heartBeat: true })));
  }

  private async drained(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.options.buffered() > MAX_BUFFERED_BYTES) await pause(this.options.clock, BUFFER_POLL_MS, signal);
  }
}

function parse(message: Uint8Array): SyncRPCResponse {
  try {
    return fromBinary(SyncRPCResponseSchema, message);
  } catch {
    throw new GrpcError(GrpcStatus.INVALID_ARGUMENT, 'the message is not a SyncRPCResponse');
  }
}
