import { z } from 'zod';
import { isObject, type Json, resolve } from './json.ts';

const METHODS = ['get', 'put', 'post', 'delete'];

/** How to mend a finding, for the one who adds a route. */
export const HOW_TO_MEND = `Where a text comes from:
- field of a body or answer: \`.meta({ description, examples: [...] })\` on its zod schema in modules/<module>/schemas/ (whole objects too,
  where the examples of the parts do not make a valid whole)
- query parameter: the same on the route's \`query\` schema
- path parameter: scripts/openapi/path-parameters.ts; tag: scripts/openapi/tags.ts
- operation: \`summary\` and \`description\` of the route; what a refusal means there: \`refusals\`
- body that the route reads itself: \`rawBody.examples\`
Say what it does, in which unit, and what happens without it. Two fields of different names have two texts.`;

/** What a reader of the document would miss: each operation, parameter and field says what it is, and examples are true. */
export function review(document: Json): string[] {
  const faultsOf = validatorOf(document);
  const findings = new Set<string>();
  const texts = new Map<string, { name: string; where: string }>();
  const note = (where: string, what: string): void => void findings.add(`${where}: ${what}`);

  for (const tag of listOf(document['tags'])) if (!tag['description']) note(`tag "${String(tag['name'])}"`, 'has no description');
  for (const [where, operation] of operationsOf(document)) {
    if (!operation['summary'] || !operation['description']) note(where, 'has no summary or no description');
    for (const given of listOf(operation['parameters'])) reviewParameter(resolve(document, given), where);
    reviewBody(operation['requestBody'], `${where} body`);
    for (const [status, response] of Object.entries(operation['responses'] as Json)) reviewBody(response, `${where} ${status}`);
  }
  const schemas = (document['components'] as { schemas: Json }).schemas;
  for (const [name, schema] of Object.entries(schemas)) {
    if (isObject(schema) && !schema['description']) note(name, 'has no description');
    reviewSchema(schema, name, false);
  }
  return [...findings].sort();

  function reviewParameter(parameter: Json, where: string): void {
    const name = String(parameter['name']);
    const place = parameter['in'] === 'path' ? `path parameter ${name}` : `${where} ${String(parameter['in'])} ${name}`;
    if (!parameter['description']) note(place, 'has no description');
    else if (saysOnlyItsName(name, parameter['description'])) note(place, 'is described by its own name');
    reviewExample(parameter['schema'], place);
  }

  function reviewBody(given: unknown, where: string): void {
    const body = resolve(document, given);
    for (const media of Object.values(isObject(body['content']) ? body['content'] : {})) {
      if (!isObject(media)) continue;
      if (!('example' in media)) note(where, 'has no example');
      else if (isEmpty(media['example'])) note(where, 'has an empty example');
      else for (const fault of faultsOf(media['schema'], media['example'])) note(`${where} example`, fault);
      if (isObject(media['schema']) && !('$ref' in media['schema'])) reviewSchema(media['schema'], where, false);
    }
  }

  function reviewSchema(schema: unknown, where: string, described: boolean): void {
    if (!isObject(schema) || '$ref' in schema) return;
    for (const example of Array.isArray(schema['examples']) ? schema['examples'] : [])
      for (const fault of faultsOf(schema, example)) note(`${where} example`, fault);
    if (described) reviewExample(schema, where);
    for (const [name, property] of Object.entries(isObject(schema['properties']) ? schema['properties'] : {}))
      reviewProperty(name, property, `${where}.${name}`);
    reviewSchema(schema['items'], `${where}[]`, false);
    reviewSchema(schema['additionalProperties'], `${where}{}`, false);
    for (const choice of ['anyOf', 'oneOf', 'allOf']) for (const one of listOf(schema[choice])) reviewSchema(one, where, false);
  }

  function reviewProperty(name: string, property: unknown, where: string): void {
    if (!isObject(property)) return;
    const text = property['description'] ?? resolve(document, property)['description'];
    if (typeof text !== 'string' || text === '') note(where, 'has no description');
    else if (saysOnlyItsName(name, text)) note(where, 'is described by its own name');
    else if (!('$ref' in property)) {
      const other = texts.get(text);
      if (other && other.name !== name) note(where, `has the very text of ${other.where}`);
      if (!other) texts.set(text, { name, where });
    }
    reviewSchema(property, where, true);
  }

  function reviewExample(schema: unknown, where: string): void {
    if (!isObject(schema) || '$ref' in schema) return;
    const plain = schema['type'] === 'string' || schema['type'] === 'number' || schema['type'] === 'integer';
    if (plain && !['examples', 'default', 'enum', 'const'].some((key) => key in schema)) note(where, 'has no example');
  }
}

function operationsOf(document: Json): [string, Json][] {
  return Object.entries(document['paths'] as Record<string, Json>).flatMap(([path, item]) =>
    METHODS.flatMap((method): [string, Json][] => {
      const operation = item[method];
      return isObject(operation) ? [[`${method.toUpperCase()} ${path}`, operation]] : [];
    }),
  );
}

/** A list or map that shows none of its members. */
const isEmpty = (value: unknown): boolean => typeof value === 'object' && value !== null && Object.keys(value).length === 0;

const listOf = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);

const FILLERS = new Set(['the', 'a', 'an', 'of', 'this', 'its']);
const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '' && !FILLERS.has(word));

/** "Id of the gateway" for `gateway_id` tells nobody anything. */
function saysOnlyItsName(name: string, text: unknown): boolean {
  const known = new Set(wordsOf(name));
  return wordsOf(String(text)).every((word) => known.has(word));
}

type Validator = (schema: unknown, value: unknown) => string[];

/** Tells what is wrong with a value in the eyes of a schema of the document. */
function validatorOf(document: Json): Validator {
  const $defs = inOnePiece((document['components'] as Json)['schemas']);
  const known = new Map<string, z.ZodType>();
  return (given, value) => {
    const text = JSON.stringify(given);
    const schema = known.get(text) ?? z.fromJSONSchema({ ...(inOnePiece(given) as Json), $defs } as Parameters<typeof z.fromJSONSchema>[0]);
    known.set(text, schema);
    const result = schema.safeParse(value);
    return result.success ? [] : result.error.issues.map(({ path, message }) => `${path.join('.') || 'the whole'}: ${message}`);
  };
}

/** A schema that stands alone keeps its components under `$defs`. */
function inOnePiece(node: unknown): unknown {
  return JSON.parse(JSON.stringify(node).replaceAll('"#/components/schemas/', '"#/$defs/'));
}
