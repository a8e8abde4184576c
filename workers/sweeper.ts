import { waitingNetworks } from '../core/configurator/changes.ts';
import { Database } from '../core/db/database.ts';
import { networkObject, type ObjectBindings } from '../durable-objects/ports.ts';

/** Commits younger than this are on their way by the ordinary nudge. */
const GRACE_MS = 5_000;

/** Tells the objects of all networks whose nudge was lost. Runs from cron and at start; answers how many it told. */
export async function sweepOutbox(bindings: ObjectBindings, now: number): Promise<number> {
  const [networks] = await new Database(bindings.DB).read(waitingNetworks(now - GRACE_MS));
  const outcomes = await Promise.allSettled(networks.map((networkId) => networkObject(bindings, networkId).changed(networkId)));
  for (const outcome of outcomes) if (outcome.status === 'rejected') console.error('sweep failed', outcome.reason);
  return networks.length;
}
