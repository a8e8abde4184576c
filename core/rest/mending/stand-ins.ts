import type { z } from 'zod';
import { normalise } from '../normalise.ts';
import { bare, inside } from './schema-at.ts';

/** Schemas within schemas for which something is made up. */
const DEEPEST = 8;
/** Texts of the forms that fields have, for those that say no example. */
const TEXTS = [
  'x7',
  '17',
  'IMSI001010000000097',
  '192.0.2.7',
  '192.0.2.0/24',
  'fd00::7',
  '02:00:00:00:00:07',
  'AAAAAAAAAAAAAAAAAAAAAA==',
  '00101',
];

const known = new WeakMap<z.ZodType, readonly unknown[]>();

/** So many are enough for two ways of mending a place, each with a second try. */
const ENOUGH = 4;

/**
 * Up to four different values that a schema takes: what may stand for one that it refused. Rather not the schema's own example
 * first: that might name something that exists.
 */
export function standIns(schema: z.ZodType, depth = 0): readonly unknown[] {
  const before = known.get(schema);
  if (before) return before;
  const found: unknown[] = [];
  if (depth < DEEPEST)
    for (const candidate of candidates(schema, depth)) {
      const given = normalise(schema, candidate);
      if (!schema.safeParse(given).success || found.some((other) => JSON.stringify(other) === JSON.stringify(given))) continue;
      found.push(given);
      if (found.length === ENOUGH) break;
    }
  // What was not found for lack of depth may be found from nearer by.
  if (found.length > 0) known.set(schema, found);
  return found;
}

function* candidates(schema: z.ZodType, depth: number): Generator<unknown> {
  const examples = examplesOf(schema);
  for (const example of examples) if (typeof example === 'string') yield* textsLike(example);
  yield* examples;
  const { def } = bare(schema)._zod;
  switch (def.type) {
    case 'enum':
      yield* Object.values(def.entries);
      return;
    case 'literal':
      yield* def.values;
      return;
    case 'boolean':
      yield* [false, true];
      return;
    case 'number': {
      const { minValue, maxValue } = bare(schema) as unknown as z.ZodNumber;
      yield* [minValue, maxValue, 0, 1, 0.5].filter((number) => typeof number === 'number');
      return;
    }
    case 'string':
      yield* TEXTS;
      return;
    case 'array': {
      yield [];
      for (const item of standIns(def.element as z.ZodType, depth + 1)) yield [item];
      return;
    }
    case 'record':
      yield {};
      for (const value of standIns(def.valueType as z.ZodType, depth + 1))
        for (const key of standIns(def.keyType as unknown as z.ZodType, depth + 1)) yield { [String(key)]: value };
      return;
    case 'object':
      yield* objects(def.shape as Record<string, z.ZodType>, depth);
      return;
    case 'union':
      for (const option of def.options) yield* standIns(option as z.ZodType, depth + 1);
      return;
    default:
      yield* [{}, null, ''];
  }
}

/** With what it cannot do without, with one thing more, and with everything. */
function* objects(shape: Record<string, z.ZodType>, depth: number): Generator<unknown> {
  const optional = (name: string): boolean => shape[name]?.safeParse(undefined).success === true;
  const all = Object.keys(shape);
  const least = all.filter((name) => !optional(name));
  for (const names of [least, ...all.filter(optional).map((name) => [...least, name]), all])
    for (const which of [0, -1])
      yield Object.fromEntries(
        names.flatMap((name) => {
          const values = shape[name] ? standIns(shape[name], depth + 1) : [];
          return values.length === 0 ? [] : [[name, values.at(which)]];
        }),
      );
}

/** What a schema and those inside it give as examples. */
function examplesOf(schema: z.ZodType): unknown[] {
  const { examples } = (schema.meta() ?? {}) as { examples?: unknown[] };
  const inner = inside(schema);
  return [...(Array.isArray(examples) ? examples : []), ...(inner ? examplesOf(inner) : [])];
}

/** Others of the same kind: the last digit, or the first letter, is another one. */
const textsLike = (example: string): string[] =>
  [
    example.replace(/\d(?=\D*$)/, (digit) => (digit === '7' ? '6' : '7')),
    example.replace(/[A-Za-z]/, (letter) => (letter.toLowerCase() === 'q' ? 'z' : 'q')),
    `${example}x`,
  ].filter((text) => text !== example);
