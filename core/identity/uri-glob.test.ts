import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globsMeet, matchesGlob } from './uri-glob.ts';

describe('two globs', () => {
  it.each([
    ['**', '/magma/v1/**', true],
    ['*', '/magma/v1/**', false],
    ['/**', '/magma/v1/**', true],
    ['**/generic', '/magma/v1/**', true],
    ['/magma/v1/networks', '/magma/v1/**', true],
    ['/magma/v1', '/magma/v1/**', false],
    ['/magma/v1/**', '/magma/v1', true],
    ['/networks/**', '/magma/v1/**', false],
    ['networks/**', '/magma/v1/**', false],
    ['/magma/v1/networks/*/gateways', '/magma/v1/networks/*', false],
    ['/magma/v1/networks/city/gateways/**', '/magma/v1/networks/*/gateways/*/status', true],
    ['/magma/v1/networks/city/gateway/**', '/magma/v1/networks/*/gateways/*/status', false],
    ['a*b', 'ac*', true],
    ['a*b', 'a/*', false],
  ])('%s and %s', (left, right, expected) => {
    expect(globsMeet(left, right)).toBe(expected);
  });

  it('meet when there is a text that both match', () => {
    const glob = fc.array(fc.constantFrom('a', 'b', '/', '*', '**'), { maxLength: 6 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(glob, glob, fc.array(fc.constantFrom('a', 'b', '/'), { maxLength: 5 }), (left, right, text) => {
        const parentless = right.replace(/\/\*\*$/, '/**a').replace(/\*{3,}/g, '**');
        if (matchesGlob(left, text.join('')) && matchesGlob(parentless, text.join(''))) expect(globsMeet(left, parentless)).toBe(true);
      }),
    );
  });

  it('do not meet when none of all short texts is matched by both', () => {
    const glob = fc.array(fc.constantFrom('a', '/', '*', '**'), { maxLength: 3 }).map((parts) => parts.join(''));
    const texts = Array.from({ length: 7 }, (_, length) =>
      Array.from({ length: 2 ** length }, (__, bits) => Array.from({ length }, (___, at) => ((bits >> at) & 1 ? '/' : 'a')).join('')),
    ).flat();
    fc.assert(
      fc.property(glob, glob, (left, right) => {
        fc.pre(!right.endsWith('/**'));
        expect(globsMeet(left, right)).toBe(texts.some((text) => matchesGlob(left, text) && matchesGlob(right, text)));
      }),
    );
  });
});
