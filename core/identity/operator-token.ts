import { fromBase62, toBase62 } from './base62.ts';
import { concat, sha256, toHex, utf8Bytes } from './bytes.ts';

const SECRET_BYTES = 32;
const CHECKSUM_BYTES = 4;
/** Characters that 36 bytes take in base 62. */
const DIGITS = 49;
const FORM = new RegExp(`^op_[0-9A-Za-z]{${DIGITS}}$`);
const PREFIX_LENGTH = 9;
/** Hashes that are remembered. */
const MOST_HASHES = 64;

/** What the platform keeps of a token, and shows in lists. */
export interface TokenRecord {
  /** Made from the hash, so that registering one token twice is one token. */
  readonly id: string;
  /** SHA-256 of the token, lower-case hex. */
  readonly hash: string;
  /** First characters, by which its owner knows it again. */
  readonly prefix: string;
}

/** Makes an operator's token in Magma's form: `op_` and base 62 of 32 random bytes and their CRC-32 (REST-BEHAVIOUR 4b). */
export async function newToken(): Promise<TokenRecord & { readonly token: string }> {
  const secret = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
  const token = `op_${toBase62(concat(secret, checksum(secret)), DIGITS)}`;
  return { token, ...(await describeToken(token)) };
}

/** What is kept of a token. */
export async function describeToken(token: string): Promise<TokenRecord> {
  const hash = await hashToken(token);
  return { id: `tok_${hash.slice(0, 16)}`, hash, prefix: token.slice(0, PREFIX_LENGTH) };
}

/** SHA-256 of a token, lower-case hex. */
export async function hashToken(token: string): Promise<string> {
  return toHex(await sha256(utf8Bytes(token)));
}

/** Most calls bring one of few tokens. A hash is a pure function of its token, so that this can be shared by all and never be out of date. */
const hashes = new Map<string, string>();

/** The hash of a token that somebody presents; undefined when it cannot be a token at all. */
export async function hashOfPresented(text: string): Promise<string | undefined> {
  const known = hashes.get(text);
  if (known !== undefined) return known;
  if (!isTokenForm(text)) return undefined;
  const hash = await hashToken(text);
  hashes.set(text, hash);
  for (const oldest of hashes.keys()) {
    if (hashes.size <= MOST_HASHES) break;
    hashes.delete(oldest);
  }
  return hash;
}

/** Whether a text can be a token at all: one mistyped or cut short is told apart without asking the store. */
export function isTokenForm(text: string): boolean {
  if (!FORM.test(text)) return false;
  const bytes = fromBase62(text.slice(3), SECRET_BYTES + CHECKSUM_BYTES);
  if (!bytes) return false;
  const expected = checksum(bytes.subarray(0, SECRET_BYTES));
  return expected.every((byte, index) => byte === bytes[SECRET_BYTES + index]);
}

/** CRC-32 (IEEE 802.3), little-endian. */
function checksum(bytes: Uint8Array): Uint8Array {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  const out = new Uint8Array(CHECKSUM_BYTES);
  new DataView(out.buffer).setUint32(0, ~crc >>> 0, true);
  return out;
}
