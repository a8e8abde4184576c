import { z } from 'zod';

/** What JSON Schema cannot say about a property on the wire; kept beside the schemas so that the OpenAPI document stays clean. */
export interface WireFacts {
  /** False, 0 and '' are values of their own here; elsewhere an optional property holding them counts as absent. */
  readonly keepZero?: true;
  /** What a reader sees when the property was never set; without this an optional property is left out. */
  readonly unset?: 'null' | 'zero';
}

export const wire = z.registry<WireFacts>();

/** Marks a property whose zero value differs from its absence (in the contract: one with a default, or nullable). */
export function keepZero<S extends z.ZodType>(schema: S, documentedDefault?: z.output<S>): S {
  const marked = schema.meta({
    ...schema.meta(),
    id: undefined,
    ...(documentedDefault === undefined ? {} : { default: documentedDefault }),
  }) as S;
  wire.add(marked, { keepZero: true });
  return marked;
}

/** An optional property that is written as `null` when it was never set; an empty list given is kept as an empty list. */
export function nullWhenUnset<S extends z.ZodType>(schema: S): z.ZodOptional<z.ZodNullable<S>> {
  const optional = schema.nullable().optional();
  wire.add(optional, { unset: 'null', keepZero: true });
  return optional;
}

/** States for a required property what is written when the stored object lacks it. Without it: '' for a string, else null. */
export function unset<S extends z.ZodType>(schema: S, as: 'null' | 'zero'): S {
  // Without the id: two schemas may not share one.
  const marked = schema.meta({ ...schema.meta(), id: undefined }) as S;
  wire.add(marked, { ...wire.get(schema), unset: as });
  return marked;
}

/** A string of at least one character. */
export const nonEmpty = (): z.ZodString => z.string().min(1);

export const uint32 = (): z.ZodNumber => z.int().min(0).max(4_294_967_295);
export const int32 = (): z.ZodNumber => z.int().min(-2_147_483_648).max(2_147_483_647);
/** As far as JSON numbers are exact: up to 2^53 - 1. */
export const uint64 = (): z.ZodNumber => z.int().min(0);
export const int64 = (): z.ZodNumber => z.int();

/** A number of a query, whose text `parse` has read. */
export const wholeNumber = (): z.ZodNumber =>
  z.int({ error: ({ code }) => (code === 'invalid_type' ? 'must be a whole number' : undefined) });

/** An IPv4 address in dotted form. */
export const ipv4 = (): z.ZodIPv4 => z.ipv4({ error: 'must be an IPv4 address' });
export const ipv6 = (): z.ZodIPv6 => z.ipv6({ error: 'must be an IPv6 address' });
export const ipAddress = (): z.ZodString =>
  z.string().refine((text) => isIpv4(text) || isIpv6(text), { error: 'must be an IPv4 or IPv6 address' });
/** An address block of either family: `192.168.128.0/24`, `fd00::/64`. */
export const cidr = (): z.ZodString => z.string().refine(isCidr, { error: 'must be an address block such as 192.168.128.0/24' });
/** An IPv4 address block. */
export const cidrv4 = (): z.ZodString => z.string().refine(isCidrv4, { error: 'must be an IPv4 address block such as 192.168.128.0/24' });

/** Bytes as standard base64; `bytes` bounds the decoded length. */
export function base64Bytes(bytes: { readonly min?: number; readonly max?: number } = {}): z.ZodString {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = bytes;
  return z
    .string()
    .meta({ format: 'byte' })
    .refine((text) => base64Length(text) !== undefined, { error: 'must be standard base64' })
    .refine((text) => within(base64Length(text) ?? min, min, max), {
      error: min === max ? `must hold exactly ${min} bytes` : `must hold ${min} to ${max} bytes`,
    });
}

export const isIpv4 = (text: string): boolean => z.ipv4().safeParse(text).success;
export const isIpv6 = (text: string): boolean => z.ipv6().safeParse(text).success;
export const isCidrv4 = (text: string): boolean => z.cidrv4().safeParse(text).success;
export const isCidr = (text: string): boolean => isCidrv4(text) || z.cidrv6().safeParse(text).success;

/** Length in bytes of what standard base64 text holds; undefined when it is not base64. */
export function base64Length(text: string): number | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  return (text.length / 4) * 3 - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0);
}

const within = (value: number, min: number, max: number): boolean => value >= min && value <= max;

/** The parameters of a path, taken as they stand in the URL: an id that breaks the rules for ids is simply not found. */
export function pathParams<const Names extends readonly string[]>(...names: Names): z.ZodObject<{ [N in Names[number]]: z.ZodString }> {
  const shape = Object.fromEntries(names.map((name) => [name, nonEmpty().max(255).describe(describeParam(name))]));
  return z.object(shape) as z.ZodObject<{ [N in Names[number]]: z.ZodString }>;
}

const describeParam = (name: string): string => {
  const words = name.split('_').join(' ');
  return words.endsWith(' id') ? `Id of the ${words.slice(0, -3)}` : `The ${words}`;
};
