import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { OrcError } from '../../core/errors.ts';
import { toGrpc } from '../../core/grpc-errors.ts';
import type { GatewayContext } from '../../core/module/facets.ts';
import type { Registry } from '../../core/module/registry.ts';
import { FrameError } from '../../core/wire/frame.ts';
import { GrpcStatus } from '../../core/wire/grpc.ts';
import { CALL_TIMEOUT_MS, CloseCode, MAX_GATEWAY_CALLS } from '../../core/wire/limits.ts';
import type { Call } from '../../proto/gen/orc8r/sync/v1/frame_pb.js';
import { within } from '../lib/within.ts';
import type { SouthboundResult } from '../ports.ts';
import { replyFrames } from './reply-frames.ts';
import { send } from './socket.ts';

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

/** The calls of one gateway that are open: bounded in number, answered by `respond`, given up when the gateway says so. */
export class CallsFromGateway {
  readonly #open = new Set<{ readonly socket: WebSocket; readonly id: number; abandoned: boolean }>();

  /** Takes a call, or the end of one. Throws FrameError when it has no id. */
  async take(socket: WebSocket, call: Call, respond: (timeoutMs: number) => Promise<SouthboundResult>): Promise<void> {
    if (call.id === 0) throw new FrameError(CloseCode.badFrame, 'a call needs an id other than 0');
    if (call.cancel) {
      for (const open of this.#open) if (open.id === call.id && open.socket === socket) open.abandoned = true;
      return;
    }
    if (this.#open.size >= MAX_GATEWAY_CALLS) {
      const message = `at most ${MAX_GATEWAY_CALLS} calls may be open`;
      reply(socket, call, { ok: false, code: GrpcStatus.RESOURCE_EXHAUSTED, message });
      return;
    }
    const open = { socket, id: call.id, abandoned: false };
    this.#open.add(open);
    try {
      const result = await respond(Math.min(call.timeoutMs || CALL_TIMEOUT_MS, CALL_TIMEOUT_MS));
      if (!open.abandoned) reply(socket, call, result);
    } finally {
      this.#open.delete(open);
    }
  }
}

/** Stops at the first frame that cannot be sent: the gateway is gone, and asks again when it is back. */
function reply(socket: WebSocket, call: Call, result: SouthboundResult): void {
  for (const frame of replyFrames(call, result)) if (!send(socket, frame)) return;
}

function parse<T>(decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    throw new OrcError('invalid', 'the request does not parse as the message of this method', { cause: error });
  }
}
