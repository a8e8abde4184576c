import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { writeSecret } from './data-folder.ts';
import { findRuntimes, isAlive, startOf } from './processes.ts';
import { StartError, errorCode } from './start-error.ts';

interface Holder {
  pid: number;
  /** When that process was started: a pid alone may have been given to another. */
  start: string | undefined;
  runtime?: number;
}

/** The right to use a data folder, held by one running platform at a time (`run.json`). */
export interface DataLock {
  /** Notes the pid of workerd for whoever looks. */
  noteRuntime(pid: number | undefined): void;
  release(): void;
}

/** Folders this very process holds: a second start in one process is as wrong as one from outside. */
const held = new Set<string>();

/**
 * Takes the lock; one left behind by a dead start is taken over, and its orphaned workerd is killed.
 * @throws StartError when another platform runs on the folder
 */
export async function lockDataFolder(dataDir: string): Promise<DataLock> {
  const path = join(dataDir, 'run.json');
  const self: Holder = { pid: process.pid, start: startOf(process.pid) };
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, JSON.stringify(self), { mode: 0o600 });
  try {
    for (;;) {
      try {
        linkSync(draft, path);
        break;
      } catch (error) {
        if (errorCode(error) !== 'EEXIST') throw error;
        removeDeadLock(path, dataDir);
      }
    }
  } finally {
    rmSync(draft, { force: true });
  }
  held.add(dataDir);
  await killOrphans(dataDir);
  return {
    noteRuntime(pid) {
      if (!held.has(dataDir)) return;
      writeSecret(path, JSON.stringify(pid === undefined ? self : { ...self, runtime: pid }));
    },
    release() {
      held.delete(dataDir);
      rmSync(path, { force: true });
    },
  };
}

function removeDeadLock(path: string, dataDir: string): void {
  const text = readLock(path);
  if (text === undefined) return;
  const holder = parse(text);
  if (holder && isHeld(holder, dataDir)) {
    throw new StartError(
      `The data folder ${dataDir} is in use by a running platform (process ${holder.pid}). Stop that one (kill ${holder.pid}) or choose another folder with --data.`,
    );
  }
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  renameSync(path, aside);
  // Between the look and the move another start may have taken over: then this is its lock, and it gets it back.
  const moved = readLock(aside);
  if (moved !== undefined && moved !== text) linkSync(aside, path);
  rmSync(aside, { force: true });
}

function isHeld(holder: Holder, dataDir: string): boolean {
  if (holder.pid === process.pid) return held.has(dataDir);
  return isAlive(holder.pid) && startOf(holder.pid) === holder.start;
}

/** With the lock in hand, a workerd of this folder can only be one whose parent died without a word. */
async function killOrphans(dataDir: string): Promise<void> {
  const orphans = () => findRuntimes(dataDir).filter(({ parent }) => parent !== process.pid);
  for (const { pid } of orphans()) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Gone already.
    }
  }
  // Two workerds on one state would corrupt it: wait until the kernel has taken the old one away.
  for (let tries = 0; tries < 100 && orphans().length > 0; tries += 1) await setTimeout(20);
}

function readLock(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function parse(text: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('pid' in value) || typeof value.pid !== 'number') return undefined;
    return { pid: value.pid, start: 'start' in value && typeof value.start === 'string' ? value.start : undefined };
  } catch {
    return undefined;
  }
}
