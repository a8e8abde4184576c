import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Difference, differences } from './difference.ts';

describe('differences', () => {
  it.each<[string, unknown, unknown, Difference[]]>([
    ['nothing', { a: [1, { b: null }] }, { a: [1, { b: null }] }, []],
    ['a value', { a: { b: 1, c: 2 } }, { a: { b: 1, c: 3 } }, [{ path: '/a/c', before: 2, after: 3 }]],
    ['what is new', { a: 1 }, { a: 1, b: { c: 1 } }, [{ path: '/b', after: { c: 1 } }]],
    ['what is gone', { a: 1, b: 2 }, { b: 2 }, [{ path: '/a', before: 1 }]],
    ['null, which is a value', { a: null }, {}, [{ path: '/a', before: null }]],
    ['another kind of value', { a: [1] }, { a: { 0: 1 } }, [{ path: '/a', before: [1], after: { 0: 1 } }]],
    [
      'lists',
      [1, 2, 3],
      [1, 4],
      [
        { path: '/1', before: 2, after: 4 },
        { path: '/2', before: 3 },
      ],
    ],
    ['keys that need escaping', { 'a/b~c': 1 }, { 'a/b~c': 2 }, [{ path: '/a~1b~0c', before: 1, after: 2 }]],
    ['whole documents', 1, 2, [{ path: '', before: 1, after: 2 }]],
    [
      'several, in order of their keys',
      { b: 1, a: 1 },
      { a: 2, b: 2 },
      [
        { path: '/a', before: 1, after: 2 },
        { path: '/b', before: 1, after: 2 },
      ],
    ],
  ])('tell %s', (_, before, after, expected) => {
    expect(differences(before, after)).toEqual(expected);
  });

  it('lead from one document to the other', () => {
    const json = fc.jsonValue({ maxDepth: 3 });
    fc.assert(
      fc.property(json, json, (before, after) => {
        const same = JSON.stringify(before) === JSON.stringify(after);
        const found = differences(before, after);
        if (same) expect(found).toEqual([]);
        for (const { path, ...values } of found) {
          if ('before' in values) expect(at(before, path)).toEqual(values.before);
          if ('after' in values) expect(at(after, path)).toEqual(values.after);
        }
        expect(JSON.stringify(patched(before, found))).toBe(JSON.stringify(patched(after, [])));
      }),
    );
  });
});

const steps = (path: string) =>
  path
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
const at = (document: unknown, path: string): unknown =>
  steps(path).reduce((value, step) => (value as Record<string, unknown>)[step], document);

/** The document with the differences carried out and its keys sorted. */
function patched(document: unknown, found: readonly Difference[]): unknown {
  const root = { root: structuredClone(document) } as Record<string, unknown>;
  for (const { path, ...values } of found.toReversed()) {
    const way = ['root', ...steps(path)];
    const last = way.pop() ?? '';
    const holder = way.reduce((value, step) => (value as Record<string, unknown>)[step], root as unknown);
    if ('after' in values) (holder as Record<string, unknown>)[last] = values.after;
    else if (Array.isArray(holder)) holder.splice(Number(last), 1);
    else delete (holder as Record<string, unknown>)[last];
  }
  return sorted(root['root']);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
