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

function normalised(layout: Layout, value: unknown): unknown {
  const { properties } = layout;
  if (!properties || !isPlain(value)) return descend(layout, value, normalised);
  const kept: [string, unknown][] = [];
  for (const [name, given] of Object.entries(value)) {
    const property = properties.get(name);
    if (property === undefined) {
      kept.push([name, given]);
      continue;
    }
    if (given === null || given === undefined) continue;
    const { optional, facts } = property;
    if (optional && !facts.keepZero && isZero(given, property)) continue;
    kept.push([name, normalised(property, given)]);
  }
  return Object.fromEntries(kept);
}
