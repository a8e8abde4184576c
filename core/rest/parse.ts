import type { z } from 'zod';
import { type Fault, invalid } from '../errors.ts';
import { fits } from './fits.ts';
import { normalise } from './normalise.ts';
import { isPlain, layoutOf } from './shape.ts';

export type Part = 'body' | 'query' | 'path';

/** What became of one part of a request: typed, or what is wrong with it and how it looked to the schema. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly faults: readonly Fault[]; readonly issues: readonly z.core.$ZodIssue[]; readonly given: unknown };

/** Checks one part of a request against its schema. Normalises first. Every fault has its path (`body.cellular.ran.bandwidth_mhz`). */
export function attempt<S extends z.ZodType>(schema: S, value: unknown, part: Part): Parsed<z.output<S>> {
  if (part === 'body' && fits(schema, value)) return { ok: true, value: value as z.output<S> };
  const normalised = normalise(schema, value);
  const given = part === 'query' ? withNumbers(schema, normalised) : normalised;
  const result = schema.safeParse(given, { reportInput: true });
  if (result.success) return { ok: true, value: result.data };
  return { ok: false, faults: faultsOf(result.error.issues, part), issues: result.error.issues, given };
}

/** As `attempt`, for who needs the value. Error: `invalid`, listing every fault. */
export function parse<S extends z.ZodType>(schema: S, value: unknown, part: Part): z.output<S> {
  const result = attempt(schema, value, part);
  if (!result.ok) throw invalid(result.faults);
  return result.value;
}

/** A query holds texts: those that are whole numbers in digits become numbers where the schema has one, any other stays what it is. */
function withNumbers(schema: z.ZodType, query: unknown): unknown {
  const { properties } = layoutOf(schema);
  if (!properties || !isPlain(query)) return query;
  const read = ([name, text]: [string, unknown]): [string, unknown] =>
    properties.get(name)?.kind === 'number' && typeof text === 'string' && /^-?\d+$/.test(text) ? [name, Number(text)] : [name, text];
  return Object.fromEntries(Object.entries(query).map(read));
}

/** A place as faults name it: `body.images[0].name`. */
export const pathText = (path: readonly PropertyKey[], root: string): string =>
  path.reduce<string>((text, step) => (typeof step === 'number' ? `${text}[${step}]` : `${text}.${String(step)}`), root);

/** Every fault of a failed parse; for a union, those of the branch that came nearest. */
export function faultsOf(issues: readonly z.core.$ZodIssue[], root: string): Fault[] {
  return issues.flatMap((issue) => {
    const path = pathText(issue.path, root);
    if (issue.code === 'invalid_union' && issue.errors.length > 0) {
      // A branch that has the form of what was given says more than one that takes something else altogether.
      const alike = issue.errors.filter((branch) => !branch.some(({ code, path: at }) => code === 'invalid_type' && at.length === 0));
      const nearest = (alike.length > 0 ? alike : issue.errors).reduce((best, branch) => (branch.length < best.length ? branch : best));
      return faultsOf(nearest, path);
    }
    if (issue.code === 'invalid_key')
      return [{ path, message: `bad key: ${issue.issues.map((inner) => plain(inner.message)).join(', ')}` }];
    return [{ path, message: messageOf(issue) }];
  });
}

function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type' && issue.input === undefined && /received undefined/.test(issue.message)) return 'is required';
  if (issue.code === 'invalid_value' && 'input' in issue && issue.input === undefined) return `is required: ${plain(issue.message)}`;
  if (issue.code === 'invalid_type' && issue.expected === 'int') return 'must be a whole number';
  if (issue.code === 'too_small' && issue.origin === 'string' && issue.minimum === 1) return 'must not be empty';
  return plain(issue.message);
}

/** Zod's texts without their headings. */
const plain = (message: string): string => message.replace(/^(Invalid input|Invalid string|Invalid option|Too small|Too big): /, '');
