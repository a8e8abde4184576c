import { GrpcStatus, MessageReader } from '../../core/wire/grpc.ts';
import type { GatewayCallFailure, GatewayReply, GatewayReplyPart } from '../ports.ts';
import { failed, misframed, type ReplySink } from './whole-reply.ts';

/** What may wait for a reader who is slower than the gateway. SyncRPC cannot make a gateway wait, so beyond it the call ends. */
export const MAX_UNREAD_BYTES = 1024 * 1024;
/** A reader who asks for nothing for this long has gone without a word. */
export const UNATTENDED_MS = 60_000;

/** A reply that is read while it comes. */
export class StreamedReply implements ReplySink, GatewayReply {
  /** Settled with the first sign of the gateway: undefined, or why there is no reply. */
  readonly opened: Promise<GatewayCallFailure | undefined>;
  readonly #open: (failure: GatewayCallFailure | undefined) => void;
  readonly #stop: (failure: GatewayCallFailure) => void;
  readonly #messages = new MessageReader();
  #unread: Uint8Array[] = [];
  #bytes = 0;
  #end: GatewayReplyPart['end'];
  #wake: (() => void) | undefined;
  #unattended: ReturnType<typeof setTimeout> | undefined;

  /** `stop` ends the call and has the gateway end it. */
  constructor(stop: (failure: GatewayCallFailure) => void) {
    this.#stop = stop;
    const { promise, resolve } = Promise.withResolvers<GatewayCallFailure | undefined>();
    this.opened = promise;
    this.#open = resolve;
    this.#attended();
  }

  take(payload: Uint8Array): GatewayCallFailure | undefined {
    this.#open(undefined);
    try {
      for (const message of this.#messages.push(payload)) {
        // A copy of its own: what is handed over takes the whole buffer under it along.
        this.#unread.push(message.slice());
        this.#bytes += message.byteLength;
      }
    } catch (error) {
      return misframed(error);
    }
    if (this.#bytes > MAX_UNREAD_BYTES)
      return failed('overloaded', GrpcStatus.RESOURCE_EXHAUSTED, 'the reader is slower than what the gateway sends');
    if (this.#unread.length > 0) this.#woken();
    return undefined;
  }

  alive(): void {
    this.#open(undefined);
    // The reader asks again, which shows that it is there.
    this.#woken();
  }

  end(failure: GatewayCallFailure | undefined): void {
    this.#open(failure);
    this.#end = failure ?? this.#whole() ?? { ok: true };
    clearTimeout(this.#unattended);
    this.#woken();
  }

  async next(): Promise<GatewayReplyPart> {
    clearTimeout(this.#unattended);
    this.#woken();
    if (this.#unread.length === 0 && !this.#end) await new Promise<void>((resolve) => (this.#wake = resolve));
    const messages = this.#unread;
    this.#unread = [];
    this.#bytes = 0;
    if (this.#end) return { messages, end: this.#end };
    this.#attended();
    return { messages };
  }

  async cancel(): Promise<void> {
    if (!this.#end) this.#stop(failed('gateway', GrpcStatus.CANCELLED, 'the reader has gone'));
  }

  #whole(): GatewayCallFailure | undefined {
    try {
      this.#messages.end();
      return undefined;
    } catch (error) {
      return misframed(error);
    }
  }

  #attended(): void {
    clearTimeout(this.#unattended);
    this.#unattended = setTimeout(() => void this.cancel(), UNATTENDED_MS);
  }

  #woken(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
