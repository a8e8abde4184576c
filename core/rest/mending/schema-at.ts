import type { z } from 'zod';
import { layoutOf } from '../shape.ts';

/** What a schema says of one place of a value. */
export interface Spot {
  readonly schema: z.ZodType;
  /** The value is right without it: an optional property, or an entry of a map. */
  readonly removable: boolean;
  /** An entry of a map under a key that no entry may have. */
  readonly misnamed?: boolean;
}

/** The schema of a place; undefined where none is known, as inside unions and of properties that the schema does not name. */
export function spotAt(schema: z.ZodType, path: readonly PropertyKey[]): Spot | undefined {
  let spot: Spot | undefined = { schema, removable: false };
  for (const step of path) spot = spot && below(bare(spot.schema), step);
  return spot;
}

function below({ _zod: { def } }: z.core.$ZodTypes, step: PropertyKey): Spot | undefined {
  if (def.type === 'array') return { schema: def.element as z.ZodType, removable: false };
  if (def.type === 'record')
    return {
      schema: def.valueType as z.ZodType,
      removable: true,
      misnamed: !(def.keyType as unknown as z.ZodType).safeParse(step).success,
    };
  if (def.type !== 'object' || !Object.hasOwn(def.shape, step)) return undefined;
  const property = (def.shape as Record<PropertyKey, z.ZodType>)[step];
  return property && { schema: property, removable: layoutOf(property).optional };
}

/** What is inside of optional, nullable, default and the like. */
export function bare(schema: z.ZodType): z.core.$ZodTypes {
  const inner = inside(schema);
  return inner ? bare(inner) : (schema as unknown as z.core.$ZodTypes);
}

/** One wrapper less; undefined when there is none. */
export function inside(schema: z.ZodType): z.ZodType | undefined {
  const { def } = (schema as unknown as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'nonoptional':
    case 'readonly':
    case 'catch':
      return def.innerType as z.ZodType;
    case 'lazy':
      return def.getter() as z.ZodType;
    case 'pipe':
      return def.in as z.ZodType;
    default:
      return undefined;
  }
}
