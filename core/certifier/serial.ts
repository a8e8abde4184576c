import { toHex } from '../identity/bytes.ts';

/** Random 128-bit serial number as Magma stores them: upper-case hex without leading zeros (SOUTHBOUND 2). */
export function newSerial(): string {
  return normaliseSerial(toHex(crypto.getRandomValues(new Uint8Array(16))));
}

/** The one written form of a serial number: `0a:1b` and `A1B` are the same certificate. */
export function normaliseSerial(text: string): string {
  return text
    .replaceAll(':', '')
    .toUpperCase()
    .replace(/^0+(?=.)/, '');
}
