import type { z } from 'zod';
import type { Fault } from '../../errors.ts';
import { type Mended, mend } from './mend.ts';
import { isAt } from './places.ts';

/** More faults than this are enough to go on with. */
const ENOUGH = 500;

/**
 * What else is wrong with a body that its schema refused: what shows once something right stands in the places that are wrong. Only
 * what shows whatever stands there counts, so the body is mended in two ways. `check` is the code that the right body would have gone to.
 */
export async function hiddenFaults<S extends z.ZodType>(
  schema: S,
  { given, issues }: { readonly given: unknown; readonly issues: readonly z.core.$ZodIssue[] },
  check: ((body: z.output<S>) => Promise<readonly Fault[]>) | undefined,
): Promise<Fault[]> {
  if (issues.length > ENOUGH) return [];
  const one = mend(schema, given, issues, 0);
  if (!one) return [];
  const checked = async ({ value, places }: typeof one): Promise<Fault[]> => {
    const found = value === undefined || !check ? [] : await check(value);
    return found.filter(({ path }) => !isAt(path, places));
  };
  const behind = await checked(one);
  if (one.faults.length === 0 && behind.length === 0) return [];
  const other = mend(schema, given, issues, 1);
  if (!other) return [];
  return [...both(one.faults, other.faults), ...(behind.length === 0 ? [] : both(behind, await checked(other)))];
}

/**
 * As far as the schema alone can tell: what else is wrong with a body that it refused. For who can tell more there is the body with
 * something right in its wrong places; of what is found there, only what lies outside of `places` is about what was sent. Undefined when
 * the body is wrong as a whole.
 */
export function mended<S extends z.ZodType>(
  schema: S,
  { given, issues }: { readonly given: unknown; readonly issues: readonly z.core.$ZodIssue[] },
): Mended<z.output<S>> | undefined {
  if (issues.length > ENOUGH) return undefined;
  const one = mend(schema, given, issues, 0);
  if (!one || one.faults.length === 0) return one;
  const other = mend(schema, given, issues, 1);
  return { ...one, faults: other ? both(one.faults, other.faults) : [] };
}

function both(one: readonly Fault[], other: readonly Fault[]): Fault[] {
  const known = new Set(other.map(textOf));
  return one.filter((fault) => known.has(textOf(fault)));
}

const textOf = ({ path, message }: Fault): string => `${path} ${message}`;
