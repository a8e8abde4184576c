import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { OrcError } from '../../core/errors.ts';
import { toGrpc } from '../../core/grpc-errors.ts';
import type { GatewayContext } from '../../core/module/facets.ts';
import type { Registry } from '../../core/module/registry.ts';
import { FrameError } from '../../core/wire/frame.ts';
import { GrpcStatus } from '../../core/wire/grpc.ts';
import { CALL_TIMEOUT_MS, CloseCode, MAX_GATEWAY_CALLS, MAX_UNREAD_BYTES } from '../../core/wire/limits.ts';
import type { Call } from '../../proto/gen/orc8r/sync/v1/frame_pb.js';
import { within } from '../lib/within.ts';
import type { SouthboundResult } from '../ports.ts';
import { replyFrames, weight } from './reply-frames.ts';
import { send } from './socket.ts';
import { Unread } from './unread.ts';

/** Answers one southbound call, whichever way it came: socket or HTTPS. Never throws; a failure is a gRPC status. */
export async function answer(
  registry: Registry,
  path: string,
  payload: Uint8Array,
  context: GatewayContext,
  timeoutMs: number = CALL_TIMEOUT_MS,
): Promise<SouthboundResult> {
  const method = registry.southbound.get(path);
  if (!method) return { ok: false, code: GrpcStatus.UNIMPLEMENTED, message: `there is no method ${path.slice(0, 200)}` };
  const late = (): OrcError => new OrcError('timeout', `the call took longer than ${timeoutMs} ms`);
  try {
    const request = parse(() => fromBinary(method.input, payload));
    const responses = await within(timeoutMs, method.handle(request, context), late);
    return { ok: true, messages: responses.map((response) => toBinary(method.output, response)) };
  } catch (error) {
    if (!(error instanceof OrcError)) console.error('southbound call failed', path, error);
    return { ok: false, ...toGrpc(error) };
  }
}

/**
 * The calls of one gateway that are open: bounded in number, answered by `respond`, given up when the gateway says so. What it asks for and
 * does not read is bounded too.
 */
export class CallsFromGateway {
  readonly #open = new Set<{ readonly socket: WebSocket; readonly id: number; abandoned: boolean }>();
  readonly #unread = new WeakMap<WebSocket, Unread>();

  /** Takes a call, or the end of one. Throws FrameError when it has no id, or when its gateway calls and calls and reads nothing. */
  async take(socket: WebSocket, call: Call, respond: (timeoutMs: number) => Promise<SouthboundResult>): Promise<void> {
    if (call.id === 0) throw new FrameError(CloseCode.badFrame, 'a call needs an id other than 0');
    this.#unreadOf(socket).seen(call.mark);
    if (call.cancel) {
      for (const open of this.#open) if (open.id === call.id && open.socket === socket) open.abandoned = true;
      return;
    }
    if (this.#open.size >= MAX_GATEWAY_CALLS) {
      const message = `at most ${MAX_GATEWAY_CALLS} calls may be open`;
      this.#reply(socket, call, { ok: false, code: GrpcStatus.RESOURCE_EXHAUSTED, message });
      return;
    }
    const open = { socket, id: call.id, abandoned: false };
    this.#open.add(open);
    try {
      const result = await respond(Math.min(call.timeoutMs || CALL_TIMEOUT_MS, CALL_TIMEOUT_MS));
      if (!open.abandoned) this.#reply(socket, call, result);
    } finally {
      this.#open.delete(open);
    }
  }

  /** Sends what a gateway's frame is answered with outside of calls; false when the socket is gone. Throws FrameError as `take` does. */
  tell(socket: WebSocket, frame: Uint8Array): boolean {
    this.#unreadOf(socket).add(frame.byteLength);
    return send(socket, frame);
  }

  /** Stops at the first frame that cannot be sent: the gateway is gone, and asks again when it is back. */
  #reply(socket: WebSocket, call: Call, result: SouthboundResult): void {
    if (socket.readyState !== WebSocket.OPEN) return;
    const unread = this.#unreadOf(socket);
    const { bytes, frames } = weight(call, result);
    const sent = unread.hasRoom(bytes, frames) ? result : TOO_MUCH_UNREAD;
    const { bytes: counted, frames: inFrames } = weight(call, sent);
    unread.add(counted, inFrames);
    for (const frame of replyFrames(call, sent, unread.mark())) if (!send(socket, frame)) return;
  }

  #unreadOf(socket: WebSocket): Unread {
    const known = this.#unread.get(socket) ?? new Unread();
    this.#unread.set(socket, known);
    return known;
  }
}

const TOO_MUCH_UNREAD: SouthboundResult = {
  ok: false,
  code: GrpcStatus.RESOURCE_EXHAUSTED,
  message: `answers of ${MAX_UNREAD_BYTES} bytes are on their way that were not read yet`,
};

function parse<T>(decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    throw new OrcError('invalid', 'the request does not parse as the message of this method', { cause: error });
  }
}
