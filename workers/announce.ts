import type { Committed } from '../core/configurator/commit.ts';
import { networkObject, type ObjectBindings } from '../durable-objects/ports.ts';

/** Tells a network's object of a commit at once. If this is lost, the sweeper finds the outbox row. Never fails. */
export async function announce(bindings: ObjectBindings, { networkId }: Committed): Promise<void> {
  try {
    await networkObject(bindings, networkId).changed(networkId);
  } catch (error) {
    console.warn('nudge lost', networkId, error);
  }
}
