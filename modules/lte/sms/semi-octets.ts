/** Digits in pairs, the first in the low half of its octet; an odd one is filled up with 1111 (TS 23.040, 9.1.2.3). */
export function semiOctets(digits: string): Uint8Array {
  const halves = [...digits].map((digit) => DIGITS.indexOf(digit));
  return Uint8Array.from({ length: Math.ceil(halves.length / 2) }, (_, at) => (halves[2 * at] ?? 0xf) | ((halves[2 * at + 1] ?? 0xf) << 4));
}

/** As addresses write them; the last three stand for nothing that people dial. */
const DIGITS = '0123456789*#abc';

/** Whether it can be written in semi-octets. */
export const isDialled = (text: string): boolean => /^[0-9*#]+$/.test(text);
