import type { z } from 'zod';
import type { Fault } from '../../errors.ts';
import { faultsOf, pathText } from '../parse.ts';
import { type Path, type Place, Places } from './places.ts';
import { spotAt } from './schema-at.ts';
import { standIns } from './stand-ins.ts';

/** How often a body is looked at again; each time only rules of a wider part of it come to light. */
const ROUNDS = 8;

type Way = 0 | 1;

/** A body with something right in every place that was wrong. */
export interface Mended<T> {
  /** Undefined when no right body could be made of it. */
  readonly value: T | undefined;
  /** What was found wrong besides, once the rest was right. */
  readonly faults: readonly Fault[];
  /** The places that hold something else now than what was sent, as faults name them. */
  readonly places: readonly string[];
}

/**
 * Puts something right into the places of a body where a schema found something wrong, so that the rules that it would not look at
 * before are looked at: those between members, and those of the code behind it. `which` chooses between two ways of doing so: what
 * is wrong only in one of them is a matter of what was put in. Undefined when the body is wrong as a whole.
 */
export function mend<S extends z.ZodType>(
  schema: S,
  given: unknown,
  issues: readonly z.core.$ZodIssue[],
  which: Way,
): Mended<z.output<S>> | undefined {
  const places = new Places();
  for (const { path } of issues) places.add(path);
  const faults: Fault[] = [];
  const told = (value?: z.output<S>): Mended<z.output<S>> => ({
    value,
    faults,
    places: places.all.map(({ path }) => pathText(path, 'body')),
  });
  for (let round = 0; round < ROUNDS; round += 1) {
    const body = repaired(schema, given, places, which);
    if (body === undefined) return round === 0 ? undefined : told();
    const result = schema.safeParse(body);
    if (result.success) return told(result.data);
    const found = result.error.issues.map((issue) => ({ issue, covering: places.covering(issue.path) }));
    for (const { issue, covering } of found) {
      if (covering) places.widen(covering);
      else {
        faults.push(...faultsOf([issue], 'body'));
        places.add(issue.path);
      }
    }
  }
  return told();
}

/** A copy with stand-ins in these places; undefined when the whole body is among them. */
function repaired(schema: z.ZodType, given: unknown, places: Places, which: Way): unknown {
  const body: unknown = structuredClone(given);
  for (const { path, misfit } of places.all) {
    let at = path;
    while (at.length > 0 && !repair(schema, body, { path: at, misfit: misfit && at === path }, which)) at = at.slice(0, -1);
    if (at.length === 0) return undefined;
    places.add(at);
  }
  return body;
}

/**
 * Whether something right could be put into this place, or the place be taken away. What one way puts into it, at first or after a
 * misfit, the other one never does where the schema takes several values.
 */
function repair(schema: z.ZodType, body: unknown, { path, misfit }: Place, which: Way): boolean {
  const holder = memberOf(body, path.slice(0, -1));
  const name = path.at(-1);
  const spot = spotAt(schema, path);
  if (typeof holder !== 'object' || holder === null || name === undefined || !spot) return false;
  const leaves = which === 0 ? !misfit : misfit;
  if (spot.misnamed || (spot.removable && leaves)) return Reflect.deleteProperty(holder, name);
  const values = standIns(spot.schema);
  const value = values.length === 1 ? values[0] : values[which + (misfit ? 2 : 0)];
  if (value === undefined) return spot.removable && Reflect.deleteProperty(holder, name);
  // Not by assignment: a name may be `__proto__`.
  return Reflect.defineProperty(holder, name, { value: structuredClone(value), writable: true, enumerable: true, configurable: true });
}

function memberOf(body: unknown, path: Path): unknown {
  let at = body;
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Record<PropertyKey, unknown>)[step];
  }
  return at;
}
