import { type Author, auditStatement, type Committed, commit, commitStatements } from '../configurator/commit.ts';
import { touched } from '../configurator/mutations.ts';
import type { Database } from '../db/database.ts';
import { tryOut } from '../db/dry-run.ts';
import { OrcError } from '../errors.ts';
import type { Writes } from './context.ts';
import type { DryRun } from './dry-run.ts';

export interface WriteOptions {
  readonly db: Database;
  readonly author: () => Promise<Author>;
  /** Set: everything is checked, nothing is kept, and what would have changed is noted here. */
  readonly dryRun: DryRun | undefined;
  readonly ifMatch: string | undefined;
  readonly committed: (result: Committed) => void;
}

/** As what the store refuses a commit that does not fit what is there. */
const UNFIT: ReadonlySet<string> = new Set(['precondition_failed', 'conflict', 'invalid']);

/** How a request writes. */
export function writesOf(options: WriteOptions): Writes {
  const { db, author, dryRun, committed } = options;
  return {
    commit: async (change) => {
      if (dryRun) {
        await tryOut(db, commitStatements(change, await author()));
        dryRun.commit(change);
        return { networkId: change.networkId, version: 0, changes: change.mutations.flatMap(touched) };
      }
      const result = await commit(db, change, await author());
      committed(result);
      return result;
    },
    commitUnread: async (change) => {
      if (dryRun || options.ifMatch !== undefined || !db.authoriseRecent()) return false;
      try {
        committed(await commit(db, change, await author()));
        return true;
      } catch (error) {
        if (error instanceof OrcError && UNFIT.has(error.code)) return false;
        throw error;
      }
    },
    execute: async ({ statements, changes = [], networkId = '', outcome = 'ok', ...row }) => {
      const all = [...statements, auditStatement({ ...row, networkId, outcome }, await author())];
      if (!dryRun) {
        await db.commit(all);
        return;
      }
      await tryOut(db, all);
      for (const change of changes) dryRun.note({ network_id: networkId, ...change });
    },
    audit: async (row) => {
      const statement = auditStatement(row, await author());
      if (!dryRun) await db.commit([statement]);
    },
  };
}
