import type { Committed } from '../../core/configurator/commit.ts';
import type { Database } from '../../core/db/database.ts';
import { actorName, type Principal } from '../../core/identity/principal.ts';
import type { Fleet, PlatformInfo, RequestContext } from '../../core/module/context.ts';
import { type DryRun, spareFleet } from '../../core/module/dry-run.ts';
import { writesOf } from '../../core/module/writes.ts';

export interface ContextParts {
  readonly requestId: string;
  /** Path and query as they were sent. */
  readonly uri: string;
  readonly now: () => number;
  readonly db: Database;
  /** The principal once the database's gate has let the request through. */
  readonly principal: () => Principal;
  readonly ifMatch: string | undefined;
  readonly idempotencyKey: string | undefined;
  readonly fleet: Fleet;
  readonly platform: PlatformInfo;
  /** Told of each commit, without being waited for. */
  readonly committed: (result: Committed) => void;
  /** Set when the caller asked for `?dry_run=true`. */
  readonly dryRun: DryRun | undefined;
}

/** What a route's handler works with during one request. */
export function createContext(parts: ContextParts): RequestContext {
  const { db, requestId, now } = parts;
  const known = async (): Promise<Principal> => {
    await db.authorise();
    return parts.principal();
  };
  const author = async () => ({ actor: actorName(await known()), requestId, at: now() });
  return {
    requestId,
    uri: parts.uri,
    now,
    read: (...queries) => db.read(...queries),
    readRecent: (...queries) => db.readRecent(...queries),
    principal: known,
    ifMatch: parts.ifMatch,
    idempotencyKey: parts.idempotencyKey,
    ...writesOf({ db, author, dryRun: parts.dryRun, ifMatch: parts.ifMatch, committed: parts.committed }),
    fleet: parts.dryRun ? spareFleet(parts.fleet) : parts.fleet,
    platform: parts.platform,
  };
}
