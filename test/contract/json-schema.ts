/** As much of JSON Schema, and of Swagger's older form of it, as the contract and our document use. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  /** In Swagger it says how `minimum` is meant; in JSON Schema it is the bound. */
  readonly exclusiveMinimum?: number | boolean;
  readonly multipleOf?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly readOnly?: boolean;
  /** In the contract: whether the zero value differs from none; of what is required, false means that it may not be zero. */
  readonly 'x-nullable'?: boolean;
  readonly default?: unknown;
  /** What is written for properties that were never set (the contract's own word). */
  readonly unset?: Readonly<Record<string, 'null' | 'zero'>>;
}

/** What one operation takes and answers, and how its references are followed. */
export interface Described {
  readonly body: Schema | undefined;
  readonly answer: Schema | undefined;
  readonly follow: (ref: string) => Schema;
}

/** A schema without references and without parts: what it says in one object. */
export function flat(schema: Schema, follow: Described['follow']): Schema {
  if (schema.$ref !== undefined) return flat(follow(schema.$ref), follow);
  const nullable = schema.anyOf?.filter((branch) => branch.type !== 'null') ?? [];
  if (nullable.length === 1 && nullable[0]) return flat(nullable[0], follow);
  if (!schema.allOf) return schema;
  const { allOf: _, ...own } = schema;
  const parts = [...schema.allOf.map((part) => flat(part, follow)), own];
  const merged = <K extends 'properties' | 'unset'>(name: K) => Object.assign({}, ...parts.map((part) => part[name] ?? {})) as Schema[K];
  return {
    ...(Object.assign({}, ...parts) as Schema),
    properties: merged('properties') ?? {},
    unset: merged('unset') ?? {},
    required: parts.flatMap((part) => part.required ?? []),
  };
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const typesOf = (schema: Schema): readonly string[] => {
  if (Array.isArray(schema.type)) return schema.type as string[];
  if (typeof schema.type === 'string') return [schema.type];
  if (schema.properties || schema.additionalProperties) return ['object'];
  return [];
};
