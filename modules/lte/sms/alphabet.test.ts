import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pack, septetsOf, textOf, unpack } from './alphabet.ts';

const septets = (text: string) => [...text].flatMap((character) => septetsOf(character) ?? []);
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').toUpperCase();

describe('the default alphabet', () => {
  it('has the codes of the standard', () => {
    expect(['@', '£', '\n', ' ', '0', '?', 'A', 'Z', '§', 'a', 'z', 'à', '_', 'Δ', '¤'].map((one) => septetsOf(one))).toEqual(
      [0, 1, 0x0a, 0x20, 0x30, 0x3f, 0x41, 0x5a, 0x5f, 0x61, 0x7a, 0x7f, 0x11, 0x10, 0x24].map((code) => [code]),
    );
    expect(['€', '[', '{', '\\', '^', '~', '|', ']', '}', '\f'].map((one) => septetsOf(one)?.[1])).toEqual([
      0x65, 0x3c, 0x28, 0x2f, 0x14, 0x3d, 0x40, 0x3e, 0x29, 0x0a,
    ]);
    expect(['`', 'ç', 'я', '😀', '\u001b', '\t'].map((one) => septetsOf(one))).toEqual(Array(6).fill(undefined));
  });

  it('reads what it has no character for as a space', () => {
    expect(textOf([0x41, 0x1b, 0x01, 0x42, 0x1b])).toBe('A B ');
  });
});

describe('packing', () => {
  it.each([
    ['hellohello', 'E8329BFD4697D9EC37'],
    ['How are you?', 'C8F71D14969741F977FD07'],
    ['1234567', '31D98C56B3DD00'],
    ['12345678', '31D98C56B3DD70'],
    ['€', '9B32'],
    ['', ''],
  ])('of %j is %s', (text, octets) => {
    expect(hex(pack(septets(text)))).toBe(octets);
  });

  it('leaves the fill bits free that a header of six octets asks for', () => {
    // A concatenation header takes 48 bits; the text begins at the 49th, which is the 7th septet.
    expect(hex(pack(septets('A'), 1))).toBe('82');
    expect(hex(pack(septets('AB'), 1))).toBe('8242');
  });

  it('is undone by unpacking, whatever the septets and the fill', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 127 }), { maxLength: 160 }), fc.integer({ min: 0, max: 6 }), (given, fill) => {
        expect(unpack(pack(given, fill), given.length, fill)).toEqual(given);
      }),
    );
  });
});
