import { describe, expect, it } from 'vitest';
import { importBootstrapKey } from './bootstrap-key.ts';
import { CHALLENGE_BYTES, checkChallenge, makeChallenge } from './challenge.ts';

const key = await importBootstrapKey(Buffer.alloc(32, 7).toString('base64'));
const now = 1_800_000_000_500;
const MINUTE = 60_000;

describe('challenge', () => {
  it('has 512 bytes, differs each time, and proves itself', async () => {
    const first = await makeChallenge(key, 'hw1', now);
    const second = await makeChallenge(key, 'hw1', now);
    expect(first.byteLength).toBe(CHALLENGE_BYTES);
    expect(first).not.toEqual(second);
    await checkChallenge(key, first, 'hw1', now);
    await checkChallenge(key, first, 'hw1', now + 5 * MINUTE - 1000);
  });

  it('ends after five minutes', async () => {
    const challenge = await makeChallenge(key, 'hw1', now);
    await expect(checkChallenge(key, challenge, 'hw1', now + 5 * MINUTE + 1000)).rejects.toMatchObject({
      code: 'aborted',
      reason: 'challenge_expired',
      message: 'the challenge is 301 s old, more than the 300 s it is valid for: ask for a new one with GetChallenge',
    });
  });

  it('is not taken from the future', async () => {
    const challenge = await makeChallenge(key, 'hw1', now + MINUTE);
    await expect(checkChallenge(key, challenge, 'hw1', now)).rejects.toMatchObject({
      code: 'aborted',
      reason: 'challenge_from_future',
      message: 'the challenge was made in the future by the clock of this server: ask for a new one with GetChallenge',
    });
  });

  it('is good for its own hardware id only', async () => {
    const challenge = await makeChallenge(key, 'hw1', now);
    await expect(checkChallenge(key, challenge, 'hw2', now)).rejects.toMatchObject({
      code: 'aborted',
      reason: 'challenge_foreign',
      message: 'the challenge was made for another hardware id than hw2: ask for one of its own with GetChallenge',
    });
  });

  it('is refused when any part was altered', async () => {
    const challenge = await makeChallenge(key, 'hw1', now);
    for (const at of [0, 1, 8, 9, 40, 41, 479, 480, 511]) {
      const altered = challenge.slice();
      altered[at] = (altered[at] ?? 0) ^ 0x10;
      await expect(checkChallenge(key, altered, 'hw1', now), `byte ${at}`).rejects.toMatchObject({
        code: 'aborted',
        reason: 'challenge_not_ours',
      });
    }
  });

  it('of another Orchestrator is refused', async () => {
    const other = await importBootstrapKey(Buffer.alloc(32, 8).toString('base64'));
    await expect(checkChallenge(key, await makeChallenge(other, 'hw1', now), 'hw1', now)).rejects.toMatchObject({
      reason: 'challenge_not_ours',
      message: 'the challenge was altered or comes from another Orchestrator: ask for a new one with GetChallenge',
    });
  });

  it.each([0, 511, 513, 100_000])('of %i bytes is refused', async (length) => {
    await expect(checkChallenge(key, new Uint8Array(length), 'hw1', now)).rejects.toMatchObject({
      reason: 'challenge_length',
      message: `the challenge has ${length} bytes instead of 512: send back the bytes of GetChallenge as they came`,
    });
  });
});

describe('bootstrap key', () => {
  it('is at least 32 bytes of base64', async () => {
    await expect(importBootstrapKey(Buffer.alloc(31).toString('base64'))).rejects.toThrow('at least 32 bytes');
    await expect(importBootstrapKey('*not base64*')).rejects.toThrow('at least 32 bytes');
  });
});
