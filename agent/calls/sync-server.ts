// The gateway's end of SyncRPC: calls that the cloud makes to services of this gateway (SOUTHBOUND 5).
import type { FrameBody } from '../../core/wire/frame.ts';
import { FrameError } from '../../core/wire/frame.ts';
import {
  encodeGrpcMessage,
  GrpcError,
  GrpcFramingError,
  GrpcStatus,
  grpcStatusName,
  prefixMessage,
  unprefixMessage,
} from '../../core/wire/grpc.ts';
import { MAX_CLOUD_CALLS, SYNC_RPC_KEEP_ACTIVE_MS } from '../../core/wire/limits.ts';
import type { GatewayRequest, SyncRPCRequest } from '../../proto/gen/orc8r/protos/sync_rpc_service_pb.js';
import type { Clock, Timer } from '../clock.ts';
import type { Logger } from '../log.ts';
import { reasonOf } from '../log.ts';
import type { ReplyPart } from './forwarded-call.ts';
import type { ServedMethod } from './services.ts';

export interface SyncServerOptions {
  /** By authority, then by gRPC path. */
  services: ReadonlyMap<string, ReadonlyMap<string, ServedMethod>>;
  /** The other services of this machine; undefined where the agent knows of none. */
  forward?: (request: GatewayRequest, signal: AbortSignal) => AsyncIterable<ReplyPart>;
  send: (body: FrameBody) => boolean;
  /** Bytes that wait to be sent on the connection. */
  buffered: () => number;
  clock: Clock;
  log: Logger;
  onCall: (path: string) => void;
}

const HEADERS = { ':status': '200', 'content-type': 'application/grpc' };
/** A stream waits while more than this is unsent, so that a busy log cannot fill the memory. */
const MAX_BUFFERED_BYTES = 1024 * 1024;
const BUFFER_POLL_MS = 50;

type Part = Extract<FrameBody, { case: 'syncResponse' }>['value']['respBody'];

export class SyncServer {
  private readonly options: SyncServerOptions;
  private readonly live = new Map<number, AbortController>();
  private readonly running = new Set<Promise<void>>();

  constructor(options: SyncServerOptions) {
    this.options = options;
  }

  /** Takes one request of the cloud: a call, its cancellation, or a heartbeat. */
  handle({ reqId, reqBody, heartBeat, connClosed }: SyncRPCRequest): void {
    // A heartbeat is not answered: the cloud answers ours in kind, and two answerers would never end.
    if (heartBeat || reqId === 0) return;
    if (connClosed) {
      this.live.get(reqId)?.abort();
      this.live.delete(reqId);
      return;
    }
    if (this.live.has(reqId)) this.part(reqId, { err: `request ID ${reqId} is already being handled` });
    else if (this.live.size >= MAX_CLOUD_CALLS)
      this.fail(reqId, GrpcStatus.RESOURCE_EXHAUSTED, `${MAX_CLOUD_CALLS} calls are open already`);
    else if (!reqBody) this.fail(reqId, GrpcStatus.INVALID_ARGUMENT, 'the request has no body');
    else this.begin(reqId, reqBody);
  }

  private begin(reqId: number, reqBody: GatewayRequest): void {
    const abort = new AbortController();
    this.live.set(reqId, abort);
    const run = this.run(reqId, reqBody, abort.signal).finally(() => {
      if (this.live.get(reqId) === abort) this.live.delete(reqId);
      this.running.delete(run);
    });
    this.running.add(run);
  }

  /** The connection is gone: ends every call. Its ids may be used again on the next one. */
  async closeAll(): Promise<void> {
    for (const abort of this.live.values()) abort.abort();
    this.live.clear();
    await Promise.all(this.running);
  }

  private async run(reqId: number, request: GatewayRequest, signal: AbortSignal): Promise<void> {
    const { clock, log, onCall } = this.options;
    const { path } = request;
    let timer: Timer | undefined;
    const keepActive = () => {
      timer = clock.after(SYNC_RPC_KEEP_ACTIVE_MS, () => {
        this.part(reqId, { keepConnActive: true });
        keepActive();
      });
    };
    keepActive();
    onCall(path);
    try {
      await this.dispatch(reqId, request, signal);
      log('info', 'call answered', { path, req_id: reqId });
    } catch (error) {
      if (signal.aborted) return;
      const refusal = refusalOf(error);
      log('warn', 'call failed', { path, req_id: reqId, code: grpcStatusName(refusal.code), reason: refusal.message });
      this.fail(reqId, refusal.code, refusal.message);
    } finally {
      timer?.cancel();
    }
  }

  private async dispatch(reqId: number, request: GatewayRequest, signal: AbortSignal): Promise<void> {
    const { services, forward } = this.options;
    const { authority, path, payload } = request;
    const service = services.get(authority);
    if (!service) {
      if (!forward) throw new GrpcError(GrpcStatus.UNIMPLEMENTED, `this gateway has no service ${authority}`);
      for await (const part of forward(request, signal)) {
        if (signal.aborted) return;
        this.part(reqId, { status: '200', ...part });
        await this.drained(signal);
      }
      return;
    }
    const method = service.get(path);
    if (!method) throw new GrpcError(GrpcStatus.UNIMPLEMENTED, `${authority} has no method ${path}`);
    await this.answer(reqId, method, payload, signal);
  }

  private async answer(reqId: number, method: ServedMethod, payload: Uint8Array, signal: AbortSignal): Promise<void> {
    const messages = method.run(unprefixMessage(payload), { signal });
    for await (const message of messages) {
      if (signal.aborted) return;
      // A unary reply travels as one part together with its status, as magmad's do.
      const headers = method.streaming ? HEADERS : { ...HEADERS, 'grpc-status': '0' };
      this.part(reqId, { status: '200', headers, payload: prefixMessage(message) });
      if (method.streaming) await this.drained(signal);
    }
    if (method.streaming && !signal.aborted) this.part(reqId, { status: '200', headers: { ...HEADERS, 'grpc-status': '0' } });
  }

  private async drained(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.options.buffered() > MAX_BUFFERED_BYTES) {
      await new Promise<void>((resolve) => void this.options.clock.after(BUFFER_POLL_MS, resolve));
    }
  }

  private fail(reqId: number, code: GrpcStatus, message: string): void {
    this.part(reqId, {
      status: '200',
      headers: { ...HEADERS, 'grpc-status': String(code), 'grpc-message': encodeGrpcMessage(message) },
    });
  }

  private part(reqId: number, respBody: Part): void {
    this.options.send({ case: 'syncResponse', value: { reqId, respBody } });
  }
}

function refusalOf(error: unknown): GrpcError {
  if (error instanceof GrpcError) return error;
  if (error instanceof FrameError) return new GrpcError(GrpcStatus.RESOURCE_EXHAUSTED, `the reply does not fit: ${error.message}`);
  if (error instanceof GrpcFramingError) return new GrpcError(GrpcStatus.INVALID_ARGUMENT, error.message);
  return new GrpcError(GrpcStatus.INTERNAL, reasonOf(error));
}
