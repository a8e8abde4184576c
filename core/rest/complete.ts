import type { z } from 'zod';
import { descend, isPlain, isZero, peel, shapeOf } from './shape.ts';

/**
 * Brings a stored or computed value to the form that readers see: properties in the schema's order, what the schema does not
 * know left out, optional zero values left out, and never-set properties written as `null` or zero where the contract says so.
 */
export function complete(schema: z.ZodType, value: unknown): unknown {
  const { schema: inner } = peel(schema);
  const shape = shapeOf(inner);
  if (!shape || !isPlain(value)) return descend(inner, value, complete);
  const written: [string, unknown][] = [];
  for (const [name, property] of Object.entries(shape.properties)) {
    const { schema: type, optional, facts } = peel(property);
    const given = Object.hasOwn(value, name) ? value[name] : undefined;
    if (given !== undefined && given !== null) {
      if (!optional || facts.keepZero || !isZero(given, type)) written.push([name, complete(property, given)]);
      continue;
    }
    if (facts.unset === 'null') written.push([name, null]);
    else if (facts.unset === 'zero' || !optional) written.push([name, zeroOf(type, facts.unset === 'zero')]);
  }
  if (shape.open) {
    for (const [name, given] of Object.entries(value)) if (!Object.hasOwn(shape.properties, name)) written.push([name, given]);
  }
  return Object.fromEntries(written);
}

function zeroOf(schema: z.ZodType, scalarsToo: boolean): unknown {
  const { type } = (schema as z.core.$ZodTypes & z.ZodType)._zod.def;
  if (type === 'string' || type === 'enum') return '';
  if (!scalarsToo) return null;
  return type === 'number' ? 0 : type === 'boolean' ? false : type === 'array' ? [] : null;
}
