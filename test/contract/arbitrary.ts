import fc from 'fast-check';
import { type Described, flat, isObject, type Schema, typesOf } from './json-schema.ts';

/** How deep a generated body goes where its schema contains itself. */
const DEPTH = 6;

const FORMATS: Readonly<Record<string, () => fc.Arbitrary<string>>> = {
  ipv4: () => fc.ipV4(),
  ipv6: () => fc.ipV6(),
  byte: () => fc.base64String({ maxLength: 64 }),
  uri: () => fc.webUrl(),
  'date-time': () => fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
};

/** Values that a schema describes; what only code checks (cross references, checksums) is left to chance. */
export function arbitraryOf(schema: Schema, follow: Described['follow'], depth = 0): fc.Arbitrary<unknown> {
  const known = flat(schema, follow);
  if (known.const !== undefined) return fc.constant(known.const);
  if (known.enum) return fc.constantFrom(...known.enum);
  const type = typesOf(known).find((one) => one !== 'null');
  if (depth > DEPTH) return fc.constant(type === 'array' ? [] : type === 'object' ? {} : '');
  if (type === 'string') return texts(known);
  if (type === 'boolean') return fc.boolean();
  if (type === 'integer' || type === 'number') return numbers(known, type === 'integer');
  if (type === 'array')
    return fc.array(arbitraryOf(known.items ?? {}, follow, depth + 1), {
      minLength: known.minItems ?? 0,
      maxLength: Math.min(known.maxItems ?? 3, 3),
    });
  if (type === 'object') return objects(known, follow, depth);
  return fc.jsonValue({ maxDepth: 2 });
}

function texts({ format, pattern, minLength = 0, maxLength = 64 }: Schema): fc.Arbitrary<string> {
  const special = format === undefined ? undefined : FORMATS[format];
  if (special) return special();
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern)).map((text) => text.slice(0, maxLength));
  const bounds = { minLength, maxLength: Math.max(minLength, Math.min(maxLength, 64)) };
  return fc.oneof({ arbitrary: fc.string(bounds), weight: 3 }, fc.string({ unit: 'binary', ...bounds }));
}

function numbers({ minimum, maximum, exclusiveMinimum }: Schema, whole: boolean): fc.Arbitrary<number> {
  const least = typeof exclusiveMinimum === 'number' ? exclusiveMinimum : minimum;
  if (!whole) return fc.double({ noNaN: true, min: least ?? -1e300, max: maximum ?? 1e300 });
  return fc.integer({ min: Math.ceil(least ?? Number.MIN_SAFE_INTEGER), max: Math.floor(maximum ?? Number.MAX_SAFE_INTEGER) });
}

function objects(known: Schema, follow: Described['follow'], depth: number): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties } = known;
  const named = Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, arbitraryOf(property, follow, depth + 1)]));
  const fixed = fc.record(named, { requiredKeys: required.filter((name) => name in named), noNullPrototype: true });
  if (!isObject(additionalProperties)) return fixed;
  const others = fc.dictionary(fc.string({ maxLength: 20 }), arbitraryOf(additionalProperties as Schema, follow, depth + 1), {
    maxKeys: 3,
    noNullPrototype: true,
  });
  return fc.tuple(fixed, others).map(([own, more]) => ({ ...more, ...own }));
}

const nested = (depth: number): unknown => Array.from({ length: depth }).reduce<unknown>((inner) => ({ a: [inner] }), 'deep');

/** What does not belong anywhere, or hardly. */
const poison = fc.constantFrom<unknown>(
  null,
  true,
  false,
  0,
  -1,
  1.5,
  -0,
  2 ** 53,
  -(2 ** 63),
  1e308,
  '',
  ' ',
  'x'.repeat(10_000),
  '\u0000',
  'é\u202e💥',
  '\ud800',
  "'; DROP TABLE entities; --",
  '../../..',
  '__proto__',
  [],
  {},
  [[]],
  JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
  nested(50),
  nested(2000),
);

type Change = (value: unknown, at: number) => unknown;

const names = fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', '', 'id', 'extra', '\u0000', '💥');

/** One change of one place: another value there, a member more, a member less, a list doubled. */
const change: fc.Arbitrary<Change> = fc.oneof(
  poison.map(
    (instead): Change =>
      () =>
        instead,
  ),
  fc.tuple(names, poison).map(
    ([name, given]): Change =>
      (value) =>
        isObject(value) ? Object.fromEntries([...Object.entries(value), [name, given]]) : given,
  ),
  fc.constant<Change>((value, at) => {
    if (Array.isArray(value)) return [...value, ...value];
    if (!isObject(value)) return undefined;
    const entries = Object.entries(value);
    return Object.fromEntries(entries.filter((_, index) => index !== at % Math.max(entries.length, 1)));
  }),
);

/** Bodies that are right but for one to three places. */
export const mutated = (right: unknown): fc.Arbitrary<unknown> =>
  fc
    .array(fc.tuple(fc.array(fc.nat({ max: 40 }), { maxLength: 6 }), change, fc.nat({ max: 40 })), { minLength: 1, maxLength: 3 })
    .map((changes) => changes.reduce<unknown>((value, [way, alter, at]) => altered(value, way, alter, at), right));

/** Goes down by the numbers of members as far as there are any, and changes what it comes to. */
function altered(value: unknown, [step, ...way]: readonly number[], alter: Change, at: number): unknown {
  const members = Array.isArray(value) ? [...value.entries()] : isObject(value) ? Object.entries(value) : [];
  if (step === undefined || members.length === 0) return alter(value, at);
  const [name, member] = members[step % members.length] ?? [];
  const other = altered(member, way, alter, at);
  if (Array.isArray(value)) return value.with(Number(name), other);
  return Object.fromEntries(Object.entries(value as object).map(([key, given]) => [key, key === name ? other : given]));
}

/** Parts of a path or query that clients should not send. */
export const oddText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
  fc.constantFrom(
    '..',
    '.',
    '%',
    '%00',
    '__proto__',
    '@internal',
    'x'.repeat(300),
    'a/b',
    "' OR 1=1",
    '\u0000',
    '-1',
    '1e9',
    'NaN',
    '9'.repeat(30),
  ),
);
