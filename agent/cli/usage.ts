// What can be wrong with a command line.
import { readFileSync } from 'node:fs';
import { reasonOf } from '../log.ts';

/** A command line that cannot be followed; the message says what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The text of a file that `what` names. Throws UsageError when it cannot be read. */
export function readText(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${what}: ${path} cannot be read: ${reasonOf(error)}`);
  }
}
