import { OrcError } from '../errors.ts';
import { fromBase62, toBase62 } from '../identity/base62.ts';
import { concat, sameSecret } from '../identity/bytes.ts';
import type { BootstrapKey } from './bootstrap-key.ts';

/*
 * A registration token is `reg_` and 30 characters (SOUTHBOUND 3b): base 62 of 21 bytes. Nothing of it is stored.
 *   0..4   number of the gateway's entity, which is never given to another
 *   5..8   unix minutes after which it is void
 *   9..20  HMAC-SHA256 over both, cut to 96 bits
 */
const FORM = /^reg_[0-9A-Za-z]{30}$/;
const BYTES = 21;
const SEAL_AT = 9;
const DIGITS = 30;
const MINUTE = 60_000;
const PURPOSE = 'registration token';

/** How long a registration token is valid unless asked otherwise. */
export const REGISTRATION_TOKEN_MINUTES = 30;

/** Makes a token with which whoever holds it may register a gateway. `entity`: number of its entity; `now` in unix milliseconds. */
export async function makeRegistrationToken(
  key: BootstrapKey,
  entity: number,
  now: number,
  minutes: number = REGISTRATION_TOKEN_MINUTES,
): Promise<string> {
  if (!Number.isInteger(entity) || entity < 0 || entity >= 2 ** 40)
    throw new RangeError(`entity number ${entity} does not fit a registration token`);
  const body = new Uint8Array(SEAL_AT);
  const view = new DataView(body.buffer);
  view.setUint8(0, Math.floor(entity / 2 ** 32));
  view.setUint32(1, entity % 2 ** 32);
  // Rounded up: it lives a little longer than promised, never shorter.
  view.setUint32(5, Math.ceil(now / MINUTE) + minutes);
  return `reg_${toBase62(concat(body, await seal(key, body)), DIGITS)}`;
}

/** The entity number a token was made for. Errors: `aborted` with reason `registration_token_invalid` or `registration_token_expired`. */
export async function readRegistrationToken(key: BootstrapKey, token: string, now: number): Promise<number> {
  const bytes = FORM.test(token) ? fromBase62(token.slice(4), BYTES) : undefined;
  const body = bytes?.slice(0, SEAL_AT);
  if (!bytes || !body || !sameSecret(await seal(key, body), bytes.slice(SEAL_AT))) {
    throw new OrcError(
      'aborted',
      'the registration token is not one of this Orchestrator: check that it was copied whole, reg_ and 30 characters',
      { reason: 'registration_token_invalid' },
    );
  }
  const view = new DataView(body.buffer);
  const until = view.getUint32(5) * MINUTE;
  if (now > until) {
    throw new OrcError(
      'aborted',
      `the registration token ended at ${new Date(until).toISOString()}: read the gateway again to be given a new one`,
      { reason: 'registration_token_expired' },
    );
  }
  return view.getUint8(0) * 2 ** 32 + view.getUint32(1);
}

const seal = async (key: BootstrapKey, body: Uint8Array): Promise<Uint8Array> => (await key.seal(PURPOSE, body)).slice(0, BYTES - SEAL_AT);
