import { describe, expect, it } from 'vitest';
import { compareTrees } from './proto.ts';

describe('compareTrees', () => {
  it('tells missing, changed and surplus files apart', () => {
    const have = new Map([
      ['same', '1'],
      ['other', '1'],
      ['old', '1'],
    ]);
    const want = new Map([
      ['same', '1'],
      ['other', '2'],
      ['new', '1'],
    ]);
    expect(compareTrees(have, want)).toEqual({ missing: ['new'], changed: ['other'], surplus: ['old'] });
  });

  it('finds nothing between equal trees', () => {
    const tree = new Map([['a', '1']]);
    expect(compareTrees(tree, new Map(tree))).toEqual({ missing: [], changed: [], surplus: [] });
  });
});
