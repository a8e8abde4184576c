import fc from 'fast-check';

/** Any JSON value, small ones mostly. */
const junk = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    -1,
    1.5,
    2 ** 53,
    -(2 ** 31),
    1e308,
    '',
    ' ',
    'x',
    '\u0000',
    '\ud83d\ude00',
    "'; DROP TABLE networks; --",
    'x'.repeat(5000),
    [],
    {},
    [null],
    [[]],
    { a: {} },
  ),
  fc.jsonValue({ maxDepth: 2 }),
);

export type JsonObject = Record<string, unknown>;

/** The paths to everything in a body. */
function places(value: unknown, at: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return at.length > 0 ? [at] : [];
  return [...(at.length > 0 ? [at] : []), ...Object.entries(value).flatMap(([key, inner]) => places(inner, [...at, key]))];
}

function change(body: JsonObject, at: readonly string[], how: 'replace' | 'remove' | 'add', value: unknown): JsonObject {
  const copy = structuredClone(body);
  let holder = copy;
  for (const key of at.slice(0, -1)) holder = holder[key] as JsonObject;
  const last = at.at(-1) ?? '';
  if (how === 'remove') delete holder[last];
  else holder[how === 'add' ? `${last}_more` : last] = value;
  return copy;
}

/** Bodies that differ from this one in up to three places: something else there, nothing, or something beside it. */
export const mutated = (body: JsonObject) =>
  fc
    .array(fc.record({ at: fc.constantFrom(...places(body)), how: fc.constantFrom('replace', 'replace', 'remove', 'add'), value: junk }), {
      minLength: 1,
      maxLength: 3,
    })
    .map((changes) =>
      changes.reduce((changed, { at, how, value }) => {
        try {
          return change(changed, at, how, value);
        } catch {
          // An earlier change took the place away.
          return changed;
        }
      }, body),
    );
