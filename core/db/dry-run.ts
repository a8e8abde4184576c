import { sql } from 'drizzle-orm';
import { OrcError } from '../errors.ts';
import { type Database, DRY_RUN_ENDED } from './database.ts';
import { dryRun } from './schema.ts';
import { compile, type Statement } from './statement.ts';

const endDryRun = compile(sql`INSERT INTO ${dryRun} (reached) VALUES (1)`);

/**
 * Runs the statements as a transaction that is taken back at its end, so that guards, unique keys and references are checked by
 * the store itself. Errors: those of the statements.
 */
export async function tryOut(db: Database, statements: readonly Statement[]): Promise<void> {
  try {
    await db.commit([...statements, endDryRun({})]);
  } catch (error) {
    if (error instanceof OrcError && error.reason === DRY_RUN_ENDED) return;
    throw error;
  }
  throw new OrcError('internal', 'a dry run was not taken back');
}
