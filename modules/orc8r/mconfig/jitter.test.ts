import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fnv1a32, jittered } from './jitter.ts';

describe('jitter', () => {
  it('hashes with FNV-1a (vectors published with the algorithm)', () => {
    expect(fnv1a32('')).toBe(0x811c9dc5);
    expect(fnv1a32('a')).toBe(0xe40c292c);
    expect(fnv1a32('foobar')).toBe(0xbf9cf968);
  });

  it('adds the share that the hash of the key says, truncated', () => {
    // fnv1a32('foobar') is 3214735720: 20 of 100, so a fifth of it is 4 percent.
    expect(jittered(300, 0.2, 'foobar')).toBe(312);
    // '' is 2166136261: 61 of 100, so 60 * 1.1525 = 69.15.
    expect(jittered(60, 0.25, '')).toBe(69);
  });

  it('calculates with 32-bit floats, as the original does', () => {
    // fnv1a32('a') is 3826002220, 20 of 100. 60 * 1.05 is 63, but 1.05 lies below that among 32-bit floats: 62.999996.
    expect(jittered(60, 0.25, 'a')).toBe(62);
    expect(jittered(16_777_217, 0, 'a')).toBe(16_777_216);
  });

  it('stays between the interval and its share more, and is the same each time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.string(), (interval, key) => {
        const got = jittered(interval, 0.25, key);
        expect(got).toBeGreaterThanOrEqual(interval);
        expect(got).toBeLessThanOrEqual(interval * 1.25);
        expect(jittered(interval, 0.25, key)).toBe(got);
      }),
      { seed: 11 },
    );
  });
});
