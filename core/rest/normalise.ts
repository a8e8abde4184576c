import type { z } from 'zod';
import { descend, isPlain, isZero, peel, shapeOf } from './shape.ts';

/**
 * Brings a request's JSON to the form that is validated and stored: an optional property holding its zero value ('' 0 false,
 * an empty list or map) counts as absent, and so does `null` anywhere, unless the schema says `keepZero`.
 * Source: how the original's clients and server agree on optional values (contract, REST-BEHAVIOUR 2).
 */
export function normalise(schema: z.ZodType, value: unknown): unknown {
  const { schema: inner } = peel(schema);
  const shape = shapeOf(inner);
  if (!shape || !isPlain(value)) return descend(inner, value, normalise);
  const kept: [string, unknown][] = [];
  for (const [name, given] of Object.entries(value)) {
    const property = Object.hasOwn(shape.properties, name) ? shape.properties[name] : undefined;
    if (property === undefined) {
      kept.push([name, given]);
      continue;
    }
    if (given === null || given === undefined) continue;
    const { schema: type, optional, facts } = peel(property);
    if (optional && !facts.keepZero && isZero(given, type)) continue;
    kept.push([name, normalise(property, given)]);
  }
  return Object.fromEntries(kept);
}
