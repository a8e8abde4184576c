import { encodeFrame, FrameError } from '../../core/wire/frame.ts';
import { GrpcStatus } from '../../core/wire/grpc.ts';
import { FRAGMENT_BYTES, MAX_ANSWER_BYTES } from '../../core/wire/limits.ts';
import { type Call, Reply_Content } from '../../proto/gen/orc8r/sync/v1/frame_pb.js';
import type { SouthboundResult } from '../ports.ts';

/**
 * The frames that carry an answer, in order, made one at a time. A call with `parts` gets every message whole, however large up to
 * MAX_ANSWER_BYTES together; any other gets one frame with the first message. What does not fit is a failure of the call, not of the connection.
 */
export function* replyFrames({ id, parts }: Pick<Call, 'id' | 'parts'>, result: SouthboundResult): Generator<Uint8Array> {
  if (!result.ok) yield failure(id, result.code, result.message);
  else if (!parts) yield onlyFrame(id, result.messages[0] ?? new Uint8Array());
  else yield* allFrames(id, result.messages);
}

function onlyFrame(id: number, payload: Uint8Array): Uint8Array {
  try {
    return encodeFrame({ case: 'reply', value: { id, payload } });
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    return failure(id, GrpcStatus.RESOURCE_EXHAUSTED, 'the answer does not fit a frame');
  }
}

function* allFrames(id: number, messages: readonly Uint8Array[]): Generator<Uint8Array> {
  const bytes = messages.reduce((sum, message) => sum + message.byteLength, 0);
  if (bytes > MAX_ANSWER_BYTES) {
    yield failure(id, GrpcStatus.RESOURCE_EXHAUSTED, `the answer of ${bytes} bytes exceeds the limit of ${MAX_ANSWER_BYTES} bytes`);
    return;
  }
  if (messages.length === 0) yield encodeFrame({ case: 'reply', value: { id, content: Reply_Content.NOTHING } });
  for (const [index, message] of messages.entries()) {
    let at = 0;
    for (; message.byteLength - at > FRAGMENT_BYTES; at += FRAGMENT_BYTES) {
      const payload = message.subarray(at, at + FRAGMENT_BYTES);
      yield encodeFrame({ case: 'reply', value: { id, payload, more: true, content: Reply_Content.FRAGMENT } });
    }
    yield encodeFrame({ case: 'reply', value: { id, payload: message.subarray(at), more: index < messages.length - 1 } });
  }
}

const failure = (id: number, code: number, message: string): Uint8Array =>
  // A reason of any length must fit its frame.
  encodeFrame({ case: 'reply', value: { id, code, message: message.slice(0, MAX_REASON), content: Reply_Content.NOTHING } });

/** In characters. */
const MAX_REASON = 4096;
