import { describe, expect, it } from 'vitest';
import { readQuery } from './query.ts';

const asks = (route: Parameters<typeof readQuery>[0], value: string): boolean =>
  readQuery(route, new URL(`https://x/?dry_run=${value}`)).dryRun;

describe('readQuery', () => {
  it('finds a dry run asked for by true and false only, of a write', () => {
    expect([asks({ method: 'post' }, 'true'), asks({ method: 'post' }, 'false'), asks({ method: 'get' }, 'true')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(() => asks({ method: 'post' }, '1')).toThrow('must be true or false');
  });

  it('refuses one where nothing can be tried', () => {
    expect(() => asks({ method: 'post', noDryRun: true }, 'true')).toThrow('query.dry_run: a command to a gateway cannot be tried');
    expect(asks({ method: 'post', noDryRun: true }, 'false')).toBe(false);
  });
});
