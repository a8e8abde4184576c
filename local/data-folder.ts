import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { StartError, errorCode, errorText } from './start-error.ts';

/**
 * Makes the data folder (readable by its owner only) and proves that it can be written.
 * @returns its absolute path
 * @throws StartError naming the folder and the fix
 */
export function openDataFolder(path: string): string {
  const folder = resolve(path);
  try {
    makeFolder(folder);
    if (!statSync(folder).isDirectory()) throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR' });
    const probe = join(folder, `.probe-${randomBytes(6).toString('hex')}`);
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (error) {
    const why: Record<string, string> = {
      EACCES: 'you may not read and write it',
      EPERM: 'you may not read and write it',
      EROFS: 'it lies on a read-only file system',
      ENOSPC: 'the disk is full',
      ENOENT: 'no folder can be made there',
      EEXIST: 'a file of that name is in the way',
      ENOTDIR: 'a file of that name is in the way',
    };
    throw new StartError(
      `The data folder ${folder} cannot be used: ${why[errorCode(error)] ?? errorText(error)}. Mend that or choose another with --data.`,
      error,
    );
  }
  return folder;
}

/** One after the other: where a file system refuses new folders as if the one above were missing (/proc), Node's own way tries for ever. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

/** Writes a file that only its owner may read; a crash leaves either the old content or the new one. */
export function writeSecret(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  writeFileSync(temporary, content, { mode: 0o600 });
  chmodSync(temporary, 0o600);
  renameSync(temporary, path);
}

/** The text of a file, or undefined when there is none. */
export function readIfThere(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new StartError(`The file ${path} cannot be read (${errorText(error)}). Give yourself the right to read it.`, error);
  }
}

/** Takes a file away; nothing when there is none. */
export function removeFile(path: string): void {
  rmSync(path, { force: true });
}
