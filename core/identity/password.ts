import { concat, fromBase64, sameSecret, toBase64, utf8Bytes } from './bytes.ts';

/**
 * PBKDF2-HMAC-SHA-256, 600,000 iterations in all (OWASP's figure for this function). workerd refuses more than 100,000 in one
 * call, so six calls are chained: the result of each is part of the salt of the next, and none can be left out.
 */
const ROUNDS = 6;
const ITERATIONS = 100_000;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const FORM = /^pbkdf2-sha256\$(\d{1,2})x(\d{1,6})\$([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)$/;

/** The slow hash of a password in one line: `pbkdf2-sha256$<rounds>x<iterations>$<salt>$<hash>`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  const hash = await derive(password, salt, ROUNDS, ITERATIONS);
  return `pbkdf2-sha256$${ROUNDS}x${ITERATIONS}$${toBase64(salt)}$${toBase64(hash)}`;
}

/** Whether this is the password. Without a hash (an unknown name, nobody with a password) it takes as long and says no. */
export async function checkPassword(password: string, stored: string | null | undefined): Promise<boolean> {
  const [, rounds, iterations, salt, hash] = FORM.exec(stored ?? '') ?? [];
  const saltBytes = fromBase64(salt ?? '');
  const expected = fromBase64(hash ?? '');
  if (!saltBytes || !expected || expected.byteLength !== HASH_BYTES) {
    await derive(password, new Uint8Array(SALT_BYTES), ROUNDS, ITERATIONS);
    return false;
  }
  return sameSecret(await derive(password, saltBytes, Number(rounds), Number(iterations)), expected);
}

async function derive(password: string, salt: Uint8Array, rounds: number, iterations: number): Promise<Uint8Array> {
  const key = await crypto.subtle.importKey('raw', utf8Bytes(password), 'PBKDF2', false, ['deriveBits']);
  let hash: Uint8Array = new Uint8Array();
  for (let round = 0; round < rounds; round += 1) {
    const settings = { name: 'PBKDF2', hash: 'SHA-256', salt: concat(salt, hash), iterations };
    hash = new Uint8Array(await crypto.subtle.deriveBits(settings, key, HASH_BYTES * 8));
  }
  return hash;
}
