import { create, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';
import type { MconfigEntry } from '../../../core/module/facets.ts';

/** One entry of an mconfig. Fields left out, undefined or null take protobuf's default, which the rendered JSON omits. */
export function entry<D extends DescMessage>(key: string, schema: D, fields: MessageInitShape<D>): MconfigEntry<D> {
  return { key, schema, message: create(schema, fields) };
}

/**
 * A number of a config (REST has many as uint32) as the 32-bit signed integer of its message, the largest at most: a gateway
 * refuses a whole mconfig for one number out of range.
 */
export const int32 = (value: number): number => Math.trunc(Math.max(-0x80000000, Math.min(value, 0x7fffffff)));

/** A number of a config as a 64-bit integer; what JSON has behind the point is cut off. */
export const int64 = (value: number): bigint => BigInt(Math.trunc(value));
