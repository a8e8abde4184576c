import { OrcError } from '../errors.ts';
import type { MessageStream } from '../module/context.ts';

/** A connection that is cut off takes along what its client has not read yet: the last line is given this long, in milliseconds. */
const LAST_LINE_MS = 200;

/**
 * The body of an answer that is sent as it comes: a line of text for each message. When the messages break off, a last line says why, and the
 * body ends abnormally, so that nobody takes it for the whole.
 */
export function textStream<M>(messages: MessageStream<M>, lineOf: (message: M) => string): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const line = (text: string): string => (text.endsWith('\n') ? text : `${text}\n`);
  let broken: unknown;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (broken !== undefined) {
          await new Promise((resolve) => setTimeout(resolve, LAST_LINE_MS));
          controller.error(broken);
          return;
        }
        try {
          const some = await messages.next();
          if (some) controller.enqueue(encoder.encode(some.map((message) => line(lineOf(message))).join('')));
          else controller.close();
        } catch (error) {
          broken = error;
          await messages.cancel();
          const why = error instanceof OrcError ? error.message : 'a fault of the platform';
          controller.enqueue(encoder.encode(line(`-- orc8r: broken off: ${why}`)));
        }
      },
      cancel: () => messages.cancel(),
    },
    // Nothing is fetched ahead of the client: what it does not take waits with the gateway's object, which bounds it.
    { highWaterMark: 0 },
  );
}
