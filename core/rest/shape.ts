import type { z } from 'zod';
import { type WireFacts, wire } from './fields.ts';

/**
 * A schema without its wrappers, as the passes over wire JSON need it. Made once a schema: walking through zod's own
 * definitions again for each value costs more than the pass itself.
 */
export interface Layout {
  /** zod's name of what is inside: `object`, `array`, `string`, ... */
  readonly kind: z.core.$ZodTypeDef['type'];
  /** The property may be absent. */
  readonly optional: boolean;
  readonly facts: WireFacts;
  /** The properties of an object in the schema's order; undefined for anything else. */
  readonly properties: ReadonlyMap<string, Layout> | undefined;
  /** Whether an object keeps properties that the schema does not name. */
  readonly open: boolean;
  /** What the members of a list or the values of a map are. */
  readonly members: Layout | undefined;
}

const layouts = new WeakMap<z.ZodType, Layout>();

export function layoutOf(schema: z.ZodType): Layout {
  let layout = layouts.get(schema);
  if (!layout) {
    layout = lay(peel(schema));
    layouts.set(schema, layout);
  }
  return layout;
}

interface Peeled {
  readonly inner: z.core.$ZodTypes;
  readonly optional: boolean;
  readonly facts: WireFacts;
}

/** Takes off optional, nullable, default, lazy, read-only and pipe wrappers, gathering what was said on the way. */
function peel(schema: z.ZodType): Peeled {
  let current = schema as z.core.$ZodTypes & z.ZodType;
  let optional = false;
  let facts: WireFacts = {};
  for (;;) {
    facts = { ...wire.get(current), ...facts };
    const def = current._zod.def;
    switch (def.type) {
      case 'optional':
      case 'default':
      case 'prefault':
        optional = true;
        current = def.innerType as typeof current;
        break;
      case 'nullable':
      case 'nonoptional':
      case 'readonly':
      case 'catch':
        current = def.innerType as typeof current;
        break;
      case 'lazy':
        current = def.getter() as typeof current;
        break;
      case 'pipe':
        current = def.in as typeof current;
        break;
      default:
        return { inner: current, optional, facts };
    }
  }
}

/** What lies below is laid out when it is first asked for: schemas may contain themselves. */
function lay({ inner, optional, facts }: Peeled): Layout {
  const { def } = inner._zod;
  const below: { properties?: ReadonlyMap<string, Layout>; members?: Layout } = {};
  return {
    kind: def.type,
    optional,
    facts,
    open: def.type === 'object' && def.catchall !== undefined && (def.catchall as z.core.$ZodTypes)._zod.def.type !== 'never',
    get properties() {
      if (def.type !== 'object') return undefined;
      return (below.properties ??= new Map(Object.entries(def.shape).map(([name, property]) => [name, layoutOf(property as z.ZodType)])));
    },
    get members() {
      if (def.type === 'array') return (below.members ??= layoutOf(def.element as z.ZodType));
      if (def.type === 'record') return (below.members ??= layoutOf(def.valueType as z.ZodType));
      return undefined;
    },
  };
}

/** '' 0 false, an empty list, an empty map: what Go's encoders take for "not set". An empty object of a fixed shape is set. */
export function isZero(value: unknown, { kind }: Layout): boolean {
  if (value === '' || value === 0 || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return kind === 'record' && isPlain(value) && Object.keys(value).length === 0;
}

export const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

type Visit = (layout: Layout, value: unknown) => unknown;

/** Applies `visit` to the members of a list or map, and gives back the same one when it changed none; objects are the visitor's own business. */
export function descend({ kind, members }: Layout, value: unknown, visit: Visit): unknown {
  if (members === undefined) return value;
  if (kind === 'array') {
    if (!Array.isArray(value)) return value;
    const after = value.map((item) => visit(members, item));
    return after.every((item, index) => item === value[index]) ? value : after;
  }
  if (!isPlain(value)) return value;
  const after = Object.entries(value).map(([key, item]): [string, unknown] => [key, visit(members, item)]);
  return after.every(([key, item]) => item === value[key]) ? value : Object.fromEntries(after);
}
