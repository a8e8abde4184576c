import { septetsOf } from './alphabet.ts';

/** The text of one short message, in the alphabet that all segments of a text share. */
export type Segment =
  | { readonly alphabet: 'gsm7'; readonly septets: readonly number[] }
  | { readonly alphabet: 'ucs2'; readonly units: readonly number[] };

/** A short message has 140 octets; the header that numbers segments takes six of them (TS 23.040, 9.2.3.24.1). */
const ROOM = {
  gsm7: { alone: 160, numbered: 153 },
  ucs2: { alone: 70, numbered: 67 },
} as const;
/** The header counts segments in one octet. */
export const MAX_SEGMENTS = 255;

/**
 * Cuts a text into segments: in the 7-bit alphabet when it has every character, in UCS-2 otherwise. No character is cut in two. A text of
 * 2,000 UTF-16 units, the most that REST takes, makes 31 at most.
 */
export function segmentsOf(text: string): Segment[] {
  const characters = [...text];
  const septets = characters.map(septetsOf);
  if (septets.every((given) => given !== undefined)) {
    return cut(septets, ROOM.gsm7).map((part) => ({ alphabet: 'gsm7', septets: part }));
  }
  const units = characters.map((character) => Array.from({ length: character.length }, (_, at) => character.charCodeAt(at)));
  return cut(units, ROOM.ucs2).map((part) => ({ alphabet: 'ucs2', units: part }));
}

/** Puts whole characters together as long as there is room. */
function cut(characters: readonly (readonly number[])[], room: { alone: number; numbered: number }): number[][] {
  const total = characters.reduce((sum, { length }) => sum + length, 0);
  if (total <= room.alone) return [characters.flat()];
  const parts: number[][] = [];
  let part: number[] = [];
  for (const character of characters) {
    if (part.length + character.length > room.numbered) {
      parts.push(part);
      part = [];
    }
    part.push(...character);
  }
  parts.push(part);
  return parts;
}
