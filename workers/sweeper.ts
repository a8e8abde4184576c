import { waitingNetworks } from '../core/configurator/changes.ts';
import { Database } from '../core/db/database.ts';
import { inParallel } from '../durable-objects/lib/parallel.ts';
import { networkObject, type ObjectBindings } from '../durable-objects/ports.ts';

/** Commits younger than this are on their way by the ordinary nudge. */
const GRACE_MS = 5_000;
/** How many networks are told at once. */
const AT_ONCE = 32;

/** Tells the objects of all networks whose nudge was lost. Runs from cron and at start; answers how many it told. */
export async function sweepOutbox(bindings: ObjectBindings, now: number): Promise<number> {
  const [networks] = await new Database(bindings.DB).read(waitingNetworks(now - GRACE_MS));
  const failed = await inParallel(AT_ONCE, networks, (networkId) => networkObject(bindings, networkId).changed(networkId));
  for (const { item, error } of failed) console.error('sweep failed', item, error);
  return networks.length - failed.length;
}
