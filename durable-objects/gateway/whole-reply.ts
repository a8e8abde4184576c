import { decodeGrpcMessage, GrpcFramingError, GrpcStatus, MessageReader } from '../../core/wire/grpc.ts';
import type { GatewayCallFailure, GatewayCallResult } from '../ports.ts';

/** Where the parts of a reply go. */
export interface ReplySink {
  /** Some of the reply's bytes. A failure ends the call, and the gateway is told to stop. */
  take(payload: Uint8Array): GatewayCallFailure | undefined;
  /** The gateway has nothing to say yet, and is at it. */
  alive(): void;
  /** Nothing comes any more; undefined: the gateway ended with status OK. Called once. */
  end(failure: GatewayCallFailure | undefined): void;
}

/** Replies beyond this end the call: nothing a gateway answers at once needs more. */
const MAX_REPLY_BYTES = 16 * 1024 * 1024;

/** Gathers a reply until it is complete. */
export class WholeReply implements ReplySink {
  readonly #parts: Uint8Array[] = [];
  readonly #done: (result: GatewayCallResult) => void;
  #bytes = 0;

  constructor(done: (result: GatewayCallResult) => void) {
    this.#done = done;
  }

  take(payload: Uint8Array): GatewayCallFailure | undefined {
    this.#bytes += payload.byteLength;
    if (this.#bytes > MAX_REPLY_BYTES)
      return failed('gateway', GrpcStatus.RESOURCE_EXHAUSTED, `the gateway's reply exceeds ${MAX_REPLY_BYTES} bytes`);
    this.#parts.push(payload);
    return undefined;
  }

  alive(): void {}

  end(failure: GatewayCallFailure | undefined): void {
    this.#done(failure ?? this.#whole());
  }

  #whole(): GatewayCallResult {
    try {
      const reader = new MessageReader(MAX_REPLY_BYTES);
      const messages = this.#parts.flatMap((part) => reader.push(part));
      reader.end();
      return { ok: true, messages };
    } catch (error) {
      return misframed(error);
    }
  }
}

export const failed = (reason: GatewayCallFailure['reason'], code: number, message: string): GatewayCallFailure => ({
  ok: false,
  reason,
  code,
  message,
});

/** What a service ended its call with; undefined for OK. */
export function refusal(status: string, message: string | undefined): GatewayCallFailure | undefined {
  const code = /^\d+$/.test(status) ? Number(status) : GrpcStatus.UNKNOWN;
  return code === GrpcStatus.OK ? undefined : failed('gateway', code, decodeGrpcMessage(message ?? ''));
}

/** The failure for bytes that are no gRPC messages; anything else is thrown on. */
export function misframed(error: unknown): GatewayCallFailure {
  if (error instanceof GrpcFramingError) return failed('gateway', GrpcStatus.INTERNAL, error.message);
  throw error;
}
