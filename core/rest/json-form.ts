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
/**
 * Only a text with one of these can hold what is refused: UTF-8 has whole characters only, so that a half of one comes in by its escape,
 * `\ud800` to `\udfff`; `__proto__` may have its letters escaped.
 */
const SUSPICIOUS = /\\u[dD][89a-fA-F]|__proto__|\\u00(?:5[fF]|6[fF]|7[024])/;

/**
 * What is wrong with JSON that somebody sent, whatever it is for: too much within one another; halves of characters, which no store and no
 * URL keeps apart from one another; and members named `__proto__`, which much that works with objects loses without a word. `text` is what
 * `value` was read from.
 */
export function formFaults(text: string, value: unknown): Fault[] {
  if (mayBeDeep(text) && isTooDeep(value)) return [{ path: 'body', message: `is nested more than ${MAX_NESTING} levels deep` }];
  return SUSPICIOUS.test(text) ? misformed(value, []).take(ENOUGH).toArray() : [];
}

/** Whether it begins enough of objects and lists for that; of the lines of a bulk write hardly one does. */
function mayBeDeep(text: string): boolean {
  let begun = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if ((character === OPENING_BRACKET || character === OPENING_BRACE) && (begun += 1) > MAX_NESTING) return true;
  }
  return false;
}

const OPENING_BRACKET = '['.charCodeAt(0);
const OPENING_BRACE = '{'.charCodeAt(0);

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

function* misformed(value: unknown, path: readonly PropertyKey[]): Generator<Fault> {
  if (typeof value === 'string') {
    if (!value.isWellFormed()) yield { path: placeOf(path), message: HALF };
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* misformed(item, [...path, index]);
  } else if (isContainer(value)) {
    for (const [name, item] of Object.entries(value)) {
      const at = [...path, name];
      if (!name.isWellFormed()) yield { path: placeOf(at), message: `bad key: ${HALF}` };
      if (name === '__proto__') yield { path: placeOf(at), message: NO_KEY };
      yield* misformed(item, at);
    }
  }
}

/** Of an entry that would get lost. */
export const NO_KEY = 'bad key: nothing may go by this name';
const HALF = 'holds half of a surrogate pair, which is no character';

const placeOf = (path: readonly PropertyKey[]): string => pathText(path, 'body').slice(0, MAX_PLACE).toWellFormed();
