import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textOf } from './alphabet.ts';
import { MAX_SEGMENTS, type Segment, segmentsOf } from './segments.ts';

const lengths = (text: string) => segmentsOf(text).map((part) => (part.alphabet === 'gsm7' ? part.septets.length : part.units.length));
const read = (part: Segment) => (part.alphabet === 'gsm7' ? textOf(part.septets) : String.fromCharCode(...part.units));

describe('a text', () => {
  it.each([
    ['160 of the 7-bit alphabet', 'a'.repeat(160), [160]],
    ['161 of it', 'a'.repeat(161), [153, 8]],
    ['80 of the extension table', '€'.repeat(80), [160]],
    ['81 of it, none of which is cut in two', '€'.repeat(81), [152, 10]],
    ['70 of UCS-2', 'я'.repeat(70), [70]],
    ['71 of it', 'я'.repeat(71), [67, 4]],
    ['surrogate pairs, none of which is cut in two', '😀'.repeat(36), [66, 6]],
    ['nothing', '', [0]],
  ])('of %s', (_, text, expected) => {
    expect(lengths(text)).toEqual(expected);
  });

  it('of any characters reads the same when its segments are put together, none too long and none too many', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.oneof(fc.constantFrom('a', '€', 'я', '😀', '\n'), fc.string({ unit: 'grapheme', maxLength: 1 })),
          maxLength: 400,
        }),
        (text) => {
          const parts = segmentsOf(text);
          expect(parts.map(read).join('')).toBe(text);
          expect(new Set(parts.map(({ alphabet }) => alphabet)).size).toBe(1);
          const room = parts[0]?.alphabet === 'gsm7' ? [160, 153] : [70, 67];
          for (const length of lengths(text)) expect(length).toBeLessThanOrEqual(room[parts.length > 1 ? 1 : 0] ?? 0);
          expect(parts.length).toBeLessThanOrEqual(MAX_SEGMENTS);
        },
      ),
    );
  });

  it('of the longest that REST takes makes 31 segments at most', () => {
    expect(segmentsOf('я'.repeat(2000))).toHaveLength(30);
    expect(segmentsOf('😀'.repeat(1000))).toHaveLength(31);
  });
});
