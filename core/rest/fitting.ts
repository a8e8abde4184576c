import type { z } from 'zod';
import { normalise } from './normalise.ts';
import { isPlain } from './shape.ts';

/** Made once a schema: zod works a schema out when it is first used, and that costs many times what using it does. */
const lenients = new WeakMap<z.ZodObject, z.ZodObject>();

function lenientOf(schema: z.ZodObject): z.ZodObject {
  let lenient = lenients.get(schema);
  if (!lenient) {
    lenient = schema.partial();
    lenients.set(schema, lenient);
  }
  return lenient;
}

/** The members of a reported value that fit the schema: one odd member does not hide the rest. */
export function fitting<S extends z.ZodObject>(schema: S, value: unknown): Partial<z.output<S>> {
  const whole = normalise(schema, value);
  if (!isPlain(whole)) return {};
  const lenient = lenientOf(schema);
  const result = lenient.safeParse(whole);
  if (result.success) return result.data as Partial<z.output<S>>;
  const odd = new Set(result.error.issues.map((issue) => issue.path[0]));
  const rest = Object.entries(whole).filter(([name]) => !odd.has(name));
  return (lenient.safeParse(Object.fromEntries(rest)).data ?? {}) as Partial<z.output<S>>;
}
