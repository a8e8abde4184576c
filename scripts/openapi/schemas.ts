import { z } from 'zod';
import type { Json } from './json.ts';

const owners = new Map<string, z.ZodType>();

/**
 * Zod's own metadata, with one change: `.describe()` copies a schema together with its id, and two schemas may not share one, so only
 * the first keeps it and the copy stands where it is used.
 */
const metadata = Object.assign(Object.create(z.globalRegistry) as typeof z.globalRegistry, {
  get(schema: z.ZodType) {
    const found = z.globalRegistry.get(schema);
    if (!found?.id) return found;
    const owner = owners.get(found.id) ?? schema;
    owners.set(found.id, owner);
    return owner === schema ? found : { ...found, id: undefined };
  },
});

/** The JSON schema of a zod schema; what carries an id goes to `components` and is referred to. */
export function schemaOf(schema: z.ZodType, components: Record<string, Json>): Json {
  const {
    $schema: _,
    $defs,
    ...root
  } = z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'input', unrepresentable: 'any', metadata }) as Json & {
    $defs?: Record<string, Json>;
  };
  for (const [name, definition] of Object.entries($defs ?? {})) components[name] = tidy(definition);
  const id = metadata.get(schema)?.id;
  // A root with an id comes as a reference to its own definition when that is used inside as well.
  if (!id || '$ref' in root) return tidy(root);
  components[id] = tidy(root);
  return { $ref: `#/components/schemas/${id}` };
}

/** What holds values of the caller, not schemas. */
const VALUES = new Set(['examples', 'default', 'enum', 'const']);

/** References point to the components; ids are the components' names already; integers of JavaScript's own range are just integers. */
function tidy<T>(node: T): T {
  if (Array.isArray(node)) return node.map(tidy) as T;
  if (typeof node !== 'object' || node === null) return node;
  const entries = Object.entries(node as Json)
    .filter(([key, value]) => key !== 'id' || typeof value !== 'string')
    .filter(([key, value]) => !((key === 'maximum' || key === 'minimum') && Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER))
    .map(([key, value]) => [
      key,
      key === '$ref' && typeof value === 'string'
        ? value.replace('#/$defs/', '#/components/schemas/')
        : VALUES.has(key)
          ? value
          : tidy(value),
    ]);
  return Object.fromEntries(entries) as T;
}
