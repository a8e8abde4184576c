import { pathText } from '../../core/rest/parse.ts';
import { type Described, flat, isObject, type Schema, typesOf } from './json-schema.ts';
import type { Violation } from './violations.ts';

/**
 * What counts as not set, in every place of a body that may be left out: no bound applies to it there (REST-BEHAVIOUR 2). Places inside
 * of one that is emptied are left out.
 */
export function unset(schema: Schema, body: unknown, follow: Described['follow']): Violation[] {
  return [...emptied(schema, body, follow, [])];
}

function* emptied(schema: Schema, value: unknown, follow: Described['follow'], steps: Violation['steps']): Generator<Violation> {
  const known = flat(schema, follow);
  if (Array.isArray(value)) {
    if (known.items && value.length > 0) yield* emptied(known.items, value[0], follow, [...steps, 0]);
    return;
  }
  if (!isObject(value)) return;
  for (const [name, given] of Object.entries(known.properties ?? {})) {
    const property = flat(given, follow);
    const at = [...steps, name];
    const zero = known.required?.includes(name) || meansIt(property) ? undefined : zeroOf(property);
    if (zero !== undefined) yield { path: pathText(at, 'body'), rule: 'not set', steps: at, value: zero };
    else if (value[name] !== undefined) yield* emptied(given, value[name], follow, at);
  }
}

/** Where zero is a value like any other, or the cloud's own; a default makes it one unless the contract says otherwise. */
const meansIt = ({ readOnly, minItems, default: byDefault, 'x-nullable': nullable = byDefault !== undefined }: Schema): boolean =>
  readOnly === true || minItems !== undefined || nullable;

const zeroOf = (schema: Schema): unknown => {
  const [type = ''] = typesOf(schema).filter((one) => one !== 'null');
  return ({ string: '', integer: 0, number: 0, boolean: false, array: [] } as Readonly<Record<string, unknown>>)[type];
};

export const STRANGER = 'nobody_knows_this';

/** The body with a member that nobody knows in every object whose members the schema names. */
export function withStrangers(schema: Schema, value: unknown, follow: Described['follow']): unknown {
  const { properties, additionalProperties: others, items } = flat(schema, follow);
  if (Array.isArray(value)) return items ? value.map((item) => withStrangers(items, item, follow)) : value;
  if (!isObject(value)) return value;
  const known = Object.entries(value).map(([name, given]) => {
    const of = properties?.[name] ?? (isObject(others) ? (others as Schema) : undefined);
    return [name, of ? withStrangers(of, given, follow) : given];
  });
  return Object.fromEntries(properties && !others ? [...known, [STRANGER, [1]]] : known);
}
