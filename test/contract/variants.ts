import { isObject } from './json-schema.ts';

/**
 * Bodies that differ from this one in a single place, the likelier ones to be right first: another text, number or switch, one
 * member of a list less. Whether they are right is for the platform to say.
 */
export function* variantsOf(value: unknown): Generator<unknown> {
  if (typeof value === 'string') {
    // Numbers, addresses and the like stay what they are with another last digit.
    if (/\d$/.test(value)) yield `${value.slice(0, -1)}${value.endsWith('7') ? '6' : '7'}`;
    yield* [`${value}x`, `x${value}`];
  }
  if (typeof value === 'number') yield* [value + 1, value - 1, value / 2];
  if (typeof value === 'boolean') yield !value;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) for (const other of variantsOf(item)) yield value.with(index, other);
    if (value.length > 0) yield value.slice(1);
  }
  if (isObject(value)) {
    // Names and descriptions may be anything; ids have to stay.
    const free = (name: string): number => (/^(name|description)$/.test(name) ? 0 : /id$|serial/.test(name) ? 2 : 1);
    const entries = Object.entries(value).sort(([a], [b]) => free(a) - free(b));
    for (const [name, given] of entries) for (const other of variantsOf(given)) yield { ...value, [name]: other };
  }
}

/** A body without what counts as not set, so that it can be looked for in what a reader sees. */
export function told(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(told);
  if (!isObject(value)) return value;
  const unset = (given: unknown): boolean =>
    given === '' || given === 0 || given === false || given === null || (typeof given === 'object' && Object.keys(given).length === 0);
  return Object.fromEntries(Object.entries(value).flatMap(([name, given]) => (unset(given) ? [] : [[name, told(given)]])));
}
