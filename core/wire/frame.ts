// The codec of `orc8r.v1`: one Frame is one binary WebSocket message (docs/protocol.md).
import type { MessageInitShape } from '@bufbuild/protobuf';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import type { Frame, Hello } from '../../proto/gen/orc8r/sync/v1/frame_pb.js';
import { FrameSchema } from '../../proto/gen/orc8r/sync/v1/frame_pb.js';
import type { CloseCode as CloseCodeType } from './limits.ts';
import { CloseCode, MAX_AGENT_VERSION, MAX_FRAME_BYTES, MAX_POSITIONS, MAX_RESUME, MAX_STREAM_NAME } from './limits.ts';

/** What stands in a frame: `{ case: 'hello', value: {...} }` and so on. */
export type FrameBody = NonNullable<MessageInitShape<typeof FrameSchema>['body']>;
/** A frame of which it is known that it has a body. */
export type BodiedFrame = Frame & { body: Exclude<Frame['body'], { case: undefined }> };

/** A frame that must not be sent or was not understood; `closeCode` is what to close the socket with. */
export class FrameError extends Error {
  readonly closeCode: CloseCodeType;

  constructor(closeCode: CloseCodeType, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'FrameError';
    this.closeCode = closeCode;
  }
}

/** The bytes of one WebSocket message. Throws FrameError (1009) when they exceed MAX_FRAME_BYTES. */
export function encodeFrame(body: FrameBody): Uint8Array<ArrayBuffer> {
  const bytes = toBinary(FrameSchema, create(FrameSchema, { body }));
  if (bytes.byteLength > MAX_FRAME_BYTES) throw tooLarge(bytes.byteLength);
  return bytes;
}

/**
 * Reads one binary WebSocket message. Throws FrameError: 1009 when it is too large, 4400 when it does not parse,
 * has no body that we know, or carries a hello beyond the limits.
 */
export function decodeFrame(data: Uint8Array | ArrayBuffer): BodiedFrame {
  const bytes = data instanceof Uint8Array ? data : new Uint8Array(data);
  if (bytes.byteLength > MAX_FRAME_BYTES) throw tooLarge(bytes.byteLength);
  let frame: Frame;
  try {
    // Unknown fields are dropped, so that a newer peer may add some.
    frame = fromBinary(FrameSchema, bytes, { readUnknownFields: false });
  } catch (error) {
    throw new FrameError(CloseCode.badFrame, 'the frame is not a valid orc8r.sync.v1.Frame', error);
  }
  if (!hasBody(frame)) throw new FrameError(CloseCode.badFrame, 'the frame has no body, or one that is not known');
  if (frame.body.case === 'hello') checkHello(frame.body.value);
  return frame;
}

function hasBody(frame: Frame): frame is BodiedFrame {
  return frame.body.case !== undefined;
}

function checkHello(hello: Hello): void {
  const refuse = (what: string): never => {
    throw new FrameError(CloseCode.badFrame, `hello: ${what}`);
  };
  if (hello.agentVersion.length > MAX_AGENT_VERSION) refuse(`agent_version is longer than ${MAX_AGENT_VERSION} characters`);
  if (hello.positions.length > MAX_POSITIONS) refuse(`more than ${MAX_POSITIONS} positions`);
  const seen = new Set<string>();
  for (const { stream, resume } of hello.positions) {
    if (resume.length > MAX_RESUME) refuse(`resume is longer than ${MAX_RESUME} characters`);
    if (stream.length === 0 || stream.length > MAX_STREAM_NAME) refuse(`a stream's name has 1 to ${MAX_STREAM_NAME} characters`);
    if (seen.has(stream)) refuse(`stream ${stream} is named twice`);
    seen.add(stream);
  }
}

function tooLarge(bytes: number): FrameError {
  return new FrameError(CloseCode.frameTooLarge, `a frame of ${bytes} bytes exceeds the limit of ${MAX_FRAME_BYTES} bytes`);
}
