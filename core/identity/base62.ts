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

/** The `size` bytes that were written so; undefined for a foreign character or a number that needs more bytes. */
export function fromBase62(text: string, size: number): Uint8Array<ArrayBuffer> | undefined {
  let value = 0n;
  for (const character of text) {
    const digit = DIGITS.indexOf(character);
    if (digit < 0) return undefined;
    value = value * BASE + BigInt(digit);
  }
  if (value >> BigInt(8 * size) !== 0n) return undefined;
  const bytes = new Uint8Array(size);
  for (let index = size - 1; index >= 0; index -= 1, value >>= 8n) bytes[index] = Number(value & 0xffn);
  return bytes;
}
