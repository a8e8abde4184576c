// gRPC's message framing, which SyncRPC payloads carry: a flag byte, a 4-byte big-endian length, the message.

const PREFIX_BYTES = 5;

/** gRPC status codes by name (grpc.io, "Status codes and their use in gRPC"). */
export const GrpcStatus = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;
export type GrpcStatus = (typeof GrpcStatus)[keyof typeof GrpcStatus];

const NAMES = new Map<number, string>(Object.entries(GrpcStatus).map(([name, code]) => [code, name]));

/** `5` -> `NOT_FOUND`; a number that gRPC does not define -> `code 99`. */
export function grpcStatusName(code: number): string {
  return NAMES.get(code) ?? `code ${code}`;
}

/** The outcome of a call other than OK; `message` is for the caller to read. */
export class GrpcError extends Error {
  readonly code: GrpcStatus;

  constructor(code: GrpcStatus, message: string) {
    super(message);
    this.name = 'GrpcError';
    this.code = code;
  }
}

/** The form of a text in header `grpc-message`: UTF-8, percent-encoded outside printable ASCII and for `%` (gRPC over HTTP/2, "Responses"). */
export function encodeGrpcMessage(message: string): string {
  let out = '';
  for (const byte of new TextEncoder().encode(message)) {
    const plain = byte >= 0x20 && byte <= 0x7e && byte !== 0x25;
    out += plain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
}

/** The text of a `grpc-message` header; what is not valid percent-encoding or UTF-8 is given back as it came. */
export function decodeGrpcMessage(header: string): string {
  try {
    return decodeURIComponent(header);
  } catch {
    return header;
  }
}

/** Bytes that are not well-formed gRPC framing. */
export class GrpcFramingError extends Error {
  override readonly name = 'GrpcFramingError';
}

/** One uncompressed gRPC message with its prefix. */
export function prefixMessage(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(PREFIX_BYTES + message.byteLength);
  new DataView(out.buffer).setUint32(1, message.byteLength);
  out.set(message, PREFIX_BYTES);
  return out;
}

/** All messages of a complete payload, in order. Throws GrpcFramingError when it ends early, or one is compressed. */
export function unprefixMessages(payload: Uint8Array): Uint8Array[] {
  const reader = new MessageReader();
  const messages = reader.push(payload);
  reader.end();
  return messages;
}

/** The only message of a payload, as unary calls have it. Throws GrpcFramingError when there are none or several. */
export function unprefixMessage(payload: Uint8Array): Uint8Array {
  const [message, ...rest] = unprefixMessages(payload);
  if (message === undefined || rest.length > 0) {
    throw new GrpcFramingError(`expected one gRPC message, found ${message === undefined ? 0 : rest.length + 1}`);
  }
  return message;
}

/** Puts messages together from chunks that may be cut anywhere, as streamed replies arrive. */
export class MessageReader {
  private held: Uint8Array = new Uint8Array(0);
  private readonly maxBytes: number;

  /** `maxBytes` bounds one message. */
  constructor(maxBytes: number = 4 * 1024 * 1024) {
    this.maxBytes = maxBytes;
  }

  /** The messages that became complete with this chunk. They are views of the chunk where possible. */
  push(chunk: Uint8Array): Uint8Array[] {
    const bytes = this.held.byteLength === 0 ? chunk : joined(this.held, chunk);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const messages: Uint8Array[] = [];
    let at = 0;
    while (bytes.byteLength - at >= PREFIX_BYTES) {
      const flag = view.getUint8(at);
      if (flag !== 0) throw new GrpcFramingError(flag === 1 ? 'compressed gRPC messages are not accepted' : `unknown gRPC flag ${flag}`);
      const length = view.getUint32(at + 1);
      if (length > this.maxBytes)
        throw new GrpcFramingError(`a gRPC message of ${length} bytes exceeds the limit of ${this.maxBytes} bytes`);
      const end = at + PREFIX_BYTES + length;
      if (end > bytes.byteLength) break;
      messages.push(bytes.subarray(at + PREFIX_BYTES, end));
      at = end;
    }
    // A copy: the sender may reuse its buffer.
    this.held = bytes.slice(at);
    return messages;
  }

  /** Call when the stream has ended: throws GrpcFramingError when it ended inside a message. */
  end(): void {
    if (this.held.byteLength > 0)
      throw new GrpcFramingError(`the payload ends inside a gRPC message (${this.held.byteLength} bytes left over)`);
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.byteLength + b.byteLength);
  out.set(a);
  out.set(b, a.byteLength);
  return out;
}
