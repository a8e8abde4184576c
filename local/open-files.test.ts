import { closeSync, openSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { countOpenFiles, openFiles } from './open-files.ts';

describe.runIf(process.platform === 'linux')('countOpenFiles', () => {
  it('counts what a process has open', () => {
    const before = countOpenFiles(process.pid) ?? 0;
    const opened = Array.from({ length: 100 }, () => openSync(import.meta.filename, 'r'));
    const more = countOpenFiles(process.pid) ?? 0;
    for (const file of opened) closeSync(file);
    expect(before).toBeGreaterThan(3);
    // Others in this process may open and close some meanwhile.
    expect(Math.abs(more - before - 100)).toBeLessThan(20);
  });

  it('says nothing of a process that is not there', () => {
    expect(countOpenFiles(2 ** 22 + 1)).toBeUndefined();
  });
});

describe('openFiles', () => {
  it('has five files for a gateway that is awake', () => {
    const { limit, gateways } = openFiles() ?? { limit: 500, gateways: 0 };
    expect(gateways).toBe(Math.max(0, Math.floor((limit - 500) / 5)));
  });
});
