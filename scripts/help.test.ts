import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const run = (script: string, ...args: string[]) =>
  spawnSync(process.execPath, [join(import.meta.dirname, script), ...args], { encoding: 'utf8' });

describe.each([
  ['test.ts', 'unit'],
  ['test-long.ts', 'socket'],
])('%s', (script, step) => {
  it('says with --help what there is, and runs nothing', () => {
    for (const flag of ['--help', '-h']) {
      const { status, stdout, stderr } = run(script, flag);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toMatch(new RegExp(`^  ${step} `, 'm'));
    }
  });

  it('says in a line what it does not know', () => {
    const { status, stderr } = run(script, '--nothing');
    expect(status).toBe(2);
    expect(stderr).toMatch(/^[^\n]*--nothing[^\n]*\n$/);
  });
});
