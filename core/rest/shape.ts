import type { z } from 'zod';
import { type WireFacts, wire } from './fields.ts';

/** A schema without its wrappers, as the passes over wire JSON need it. */
export interface Peeled {
  readonly schema: z.ZodType;
  readonly optional: boolean;
  readonly facts: WireFacts;
}

/** Takes off optional, nullable, default, lazy, read-only and pipe wrappers, gathering what was said on the way. */
export function peel(schema: z.ZodType): Peeled {
  let current = schema as z.core.$ZodTypes & z.ZodType;
  let optional = false;
  let facts: WireFacts = {};
  for (;;) {
    facts = { ...wire.get(current), ...facts };
    const def = current._zod.def;
    switch (def.type) {
      case 'optional':
      case 'default':
      case 'prefault':
        optional = true;
        current = def.innerType as typeof current;
        break;
      case 'nullable':
      case 'nonoptional':
      case 'readonly':
      case 'catch':
        current = def.innerType as typeof current;
        break;
      case 'lazy':
        current = def.getter() as typeof current;
        break;
      case 'pipe':
        current = def.in as typeof current;
        break;
      default:
        return { schema: current, optional, facts };
    }
  }
}

/** '' 0 false, an empty list, an empty map: what Go's encoders take for "not set". An empty object of a fixed shape is set. */
export function isZero(value: unknown, schema: z.ZodType): boolean {
  if (value === '' || value === 0 || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  const { type } = (schema as z.core.$ZodTypes & z.ZodType)._zod.def;
  return type === 'record' && isPlain(value) && Object.keys(value).length === 0;
}

export const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

type Visit = (schema: z.ZodType, value: unknown) => unknown;

/** Applies `visit` to the members of a list, map or intersection; objects are the visitor's own business. */
export function descend(schema: z.ZodType, value: unknown, visit: Visit): unknown {
  const def = (schema as z.core.$ZodTypes & z.ZodType)._zod.def;
  if (def.type === 'array' && Array.isArray(value)) return value.map((item) => visit(def.element as z.ZodType, item));
  if (def.type === 'record' && isPlain(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, visit(def.valueType as z.ZodType, item)]));
  }
  return value;
}

/** The properties of an object schema, or undefined for any other. */
export function shapeOf(schema: z.ZodType): { properties: Readonly<Record<string, z.ZodType>>; open: boolean } | undefined {
  const def = (schema as z.core.$ZodTypes & z.ZodType)._zod.def;
  if (def.type !== 'object') return undefined;
  return {
    properties: def.shape as Readonly<Record<string, z.ZodType>>,
    open: def.catchall !== undefined && (def.catchall as z.core.$ZodTypes)._zod.def.type !== 'never',
  };
}
