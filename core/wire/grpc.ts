// gRPC's message framing, which SyncRPC payloads carry: a flag byte, a 4-byte big-endian length, the message.

import type { DescMethod } from '@bufbuild/protobuf';

const PREFIX_BYTES = 5;

/** The path under which a method is called: `/magma.orc8r.Magmad/Reboot`. */
export const methodPath = ({ parent, name }: Pick<DescMethod, 'parent' | 'name'>): string => `/${parent.typeName}/${name}`;

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

/** Bytes that are not well-formed gRPC framing; `code` is what a server answers them with. */
export class GrpcFramingError extends Error {
  readonly code: GrpcStatus;

  constructor(message: string, code: GrpcStatus = GrpcStatus.INTERNAL) {
    super(message);
    this.name = 'GrpcFramingError';
    this.code = code;
  }
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
  private held: Uint8Array[] = [];
  private heldBytes = 0;
  /** How many bytes have to be there before it is worth looking again. */
  private wanted = PREFIX_BYTES;
  private readonly maxBytes: number;

  /** `maxBytes` bounds one message. */
  constructor(maxBytes: number = 4 * 1024 * 1024) {
    this.maxBytes = maxBytes;
  }

  /** Bytes of a message that is not complete yet. */
  get pending(): number {
    return this.heldBytes;
  }

  /** The messages that became complete with this chunk. They are views of the chunk where possible. */
  push(chunk: Uint8Array): Uint8Array[] {
    if (this.heldBytes + chunk.byteLength < this.wanted) {
      // A copy: the sender may reuse its buffer.
      if (chunk.byteLength > 0) this.hold(chunk.slice());
      return [];
    }
    const bytes = this.heldBytes === 0 ? chunk : joined([...this.held, chunk]);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const messages: Uint8Array[] = [];
    let at = 0;
    this.wanted = PREFIX_BYTES;
    while (bytes.byteLength - at >= PREFIX_BYTES) {
      const end = at + PREFIX_BYTES + this.lengthAt(view, at);
      if (end > bytes.byteLength) {
        this.wanted = end - at;
        break;
      }
      messages.push(bytes.subarray(at + PREFIX_BYTES, end));
      at = end;
    }
    this.held = [];
    this.heldBytes = 0;
    if (at < bytes.byteLength) this.hold(bytes.slice(at));
    return messages;
  }

  /** Call when the stream has ended: throws GrpcFramingError when it ended inside a message. */
  end(): void {
    if (this.heldBytes > 0) throw new GrpcFramingError(`the payload ends inside a gRPC message (${this.heldBytes} bytes left over)`);
  }

  private hold(bytes: Uint8Array): void {
    this.held.push(bytes);
    this.heldBytes += bytes.byteLength;
  }

  private lengthAt(view: DataView, at: number): number {
    const flag = view.getUint8(at);
    if (flag === 1) throw new GrpcFramingError('compressed gRPC messages are not accepted', GrpcStatus.UNIMPLEMENTED);
    if (flag !== 0) throw new GrpcFramingError(`unknown gRPC flag ${flag}`);
    const length = view.getUint32(at + 1);
    if (length > this.maxBytes) {
      const message = `a gRPC message of ${length} bytes exceeds the limit of ${this.maxBytes} bytes`;
      throw new GrpcFramingError(message, GrpcStatus.RESOURCE_EXHAUSTED);
    }
    return length;
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.byteLength;
  }
  return out;
}
