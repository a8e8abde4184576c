const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BASE = BigInt(DIGITS.length);

/** Bytes as a number written with the digits 0-9A-Za-z, padded with zeros to `length` characters. */
export function toBase62(bytes: Uint8Array, length: number): string {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  let text = '';
  for (; value > 0n; value /= BASE) text = (DIGITS[Number(value % BASE)] ?? '') + text;
  return text.padStart(length, '0');
}

/** Digits that are gathered in a plain number before they go into the large one: each step of that costs far more. */
const CHUNK = 8;

/** The `size` bytes that were written so; undefined for a foreign character or a number that needs more bytes. */
export function fromBase62(text: string, size: number): Uint8Array<ArrayBuffer> | undefined {
  let value = 0n;
  for (let start = 0; start < text.length; start += CHUNK) {
    const chunk = text.slice(start, start + CHUNK);
    let part = 0;
    for (const character of chunk) {
      const digit = DIGITS.indexOf(character);
      if (digit < 0) return undefined;
      part = part * DIGITS.length + digit;
    }
    value = value * BASE ** BigInt(chunk.length) + BigInt(part);
  }
  const hex = value.toString(16).padStart(2 * size, '0');
  if (hex.length > 2 * size) return undefined;
  return Uint8Array.from({ length: size }, (_, index) => Number.parseInt(hex.slice(2 * index, 2 * index + 2), 16));
}
