import { RpcTarget } from 'cloudflare:workers';
import type { GatewayReply, GatewayReplyPart } from '../ports.ts';

/** A reply as its reader on another machine holds it. As long as it does, the object stays awake. */
export class ReplyReader extends RpcTarget implements GatewayReply {
  readonly #reply: GatewayReply;

  constructor(reply: GatewayReply) {
    super();
    this.#reply = reply;
  }

  next(): Promise<GatewayReplyPart> {
    return this.#reply.next();
  }

  cancel(): Promise<void> {
    return this.#reply.cancel();
  }

  /** The reader let go of it, or is no more. */
  [Symbol.dispose](): void {
    void this.#reply.cancel();
  }
}
