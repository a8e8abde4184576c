import { OrcError } from '../errors.ts';
import type { MessageStream } from '../module/context.ts';

/** So many looks in a row may fail before the stream is broken off: a store that is busy for a moment takes nothing from anybody. */
const MOST_FAILED_LOOKS = 3;

export interface Watch {
  /** Looks whether the stream may go on. Answers why not, undefined if it may. */
  readonly look: () => Promise<OrcError | undefined>;
  readonly everyMs: number;
}

/**
 * Messages that break off when a look, taken time and again while the stream is open, says that they may not go on. A reader who waits for the next one
 * is told at once. The first look is due when somebody has begun to read.
 */
export function watchedStream<M>(messages: MessageStream<M>, { look, everyMs }: Watch): MessageStream<M> {
  let refused: OrcError | undefined;
  /** Ends the wait of the reader, when one waits. */
  let interrupt: ((refusal: OrcError) => void) | undefined;
  let over = false;
  let failed = 0;
  let due: ReturnType<typeof setTimeout> | undefined;

  const end = (): void => {
    over = true;
    clearTimeout(due);
  };
  const later = (): void => {
    due = setTimeout(() => void once(), everyMs);
  };
  const judged = async (): Promise<OrcError | undefined> => {
    try {
      const refusal = await look();
      failed = 0;
      return refusal;
    } catch {
      failed += 1;
      return failed < MOST_FAILED_LOOKS
        ? undefined
        : new OrcError('unavailable', 'it cannot be found out whether whoever follows this still may');
    }
  };
  const once = async (): Promise<void> => {
    const refusal = await judged();
    if (over) return;
    if (!refusal) return later();
    end();
    refused = refusal;
    interrupt?.(refusal);
    // Here and not by the reader: one who takes nothing would leave the other side at work.
    await messages.cancel().catch(() => undefined);
  };

  return {
    async next() {
      if (refused) throw refused;
      if (!due && !over) later();
      try {
        const some = await new Promise<readonly M[] | undefined>((resolve, reject) => {
          interrupt = reject;
          messages.next().then(resolve, reject);
        });
        if (!some) end();
        return some;
      } catch (error) {
        end();
        throw error;
      }
    },
    async cancel() {
      end();
      await messages.cancel();
    },
  };
}
