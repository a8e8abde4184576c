// Files that are either the old content or the new one, whatever happens meanwhile.
import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Writes a file so that a crash leaves the old or the new content, never a mixture: temporary file, fsync, rename,
 * fsync of the folder. Makes the folder when it is missing. `mode` as for open(2); secrets take 0o600.
 */
export async function writeFileAtomic(path: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
  await replace(path, content, { mode, sync: true });
  await syncFolder(dirname(path));
}

/**
 * The same without waiting for the disk, for what can be checked when it is read: after a power failure it may be the old content, the
 * new one, or cut off.
 */
export async function writeFileSoon(path: string, content: string | Uint8Array): Promise<void> {
  await replace(path, content, { mode: 0o644, sync: false });
}

async function replace(path: string, content: string | Uint8Array, { mode, sync }: { mode: number; sync: boolean }): Promise<void> {
  const temporary = `${path}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  const file = await openNew(temporary, mode);
  try {
    try {
      await file.writeFile(content);
      if (sync) await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** The folder is made when it turns out to be missing: it is there nearly always. */
async function openNew(path: string, mode: number): Promise<FileHandle> {
  try {
    return await open(path, 'wx', mode);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    await mkdir(dirname(path), { recursive: true });
    return open(path, 'wx', mode);
  }
}

/** The file's content, or undefined when there is none; other faults are thrown. */
export async function readFileIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

export function isNotFound(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
