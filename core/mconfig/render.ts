import { type DescField, type DescMessage, type JsonObject, type JsonValue, ScalarType, toJson } from '@bufbuild/protobuf';
import type { MconfigEntry } from '../module/facets.ts';
import { md5Hex } from './md5.ts';

/** An mconfig as its gateway gets it, still without the time at which it arose. */
export interface RenderedMconfig {
  /** MD5 of the configs, hex: equal digests, equal configs. */
  readonly digest: string;
  /** The UTF-8 JSON document, given its `created_at` in unix milliseconds. */
  readonly document: (at: number) => string;
}

/**
 * The JSON form that Magma's gateways parse: `{"configsByKey": {key: {"@type": ..., fields...}}, "metadata": {"created_at": seconds}}`.
 * Fields stand in the order of their declaration, keys and map keys sorted, so that the same graph always gives the same
 * bytes. Source: SOUTHBOUND.md 7, "mconfig JSON".
 */
export function renderMconfig(entries: readonly MconfigEntry[]): RenderedMconfig {
  const texts = entries.map(({ key, schema, message }) => {
    const type = `"@type":${JSON.stringify(`type.googleapis.com/${schema.typeName}`)}`;
    return [key, `{${[type, ...fieldTexts(schema, toJson(schema, message) as JsonObject)].join(',')}}`] as const;
  });
  const configs = objectText(texts);
  return {
    digest: md5Hex(configs),
    document: (at) => `{"configsByKey":${configs},"metadata":{"created_at":${Math.floor(at / 1000)}}}`,
  };
}

/**
 * An object with its keys sorted. Written as text, because a JavaScript object would move keys that look like integers
 * (an eNodeB's serial, a service area's number) to the front.
 */
function objectText(texts: readonly (readonly [key: string, text: string])[]): string {
  const sorted = [...texts].sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
  return `{${sorted.map(([key, text]) => `${JSON.stringify(key)}:${text}`).join(',')}}`;
}

function fieldTexts(schema: DescMessage, json: JsonObject): string[] {
  return schema.fields.flatMap((field) => {
    const value = json[field.jsonName];
    return value === undefined ? [] : [`${JSON.stringify(field.jsonName)}:${fieldText(field, value)}`];
  });
}

function fieldText(field: DescField, value: JsonValue): string {
  const one = (item: JsonValue): string => {
    if (field.message) return messageText(field.message, item);
    return field.scalar === ScalarType.FLOAT && typeof item === 'number' ? String(shortestFloat(item)) : JSON.stringify(item);
  };
  if (field.fieldKind === 'list' && Array.isArray(value)) return `[${value.map(one).join(',')}]`;
  if (field.fieldKind === 'map') return objectText(Object.entries(value as JsonObject).map(([key, item]) => [key, one(item)] as const));
  return one(value);
}

function messageText(schema: DescMessage, json: JsonValue): string {
  // The well-known types have JSON forms of their own (a string, a bare value) that do not follow their fields.
  if (schema.typeName.startsWith('google.protobuf.')) return JSON.stringify(json);
  return `{${fieldTexts(schema, json as JsonObject).join(',')}}`;
}

/** The shortest decimal that is read back as the same 32-bit float: 0.1, not 0.10000000149011612. */
function shortestFloat(value: number): number {
  const float = Math.fround(value);
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(float.toPrecision(digits));
    if (Math.fround(short) === float) return short;
  }
  return Number(float.toPrecision(9));
}
