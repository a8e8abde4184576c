import type { z } from 'zod';
import { descend, isPlain, isZero, type Layout, layoutOf } from './shape.ts';

/**
 * Brings a request's JSON to the form that is validated and stored: an optional property holding its zero value ('' 0 false,
 * an empty list or map) counts as absent, and so does `null` anywhere, unless the schema says `keepZero`.
 * Source: how the original's clients and server agree on optional values (contract, REST-BEHAVIOUR 2).
 */
export function normalise(schema: z.ZodType, value: unknown): unknown {
  return normalised(layoutOf(schema), value);
}

/** A property that is not there any more. */
const LEFT_OUT = Symbol('left out');

/** What needs no change is given back as it is: most bodies need none, and those of bulk writes are many. */
function normalised(layout: Layout, value: unknown): unknown {
  const { properties } = layout;
  if (!properties || !isPlain(value)) return descend(layout, value, normalised);
  const names = Object.keys(value);
  let kept: [string, unknown][] | undefined;
  for (const [index, name] of names.entries()) {
    const given = value[name];
    const property = properties.get(name);
    const after = property === undefined ? given : normalisedProperty(property, given);
    if (kept === undefined && after === given) continue;
    kept ??= names.slice(0, index).map((before) => [before, value[before]]);
    if (after !== LEFT_OUT) kept.push([name, after]);
  }
  return kept ? Object.fromEntries(kept) : value;
}

function normalisedProperty(property: Layout, given: unknown): unknown {
  if (given === null || given === undefined) return LEFT_OUT;
  const { optional, facts } = property;
  return optional && !facts.keepZero && isZero(given, property) ? LEFT_OUT : normalised(property, given);
}
