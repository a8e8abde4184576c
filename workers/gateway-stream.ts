import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf';
import type { MessageStream } from '../core/module/context.ts';
import type { GatewayReply } from '../durable-objects/ports.ts';
import { callFailure } from './call-failure.ts';

/** The messages of a reply that a gateway sends bit by bit. */
export function messageStream<O extends DescMessage>(reply: GatewayReply, output: O, gatewayId: string): MessageStream<MessageShape<O>> {
  let ended: Awaited<ReturnType<GatewayReply['next']>>['end'];
  const letGo = (): void => (reply as Partial<Disposable>)[Symbol.dispose]?.();
  return {
    async next() {
      while (!ended) {
        const part = await reply.next();
        ended = part.end;
        if (ended) letGo();
        if (part.messages.length > 0) return part.messages.map((message) => fromBinary(output, message));
      }
      if (ended.ok) return undefined;
      throw callFailure(gatewayId, ended);
    },
    async cancel() {
      if (ended) return;
      ended = { ok: true };
      await reply.cancel();
      letGo();
    },
  };
}
