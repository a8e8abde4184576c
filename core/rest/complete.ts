import type { z } from 'zod';
import { descend, isPlain, isZero, type Layout, layoutOf } from './shape.ts';

/**
 * Brings a stored or computed value to the form that readers see: properties in the schema's order, what the schema does not
 * know left out, optional zero values left out, and never-set properties written as `null` or zero where the contract says so.
 */
export function complete(schema: z.ZodType, value: unknown): unknown {
  return completed(layoutOf(schema), value);
}

function completed(layout: Layout, value: unknown): unknown {
  const { properties } = layout;
  if (!properties || !isPlain(value)) return descend(layout, value, completed);
  const written: Record<string, unknown> = {};
  for (const [name, property] of properties) {
    const { optional, facts } = property;
    const given = Object.hasOwn(value, name) ? value[name] : undefined;
    if (given !== undefined && given !== null) {
      if (!optional || facts.keepZero || !isZero(given, property)) written[name] = completed(property, given);
      continue;
    }
    if (facts.unset === 'null') written[name] = null;
    else if (facts.unset === 'zero' || !optional) written[name] = zeroOf(property, facts.unset === 'zero');
  }
  if (!layout.open) return written;
  // By way of entries: a reporter may name a property `__proto__`.
  const others = Object.entries(value).filter(([name]) => !properties.has(name));
  return others.length === 0 ? written : Object.fromEntries([...Object.entries(written), ...others]);
}

function zeroOf({ kind }: Layout, scalarsToo: boolean): unknown {
  if (kind === 'string' || kind === 'enum') return '';
  if (!scalarsToo) return null;
  return kind === 'number' ? 0 : kind === 'boolean' ? false : kind === 'array' ? [] : null;
}
