import { type Described, flat, isObject, type Schema, typesOf } from './json-schema.ts';

/**
 * Where an answer is not of its schema's form: wrong types, values outside an enumeration, properties that the schema does not
 * know, required ones that are missing, `null` where the contract leaves a property out, and the other way round.
 */
export function answerFaults(schema: Schema, value: unknown, follow: Described['follow'], path = 'body'): string[] {
  const known = flat(schema, follow);
  const types = typesOf(known);
  if (value === null) return types.length === 0 || isNullable(schema, follow) ? [] : [`${path} is null`];
  if (types.length > 0 && !types.some((type) => isOf(type, value))) return [`${path} is ${typeof value} instead of ${types.join(' or ')}`];
  if (known.enum && value !== '' && !known.enum.includes(value)) return [`${path} is ${JSON.stringify(value)}, not of its enumeration`];
  if (Array.isArray(value))
    return value.flatMap((item, index) => (known.items ? answerFaults(known.items, item, follow, `${path}[${index}]`) : []));
  if (!isObject(value)) return [];
  const { properties, additionalProperties: others } = known;
  const faults: string[] = [];
  for (const [name, given] of Object.entries(value)) {
    const at = `${path}.${name}`;
    const property = properties?.[name];
    if (property) {
      if (given === null && known.unset?.[name] === 'null') continue;
      faults.push(...answerFaults(property, given, follow, at));
    } else if (isObject(others)) faults.push(...answerFaults(others, given, follow, at));
    else if (properties && others !== true) faults.push(`${at} is not in the schema`);
  }
  for (const name of new Set([...(known.required ?? []), ...Object.keys(known.unset ?? {})]))
    if (!Object.hasOwn(value, name)) faults.push(`${path}.${name} is missing`);
  return faults;
}

function isOf(type: string, value: unknown): boolean {
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isObject(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}

function isNullable(schema: Schema, follow: Described['follow']): boolean {
  if (schema.$ref !== undefined) return isNullable(follow(schema.$ref), follow);
  return typesOf(schema).includes('null') || (schema.anyOf?.some((branch) => isNullable(branch, follow)) ?? false);
}
