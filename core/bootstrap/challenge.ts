import { OrcError } from '../errors.ts';
import { concat, sameSecret, sha256, utf8Bytes } from '../identity/bytes.ts';
import type { BootstrapKey } from './bootstrap-key.ts';

/*
 * A challenge is 512 bytes, opaque to the gateway (SOUTHBOUND 3). Nothing of it is stored: it proves itself.
 *   0        version, 1
 *   1..8     unix seconds, big-endian, when it was made
 *   9..40    SHA-256 of the hardware id it was made for
 *   41..479  random
 *   480..511 HMAC-SHA256 over all before
 */
export const CHALLENGE_BYTES = 512;
const VERSION = 1;
const BOUND_AT = 9;
const RANDOM_AT = 41;
const SEAL_AT = 480;

const LIFETIME_S = 5 * 60;
/** Machines of one platform may differ by so much. */
const CLOCK_TOLERANCE_S = 5;
const PURPOSE = 'bootstrap challenge';

/** Makes a challenge for a hardware id; `now` in unix milliseconds. */
export async function makeChallenge(key: BootstrapKey, hardwareId: string, now: number): Promise<Uint8Array<ArrayBuffer>> {
  const body = new Uint8Array(SEAL_AT);
  body[0] = VERSION;
  new DataView(body.buffer).setBigUint64(1, BigInt(Math.floor(now / 1000)));
  body.set(await sha256(utf8Bytes(hardwareId)), BOUND_AT);
  crypto.getRandomValues(body.subarray(RANDOM_AT));
  return concat(body, await key.seal(PURPOSE, body));
}

/** Checks that a challenge is ours, made for this hardware id, within the last five minutes. Errors: `aborted` with a reason `challenge_*`. */
export async function checkChallenge(key: BootstrapKey, challenge: Uint8Array, hardwareId: string, now: number): Promise<void> {
  if (challenge.byteLength !== CHALLENGE_BYTES) {
    throw refused(
      'challenge_length',
      `the challenge has ${challenge.byteLength} bytes instead of ${CHALLENGE_BYTES}: send back the bytes of GetChallenge as they came`,
    );
  }
  const body = challenge.slice(0, SEAL_AT);
  if (!sameSecret(await key.seal(PURPOSE, body), challenge.slice(SEAL_AT)) || body[0] !== VERSION) {
    throw refused(
      'challenge_not_ours',
      'the challenge was altered or comes from another Orchestrator: ask for a new one with GetChallenge',
    );
  }
  if (!sameSecret(await sha256(utf8Bytes(hardwareId)), body.slice(BOUND_AT, RANDOM_AT))) {
    throw refused(
      'challenge_foreign',
      `the challenge was made for another hardware id than ${hardwareId}: ask for one of its own with GetChallenge`,
    );
  }
  const made = Number(new DataView(body.buffer).getBigUint64(1));
  const age = Math.floor(now / 1000) - made;
  if (age < -CLOCK_TOLERANCE_S)
    throw refused(
      'challenge_from_future',
      'the challenge was made in the future by the clock of this server: ask for a new one with GetChallenge',
    );
  if (age > LIFETIME_S)
    throw refused(
      'challenge_expired',
      `the challenge is ${age} s old, more than the ${LIFETIME_S} s it is valid for: ask for a new one with GetChallenge`,
    );
}

const refused = (reason: string, message: string): OrcError => new OrcError('aborted', message, { reason });
