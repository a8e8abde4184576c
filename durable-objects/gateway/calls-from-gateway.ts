import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { OrcError } from '../../core/errors.ts';
import { toGrpc } from '../../core/grpc-errors.ts';
import type { GatewayContext } from '../../core/module/facets.ts';
import type { Registry } from '../../core/module/registry.ts';
import { encodeFrame, FrameError } from '../../core/wire/frame.ts';
import { GrpcStatus } from '../../core/wire/grpc.ts';
import { CALL_TIMEOUT_MS } from '../../core/wire/limits.ts';
import type { SouthboundResult } from '../ports.ts';

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
  const expired = Promise.withResolvers<never>();
  const timer = setTimeout(() => expired.reject(new OrcError('timeout', `the call took longer than ${timeoutMs} ms`)), timeoutMs);
  try {
    const request = parse(() => fromBinary(method.input, payload));
    const responses = await Promise.race([method.handle(request, context), expired.promise]);
    return { ok: true, messages: responses.map((response) => toBinary(method.output, response)) };
  } catch (error) {
    if (!(error instanceof OrcError)) console.error('southbound call failed', path, error);
    return { ok: false, ...toGrpc(error) };
  } finally {
    clearTimeout(timer);
  }
}

/** The frame that carries an answer. One that is too large for a frame is a failure of the call, not of the connection. */
export function replyFrame(id: number, result: SouthboundResult): Uint8Array {
  if (!result.ok) return encodeFrame({ case: 'reply', value: { id, code: result.code, message: result.message } });
  try {
    return encodeFrame({ case: 'reply', value: { id, payload: result.messages[0] ?? new Uint8Array() } });
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    return replyFrame(id, { ok: false, code: GrpcStatus.RESOURCE_EXHAUSTED, message: 'the answer does not fit a frame' });
  }
}

function parse<T>(decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    throw new OrcError('invalid', 'the request does not parse as the message of this method', { cause: error });
  }
}
