import { pathText } from '../../core/rest/parse.ts';
import { type Described, flat, isObject, type Schema, typesOf } from './json-schema.ts';

/** One bound of a schema, broken at one place of a body that was right before. */
export interface Violation {
  /** As faults name it: `body.cellular.ran.bandwidth_mhz`. */
  readonly path: string;
  /** What is broken, for the reader of a failure. */
  readonly rule: string;
  readonly steps: readonly (string | number)[];
  /** What stands there instead; undefined: nothing. */
  readonly value: unknown;
}

/** Longer lists than this meet the limit of the body first. */
const MANY = 1000;

const INTEGERS: Readonly<Record<string, readonly [least: number, most: number]>> = {
  uint32: [0, 4_294_967_295],
  int32: [-2_147_483_648, 2_147_483_647],
  uint64: [0, Number.MAX_SAFE_INTEGER],
  int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
};

/** Each bound of the schema that this body is held to, broken. */
export function violationsOf(schema: Schema, body: unknown, follow: Described['follow']): Violation[] {
  return [...broken(schema, body, follow, [], true)];
}

function* broken(
  schema: Schema,
  value: unknown,
  follow: Described['follow'],
  steps: Violation['steps'],
  required: boolean,
): Generator<Violation> {
  const known = flat(schema, follow);
  const path = pathText(steps, 'body');
  const breaks = (rule: string, instead: unknown): Violation => ({ path, rule, steps, value: instead });
  const [type] = typesOf(known).filter((one) => one !== 'null');
  if (known.readOnly) return;
  if (type !== undefined) yield breaks(`type ${type}`, type === 'string' ? { a: 1 } : type === 'array' ? { a: 1 } : 'wrong');
  if (known.enum) {
    const instead = typeof known.enum[0] === 'number' ? 987_654 : 'no such value';
    yield breaks('enum', instead);
  } else if (typeof value === 'string') for (const [rule, text] of wrongTexts(known)) if (text !== '' || required) yield breaks(rule, text);
  if (typeof value === 'number' && !known.enum)
    for (const [rule, number] of wrongNumbers(known)) if (number !== 0 || required) yield breaks(rule, number);
  if (Array.isArray(value)) {
    if (known.maxItems !== undefined && known.maxItems <= MANY && value.length > 0)
      yield breaks(
        'maxItems',
        Array.from({ length: known.maxItems + 1 }, () => value[0] as unknown),
      );
    if (known.minItems !== undefined && known.minItems > 0 && required) yield breaks('minItems', value.slice(0, known.minItems - 1));
    if (known.uniqueItems && value.length > 0) yield breaks('uniqueItems', [...(value as unknown[]), value[0]]);
    if (known.items && value.length > 0) yield* broken(known.items, value[0], follow, [...steps, 0], true);
  }
  if (!isObject(value)) return;
  for (const name of known.required ?? []) {
    const property = known.properties?.[name];
    if (property?.readOnly) continue;
    const at = { path: `${path}.${name}`, steps: [...steps, name] };
    yield { ...at, rule: 'required', value: undefined };
    // What is required and cannot be null may not be empty or zero either (REST-BEHAVIOUR 2).
    const zero = property && zeroOf(flat(property, follow));
    if (zero !== undefined) yield { ...at, rule: 'not zero', value: zero };
  }
  for (const [name, given] of Object.entries(value)) {
    const property = known.properties?.[name];
    const others = isObject(known.additionalProperties) ? (known.additionalProperties as Schema) : undefined;
    const of = property ?? others;
    if (of && given !== null)
      yield* broken(of, given, follow, [...steps, name], property === undefined || (known.required?.includes(name) ?? false));
  }
}

function zeroOf({ 'x-nullable': nullable, type }: Schema): '' | 0 | undefined {
  if (nullable !== false) return undefined;
  return type === 'string' ? '' : type === 'integer' || type === 'number' ? 0 : undefined;
}

function* wrongTexts({ minLength = 0, maxLength, pattern, format }: Schema): Generator<readonly [rule: string, text: string]> {
  if (minLength > 0) yield ['minLength', 'x'.repeat(minLength - 1)];
  if (maxLength !== undefined) yield ['maxLength', '1'.repeat(maxLength + 1)];
  // Nothing that a pattern of the contract describes looks like this.
  if (pattern !== undefined && !new RegExp(pattern).test('no match!')) yield ['pattern', 'no match!'];
  if (format !== undefined && /^(ipv4|ipv6|byte|mac|cidr|uri|date-time)$/.test(format)) yield [`format ${format}`, '!'];
}

function* wrongNumbers({
  type,
  minimum,
  maximum,
  exclusiveMinimum,
  multipleOf,
  format = '',
}: Schema): Generator<readonly [rule: string, number: number]> {
  const [least, most] = INTEGERS[format] ?? [];
  if (type === 'integer') yield ['integer', (minimum ?? 1) + 0.5];
  const strict = exclusiveMinimum === true ? minimum : typeof exclusiveMinimum === 'number' ? exclusiveMinimum : undefined;
  if (strict !== undefined) yield ['exclusiveMinimum', strict];
  const [lowest, highest] = [minimum ?? least, maximum ?? most];
  if (lowest !== undefined) yield ['minimum', lowest - step(lowest)];
  if (highest !== undefined) yield ['maximum', highest + step(highest)];
  if (multipleOf !== undefined) yield ['multipleOf', multipleOf + multipleOf / 2];
}

/** One, or as much as makes a difference to so large a number. */
const step = (bound: number): number => (Math.abs(bound) > Number.MAX_SAFE_INTEGER / 2 ? Math.abs(bound) : 1);

/** Violations in as few bodies as possible: those of one body are at places of their own, none inside another. */
export function rounds(violations: readonly Violation[]): Violation[][] {
  const grouped: Violation[][] = [];
  for (const violation of violations) {
    const free = grouped.find((group) => !group.some((other) => within(violation.path, other.path) || within(other.path, violation.path)));
    if (free) free.push(violation);
    else grouped.push([violation]);
  }
  return grouped;
}

const within = (path: string, other: string): boolean => path === other || path.startsWith(`${other}.`) || path.startsWith(`${other}[`);

/** The body with all of them in it. */
export function violate(body: unknown, violations: readonly Violation[]): unknown {
  let whole: unknown = structuredClone(body);
  for (const { steps, value } of violations) {
    const last = steps.at(-1);
    if (last === undefined) {
      whole = value;
      continue;
    }
    let at = whole as Record<string | number, unknown>;
    for (const step of steps.slice(0, -1)) at = at[step] as Record<string | number, unknown>;
    if (value === undefined) delete at[last];
    else at[last] = value;
  }
  return whole;
}
