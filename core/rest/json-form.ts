import type { Fault } from '../errors.ts';
import { pathText } from './parse.ts';

/**
 * Objects and lists within one another. What gateways are sent as a protobuf Struct costs up to three messages a level, and their readers
 * take a hundred; what walks a value here must not run out of stack.
 */
export const MAX_NESTING = 32;
/** More faults than this are enough to go on with. */
const ENOUGH = 20;
/** Longest place that is told, characters: keys may be of any length. */
const MAX_PLACE = 300;
/** UTF-8 holds whole characters only; a half of one comes in by its escape, `\ud800` to `\udfff`. */
const HALF_ESCAPED = /\\u[dD][89a-fA-F]/;

/**
 * What is wrong with JSON that somebody sent, whatever it is for: too much within one another, or halves of characters, which no store and
 * no URL keeps apart from one another. `text` is what `value` was read from.
 */
export function formFaults(text: string, value: unknown): Fault[] {
  if (isTooDeep(value)) return [{ path: 'body', message: `is nested more than ${MAX_NESTING} levels deep` }];
  return HALF_ESCAPED.test(text) ? halfCharacters(value, []).take(ENOUGH).toArray() : [];
}

/** Level by level, so that the depth costs no stack here either. */
function isTooDeep(value: unknown): boolean {
  let level = [value].filter(isContainer);
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > MAX_NESTING) return true;
    level = level.flatMap((container) => Object.values(container).filter(isContainer));
  }
  return false;
}

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null;

function* halfCharacters(value: unknown, path: readonly PropertyKey[]): Generator<Fault> {
  if (typeof value === 'string') {
    if (!value.isWellFormed()) yield { path: placeOf(path), message: HALF };
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* halfCharacters(item, [...path, index]);
  } else if (isContainer(value)) {
    for (const [name, item] of Object.entries(value)) {
      const at = [...path, name];
      if (!name.isWellFormed()) yield { path: placeOf(at), message: `bad key: ${HALF}` };
      yield* halfCharacters(item, at);
    }
  }
}

const HALF = 'holds half of a surrogate pair, which is no character';

const placeOf = (path: readonly PropertyKey[]): string => pathText(path, 'body').slice(0, MAX_PLACE).toWellFormed();
