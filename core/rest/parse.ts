import type { z } from 'zod';
import { type Fault, invalid } from '../errors.ts';
import { normalise } from './normalise.ts';
import { isPlain, layoutOf } from './shape.ts';

/**
 * Checks one part of a request against its schema and answers it typed. Normalises first.
 * Error: `invalid`, listing every fault with its path (`body.cellular.ran.bandwidth_mhz`).
 */
export function parse<S extends z.ZodType>(schema: S, value: unknown, part: 'body' | 'query' | 'path'): z.output<S> {
  const given = normalise(schema, value);
  const result = schema.safeParse(part === 'query' ? withNumbers(schema, given) : given);
  if (result.success) return result.data;
  throw invalid(faultsOf(result.error, part));
}

/** A query holds texts: those that are whole numbers in digits become numbers where the schema has one, any other stays what it is. */
function withNumbers(schema: z.ZodType, query: unknown): unknown {
  const { properties } = layoutOf(schema);
  if (!properties || !isPlain(query)) return query;
  const read = ([name, text]: [string, unknown]): [string, unknown] =>
    properties.get(name)?.kind === 'number' && typeof text === 'string' && /^-?\d+$/.test(text) ? [name, Number(text)] : [name, text];
  return Object.fromEntries(Object.entries(query).map(read));
}

/** Every fault of a failed parse; for a union, those of the branch that came nearest. */
export function faultsOf(error: z.ZodError, root: string): Fault[] {
  return faults(error.issues, root);
}

function faults(issues: readonly z.core.$ZodIssue[], root: string): Fault[] {
  return issues.flatMap((issue) => {
    const path = issue.path.reduce<string>(
      (text, step) => (typeof step === 'number' ? `${text}[${step}]` : `${text}.${String(step)}`),
      root,
    );
    if (issue.code === 'invalid_union' && issue.errors.length > 0) {
      const nearest = issue.errors.reduce((best, branch) => (branch.length < best.length ? branch : best));
      return faults(nearest, path);
    }
    if (issue.code === 'invalid_key')
      return [{ path, message: `bad key: ${issue.issues.map((inner) => plain(inner.message)).join(', ')}` }];
    return [{ path, message: messageOf(issue) }];
  });
}

function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type' && issue.input === undefined && /received undefined/.test(issue.message)) return 'is required';
  if (issue.code === 'too_small' && issue.origin === 'string' && issue.minimum === 1) return 'must not be empty';
  return plain(issue.message);
}

/** Zod's texts without their headings. */
const plain = (message: string): string => message.replace(/^(Invalid input|Invalid string|Invalid option|Too small|Too big): /, '');
