import type { Committed } from '../core/configurator/commit.ts';
import { networkObject, type ObjectBindings } from '../durable-objects/ports.ts';

/** Who tells one network for so long leaves the next commit to tell it itself: what a request may do after its answer is limited. */
const LONGEST_MS = 10_000;
/** A network's object that takes longer to answer, or never does, is told by others too. */
const PATIENCE_MS = 2_000;

/** One request of this isolate that is telling a network's object. */
interface Telling {
  /** When its newest call began, unix milliseconds. */
  calledAt: number;
  /** Something was committed after that. */
  more: boolean;
}

const telling = new Map<string, Telling>();

/**
 * Tells a network's object of a commit at once, or has it told by the request of this isolate that is telling it of another. If this
 * is lost, the sweeper finds the outbox row. Never fails.
 */
export async function announce(bindings: ObjectBindings, { networkId }: Pick<Committed, 'networkId'>): Promise<void> {
  const start = Date.now();
  const other = telling.get(networkId);
  if (other && start - other.calledAt < PATIENCE_MS) {
    other.more = true;
    return;
  }
  const own: Telling = { calledAt: start, more: true };
  telling.set(networkId, own);
  while (own.more) {
    own.calledAt = Date.now();
    own.more = false;
    if (own.calledAt - start >= LONGEST_MS) leave(networkId, own);
    try {
      await networkObject(bindings, networkId).changed(networkId);
    } catch (error) {
      console.warn('nudge lost', networkId, error);
    }
  }
  leave(networkId, own);
}

function leave(networkId: string, own: Telling): void {
  if (telling.get(networkId) === own) telling.delete(networkId);
}
