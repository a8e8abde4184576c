/** A JSON object of the document: untyped, since the document is written and looked at, never programmed against. */
export type Json = Record<string, unknown>;

export const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The same with its keys in order, so that the document does not depend on the order in which modules declare things. */
export const sorted = <T>(object: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(object).sort(([left], [right]) => (left < right ? -1 : 1)));

/** What a reference of this document points to; anything else is answered as it is. Error: a reference to nothing. */
export function resolve(document: Json, node: unknown): Json {
  if (!isObject(node)) return {};
  const { $ref } = node;
  if (typeof $ref !== 'string') return node;
  const found = $ref
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>((inner, key) => (isObject(inner) ? inner[key] : undefined), document);
  if (!isObject(found)) throw new Error(`${$ref} points to nothing`);
  return found;
}
