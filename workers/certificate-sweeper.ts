import { recentlyRevoked, sweepExpired } from '../core/certifier/certificate-sweep.ts';
import { Database } from '../core/db/database.ts';
import { inParallel } from '../durable-objects/lib/parallel.ts';
import { gatewayObject, type ObjectBindings } from '../durable-objects/ports.ts';

/** Who revokes a certificate ends its connection at once; for this long it is repeated, in case that was lost or a door had just let the gateway in. */
const REPEATED_MS = 5 * 60_000;
/** How many gateways are told at once. */
const AT_ONCE = 32;

/** The cron expression of wrangler.toml under which expired certificates leave; all others are for what cannot wait an hour. */
export const HOURLY = '17 * * * *';

/** Ends, once more, the connections of certificates that were revoked a moment ago. Runs each minute; answers how many gateways it told. */
export async function repeatRevocations(bindings: ObjectBindings, now: number): Promise<number> {
  const [revoked] = await new Database(bindings.DB).read(recentlyRevoked(now - REPEATED_MS, now));
  const failed = await inParallel(AT_ONCE, [...revoked], ([hardwareId, serials]) =>
    gatewayObject(bindings, hardwareId).refuseCertificates(serials),
  );
  for (const { item, error } of failed) console.error('could not end the connection of a revoked certificate', item[0], error);
  return revoked.size - failed.length;
}

/** Takes away certificates that have been expired for a day. Runs each hour; answers how many. */
export async function sweepCertificates({ DB }: Pick<ObjectBindings, 'DB'>, now: number): Promise<number> {
  return sweepExpired(new Database(DB), now);
}
