import { describe, expect, it } from 'vitest';
import { importBootstrapKey } from './bootstrap-key.ts';
import { makeChallenge } from './challenge.ts';
import { makeRegistrationToken, readRegistrationToken } from './registration-token.ts';

const key = await importBootstrapKey(Buffer.alloc(32, 7).toString('base64'));
const now = 1_800_000_012_345;
const MINUTE = 60_000;

describe('registration token', () => {
  it.each([0, 1, 4_294_967_296, 2 ** 40 - 1])('carries entity number %i', async (entity) => {
    const token = await makeRegistrationToken(key, entity, now);
    expect(token).toMatch(/^reg_[a-zA-Z0-9]{30}$/);
    expect(await readRegistrationToken(key, token, now)).toBe(entity);
  });

  it.each([-1, 1.5, 2 ** 40, Number.NaN])('cannot be made for %d', async (entity) => {
    await expect(makeRegistrationToken(key, entity, now)).rejects.toThrow(RangeError);
  });

  it('lasts thirty minutes, a little more by rounding', async () => {
    const token = await makeRegistrationToken(key, 5, now);
    expect(await readRegistrationToken(key, token, now + 30 * MINUTE)).toBe(5);
    const end = Math.ceil(now / MINUTE) * MINUTE + 30 * MINUTE;
    await expect(readRegistrationToken(key, token, end + 1)).rejects.toMatchObject({
      code: 'aborted',
      reason: 'registration_token_expired',
      message: `the registration token ended at ${new Date(end).toISOString()}: read the gateway again to be given a new one`,
    });
  });

  it('lasts as long as asked', async () => {
    const token = await makeRegistrationToken(key, 5, now, 60);
    expect(await readRegistrationToken(key, token, now + 60 * MINUTE)).toBe(5);
    await expect(readRegistrationToken(key, token, now + 61 * MINUTE + 1)).rejects.toMatchObject({ reason: 'registration_token_expired' });
  });

  it('is refused when any character was altered', async () => {
    const token = await makeRegistrationToken(key, 5, now);
    for (let at = 4; at < token.length; at += 1) {
      const altered = token.slice(0, at) + (token[at] === 'x' ? 'y' : 'x') + token.slice(at + 1);
      await expect(readRegistrationToken(key, altered, now), altered).rejects.toMatchObject({
        code: 'aborted',
        reason: 'registration_token_invalid',
      });
    }
  });

  it('is refused when it is no token at all, or of another Orchestrator', async () => {
    const other = await importBootstrapKey(Buffer.alloc(32, 8).toString('base64'));
    const good = await makeRegistrationToken(key, 5, now);
    const foreign = await makeRegistrationToken(other, 5, now);
    for (const token of [
      '',
      'reg_',
      good.slice(4),
      `${good}0`,
      good.toLowerCase(),
      `reg_${'z'.repeat(30)}`,
      `reg_${'-'.repeat(30)}`,
      foreign,
    ]) {
      await expect(readRegistrationToken(key, token, now), token).rejects.toMatchObject({
        reason: 'registration_token_invalid',
        message: 'the registration token is not one of this Orchestrator: check that it was copied whole, reg_ and 30 characters',
      });
    }
  });

  it('has a seal of its own: what a challenge is sealed with is worth nothing here', async () => {
    const challenge = await makeChallenge(key, 'hw1', now);
    expect(await key.seal('registration token', challenge)).not.toEqual(await key.seal('bootstrap challenge', challenge));
  });
});
