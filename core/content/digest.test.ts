import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { itemDigest, SetDigest, shareDigest } from './digest.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('the digest of a set', () => {
  it('is that of what is in it, whatever came and went on the way', () => {
    const items = fc.uniqueArray(fc.tuple(fc.string(), fc.string()), { selector: ([id]) => id, maxLength: 20 });
    fc.assert(
      fc.property(items, fc.array(fc.tuple(fc.string(), fc.string()), { maxLength: 5 }), fc.integer(), (wanted, passing, seed) => {
        const straight = new SetDigest();
        for (const [id, value] of wanted) straight.add(itemDigest(id, bytes(value)));
        const roundabout = new SetDigest();
        for (const [id, value] of passing) roundabout.add(itemDigest(id, bytes(value)));
        for (const [id, value] of [...wanted].sort(() => (seed % 2 === 0 ? 1 : -1))) roundabout.add(itemDigest(id, bytes(value)));
        for (const [id, value] of passing) roundabout.remove(itemDigest(id, bytes(value)));
        expect([roundabout.text, roundabout.count]).toEqual([straight.text, straight.count]);
      }),
    );
  });

  it('has 24 characters, goes on from what was kept, and differs with every item', () => {
    const digest = new SetDigest();
    const seen = new Set([digest.text]);
    for (const [id, value] of [
      ['a', ''],
      ['', 'a'],
      ['a', 'b'],
      ['ab', ''],
    ] as const) {
      const next = new SetDigest(new Uint8Array(digest.sum), digest.count);
      next.add(itemDigest(id, bytes(value)));
      expect(next.text).toMatch(/^[A-Za-z0-9+/]{22}==$/);
      seen.add(next.text);
    }
    expect(seen.size).toBe(5);
  });

  it('of a share that is not there is that of nothing', () => {
    expect(shareDigest(undefined)).toBe('1B2M2Y8AsgTpgAmY7PhCfg==');
    expect(shareDigest(bytes('x'))).not.toBe(shareDigest(undefined));
  });
});
