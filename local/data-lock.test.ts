import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockDataFolder } from './data-lock.ts';
import { temporaryFolder } from './fixture/platform.ts';
import { startOf } from './processes.ts';

let folder: ReturnType<typeof temporaryFolder>;
let path: string;

beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder.path, 'run.json');
});

afterEach(() => folder.remove());

describe('lockDataFolder', () => {
  it('is held by one at a time, tells who holds it, and can be given back', async () => {
    const lock = await lockDataFolder(folder.path);
    lock.noteRuntime(4711);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ pid: process.pid, start: startOf(process.pid), runtime: 4711 });
    await expect(lockDataFolder(folder.path)).rejects.toThrow(`in use by a running platform (process ${process.pid})`);
    lock.release();
    expect(existsSync(path)).toBe(false);
    (await lockDataFolder(folder.path)).release();
  });

  it('is respected while its holder lives, and taken over when the pid has gone to another process', async () => {
    writeFileSync(path, JSON.stringify({ pid: process.ppid, start: startOf(process.ppid) }));
    await expect(lockDataFolder(folder.path)).rejects.toThrow(`process ${process.ppid}`);
    writeFileSync(path, JSON.stringify({ pid: process.ppid, start: 'another time' }));
    (await lockDataFolder(folder.path)).release();
  });

  it.each(['', 'rubbish', '[]', '{"pid":"1"}'])('is taken over when it says %j', async (text) => {
    writeFileSync(path, text);
    (await lockDataFolder(folder.path)).release();
  });

  it('lets only one of many who come at once take over a dead one', async () => {
    writeFileSync(path, JSON.stringify({ pid: process.ppid, start: 'another time' }));
    const tries = await Promise.allSettled(Array.from({ length: 5 }, () => lockDataFolder(folder.path)));
    const locks = tries.filter((result) => result.status === 'fulfilled');
    expect(locks).toHaveLength(1);
    locks[0]?.value.release();
  });
});
