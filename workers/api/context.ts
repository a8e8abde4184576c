import { auditStatement, commit, type Committed } from '../../core/configurator/commit.ts';
import type { Database } from '../../core/db/database.ts';
import { actorName, type Principal } from '../../core/identity/principal.ts';
import type { Fleet, PlatformInfo, RequestContext } from '../../core/module/context.ts';

export interface ContextParts {
  readonly requestId: string;
  readonly now: () => number;
  readonly db: Database;
  /** The principal once the database's gate has let the request through. */
  readonly principal: () => Principal;
  readonly ifMatch: string | undefined;
  readonly fleet: Fleet;
  readonly platform: PlatformInfo;
  /** Told of each commit, without being waited for. */
  readonly committed: (result: Committed) => void;
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
    now,
    read: (...queries) => db.read(...queries),
    principal: known,
    ifMatch: parts.ifMatch,
    commit: async (change) => {
      const result = await commit(db, change, await author());
      parts.committed(result);
      return result;
    },
    audit: async (row) => {
      await db.commit([auditStatement(row, await author())]);
    },
    fleet: parts.fleet,
    platform: parts.platform,
  };
}
