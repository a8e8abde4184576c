import { encodeFrame, FrameError } from '../../core/wire/frame.ts';
import { GrpcStatus } from '../../core/wire/grpc.ts';
import { FRAGMENT_BYTES, MAX_ANSWER_BYTES, MAX_FRAME_BYTES } from '../../core/wire/limits.ts';
import { type Call, Reply_Content } from '../../proto/gen/orc8r/sync/v1/frame_pb.js';
import type { SouthboundResult } from '../ports.ts';

/** What an answer weighs on its way: the bytes of its messages, and in how many frames about. */
export function weight({ parts }: Pick<Call, 'parts'>, result: SouthboundResult): { readonly bytes: number; readonly frames: number } {
  if (!result.ok) return { bytes: Math.min(result.message.length, MAX_REASON), frames: 1 };
  if (!parts) return { bytes: Math.min(result.messages[0]?.byteLength ?? 0, MAX_FRAME_BYTES), frames: 1 };
  const bytes = result.messages.reduce((sum, message) => sum + message.byteLength, 0);
  return { bytes, frames: 1 + result.messages.length + Math.floor(bytes / FRAGMENT_BYTES) };
}

/**
 * The frames that carry an answer, in order, made one at a time. A call with `parts` gets every message whole, however large up to
 * MAX_ANSWER_BYTES together; any other gets one frame with the first message. What does not fit is a failure of the call, not of the connection.
 * The last frame carries the mark.
 */
export function* replyFrames({ id, parts }: Pick<Call, 'id' | 'parts'>, result: SouthboundResult, mark = 0): Generator<Uint8Array> {
  if (!result.ok) yield failure(id, result.code, result.message, mark);
  else if (!parts) yield onlyFrame(id, result.messages[0] ?? new Uint8Array(), mark);
  else yield* allFrames(id, result.messages, mark);
}

function onlyFrame(id: number, payload: Uint8Array, mark: number): Uint8Array {
  try {
    return encodeFrame({ case: 'reply', value: { id, payload, mark } });
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    return failure(id, GrpcStatus.RESOURCE_EXHAUSTED, 'the answer does not fit a frame', mark);
  }
}

function* allFrames(id: number, messages: readonly Uint8Array[], mark: number): Generator<Uint8Array> {
  const bytes = messages.reduce((sum, message) => sum + message.byteLength, 0);
  if (bytes > MAX_ANSWER_BYTES) {
    const reason = `the answer of ${bytes} bytes exceeds the limit of ${MAX_ANSWER_BYTES} bytes`;
    yield failure(id, GrpcStatus.RESOURCE_EXHAUSTED, reason, mark);
    return;
  }
  if (messages.length === 0) yield encodeFrame({ case: 'reply', value: { id, content: Reply_Content.NOTHING, mark } });
  for (const [index, message] of messages.entries()) {
    let at = 0;
    for (; message.byteLength - at > FRAGMENT_BYTES; at += FRAGMENT_BYTES) {
      const payload = message.subarray(at, at + FRAGMENT_BYTES);
      yield encodeFrame({ case: 'reply', value: { id, payload, more: true, content: Reply_Content.FRAGMENT } });
    }
    const more = index < messages.length - 1;
    yield encodeFrame({ case: 'reply', value: { id, payload: message.subarray(at), more, mark: more ? 0 : mark } });
  }
}

const failure = (id: number, code: number, message: string, mark: number): Uint8Array =>
  // A reason of any length must fit its frame.
  encodeFrame({ case: 'reply', value: { id, code, message: message.slice(0, MAX_REASON), content: Reply_Content.NOTHING, mark } });

/** In characters. */
const MAX_REASON = 4096;
