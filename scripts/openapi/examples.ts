import { isObject, type Json, resolve } from './json.ts';

/** Schemas within schemas; none of ours goes deeper. */
const DEEPEST = 12;

/**
 * A value that a schema describes, put together from the examples of its parts: what a schema gives as its example counts, then
 * its default, then its first choice. Undefined where nothing of the kind is said.
 */
export function exampleOf(document: Json, given: unknown, depth = 0): unknown {
  const schema = resolve(document, given);
  if (Array.isArray(schema['examples'])) return schema['examples'][0];
  if ('const' in schema) return schema['const'];
  if (Array.isArray(schema['enum'])) return 'default' in schema ? schema['default'] : schema['enum'][0];
  if (depth > DEEPEST) return undefined;
  for (const choice of ['anyOf', 'oneOf', 'allOf']) {
    const [first] = Array.isArray(schema[choice]) ? schema[choice] : [];
    if (first !== undefined) return exampleOf(document, first, depth + 1);
  }
  if (schema['type'] === 'array') {
    const item = exampleOf(document, schema['items'], depth + 1);
    return item === undefined ? [] : [item];
  }
  if (schema['type'] === 'object') return objectExample(document, schema, depth);
  if ('default' in schema) return schema['default'];
  return schema['type'] === 'boolean' ? true : undefined;
}

function objectExample(document: Json, schema: Json, depth: number): Json {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const named = Object.entries(properties)
    .map(([name, property]) => [name, exampleOf(document, property, depth + 1)] as const)
    .filter(([, value]) => value !== undefined);
  if (named.length > 0) return Object.fromEntries(named);
  const open = schema['additionalProperties'];
  if (!isObject(open)) return {};
  const key = isObject(schema['propertyNames']) ? exampleOf(document, schema['propertyNames'], depth + 1) : undefined;
  const value = exampleOf(document, open, depth + 1);
  if (value === undefined) return {};
  return { [typeof key === 'string' ? key : keyOf(value)]: value };
}

/** A map is keyed by what its members are called, as far as they say it. */
function keyOf(value: unknown): string {
  const id = isObject(value)
    ? Object.entries(value).find(([name, held]) => /(^|_)(id|name|serial)$/.test(name) && typeof held === 'string')
    : [];
  return String(id?.[1] ?? 'name');
}
