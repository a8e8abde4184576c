import type { z } from 'zod';
import { isPlain, isZero, type Layout, layoutOf } from './shape.ts';

/**
 * Whether a value of a body is right and stays what it is, so that neither `normalise` nor zod would change or refuse anything. Found out
 * without building what they build, which takes several times as long; a bulk write has many such values. False means only that they have
 * to look: also for schemas that cannot be gone through like this (unions, defaults, transformations).
 */
export const fits = (schema: z.ZodType, value: unknown): boolean => judgeOf(schema)(value);

type Judge = (value: unknown) => boolean;

const judges = new WeakMap<z.core.$ZodType, Judge>();
const unsure: Judge = () => false;

/** Made when first asked for: schemas may contain themselves. */
function judgeOf(schema: z.core.$ZodType): Judge {
  let judge = judges.get(schema);
  if (!judge) {
    judge = withChecks(schema, judgeOfKind(schema as z.core.$ZodTypes));
    judges.set(schema, judge);
  }
  return judge;
}

const later = (schema: z.core.$ZodType): Judge => {
  let judge: Judge | undefined;
  return (value) => (judge ??= judgeOf(schema))(value);
};

function judgeOfKind(schema: z.core.$ZodTypes): Judge {
  const { def } = schema._zod;
  switch (def.type) {
    case 'string':
    case 'boolean':
      return 'coerce' in def && def.coerce ? unsure : (value) => typeof value === def.type;
    case 'number':
      return 'coerce' in def && def.coerce ? unsure : (value) => typeof value === 'number' && Number.isFinite(value);
    case 'enum':
    case 'literal': {
      const values = schema._zod.values as ReadonlySet<unknown> | undefined;
      return values ? (value) => values.has(value) : unsure;
    }
    case 'any':
    case 'unknown':
      return () => true;
    case 'nullable': {
      const inner = later(def.innerType);
      return (value) => value === null || inner(value);
    }
    // Of a value that is there.
    case 'optional':
      return later(def.innerType);
    case 'lazy':
      return (value) => judgeOf(def.getter())(value);
    case 'array': {
      const member = later(def.element);
      return (value) => Array.isArray(value) && value.every(member);
    }
    case 'record':
      return judgeOfRecord(def);
    case 'object':
      return judgeOfObject(schema as z.core.$ZodObject);
    default:
      return unsure;
  }
}

function judgeOfRecord({ keyType, valueType, mode }: z.core.$ZodRecordDef): Judge {
  // Over an enum a record demands every key.
  if (mode === 'loose' || (keyType as z.core.$ZodTypes)._zod.def.type !== 'string') return unsure;
  const [name, member] = [later(keyType), later(valueType)];
  return (value) => isPlain(value) && Object.keys(value).every((key) => key !== '__proto__' && name(key) && member(value[key]));
}

interface Property {
  readonly judge: Judge;
  /** Its zero value counts as absent, and would go. */
  readonly zeroGoes: Layout | undefined;
}

function judgeOfObject(schema: z.core.$ZodObject): Judge {
  const { shape, catchall } = schema._zod.def;
  // Properties that the schema does not name are taken away, refused or looked at, unless it takes anything.
  const open = catchall !== undefined && (catchall as z.core.$ZodTypes)._zod.def.type === 'unknown';
  const required = Object.entries(shape).flatMap(([name, property]) => (mayBeAbsent(property) ? [] : [name]));
  const properties = new Map(
    Object.entries(shape).map(([name, property]): [string, Property] => {
      const layout = layoutOf(property as z.ZodType);
      return [name, { judge: later(property), zeroGoes: layout.optional && !layout.facts.keepZero ? layout : undefined }];
    }),
  );
  const propertyFits = (name: string, given: unknown): boolean => {
    const property = properties.get(name);
    if (!property) return open;
    const { judge, zeroGoes } = property;
    return given !== null && !(zeroGoes && isZero(given, zeroGoes)) && judge(given);
  };
  return (value) => {
    if (!isPlain(value)) return false;
    for (const name of required) if (!Object.hasOwn(value, name)) return false;
    for (const name of Object.keys(value)) if (name === '__proto__' || !propertyFits(name, value[name])) return false;
    return true;
  };
}

/** Whether zod takes the absence of a property without looking further, and puts nothing in its place. */
function mayBeAbsent(schema: z.core.$ZodType): boolean {
  const { def, optin } = schema._zod;
  return def.type === 'optional' && optin === 'optional' && !def.checks?.length;
}

/** With zod's own checks: bounds, patterns, refinements, and those that a schema is by itself (an IPv4 address, a whole number). */
function withChecks(schema: z.core.$ZodType, judge: Judge): Judge {
  const { def, traits } = schema._zod;
  const own = traits.has('$ZodCheck') ? [schema as unknown as z.core.$ZodCheck] : [];
  const checks = [...own, ...(def.checks ?? [])].map(passes);
  if (checks.length === 0 || judge === unsure) return judge;
  return (value) => judge(value) && checks.every((check) => check(value));
}

function passes(check: z.core.$ZodCheck): Judge {
  const { when } = check._zod.def;
  return (value) => {
    const payload = { value: value as never, issues: [] };
    if (when && !when(payload)) return true;
    const promised = check._zod.check(payload);
    return promised === undefined && payload.issues.length === 0 && payload.value === value;
  };
}
