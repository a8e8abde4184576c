import { describe, expect, it } from 'vitest';
import { ecdsa, echo, ecKey, rsaKey } from '../../test/support/challenge-key.ts';
import { checkAnswer, keyTypeNumber } from './answer.ts';

const challenge = Uint8Array.from({ length: 512 }, (_, index) => index % 251);
const none = { case: undefined };

describe('checkAnswer', () => {
  it.each(['P-256', 'P-384'] as const)('takes an ECDSA signature with SHA-256 by a %s key', async (curve) => {
    const key = ecKey(curve);
    await checkAnswer({ key_type: key.type, key: key.key }, challenge, key.answer(challenge));
  });

  it.each([
    ['P-256', 32],
    ['P-384', 48],
  ] as const)('takes numbers of any length on %s: shortened ones, and padded ones', async (curve, size) => {
    const key = ecKey(curve);
    const registered = { key_type: key.type, key: key.key };
    const seen = { r: false, s: false };
    // One signature in 128 has a number with a leading zero byte, so that 5,000 without both kinds do not happen.
    for (let round = 0; round < 5000 && !(seen.r && seen.s); round += 1) {
      const { r, s } = key.numbers(challenge);
      const short = { r: r.byteLength < size, s: s.byteLength < size };
      if (!short.r && !short.s) continue;
      seen.r ||= short.r;
      seen.s ||= short.s;
      await checkAnswer(registered, challenge, ecdsa({ r, s }));
      await checkAnswer(registered, challenge, ecdsa({ r: Buffer.concat([Buffer.alloc(3), r]), s: Buffer.concat([Buffer.alloc(60), s]) }));
    }
    expect(seen).toEqual({ r: true, s: true });
  });

  it('takes an RSA signature', async () => {
    const key = rsaKey();
    await checkAnswer({ key_type: key.type, key: key.key }, challenge, key.answer(challenge));
  });

  it('takes an echo', async () => {
    await checkAnswer({ key_type: 'ECHO' }, challenge, echo(challenge));
  });

  it('refuses a signature by another key and says what to do', async () => {
    for (const [registered, other] of [
      [ecKey('P-384'), ecKey('P-384')],
      [ecKey('P-256'), ecKey('P-384')],
      [rsaKey(), rsaKey()],
    ] as const) {
      await expect(
        checkAnswer({ key_type: registered.type, key: registered.key }, challenge, other.answer(challenge)),
      ).rejects.toMatchObject({
        code: 'aborted',
        reason: 'answer_wrong',
        message:
          'the challenge key of the gateway does not match the one registered for it: have its current public key registered, or restore the key file',
      });
    }
  });

  it('refuses a signature over anything but the whole challenge', async () => {
    const key = ecKey('P-384');
    const registered = { key_type: key.type, key: key.key };
    await expect(checkAnswer(registered, challenge, key.answer(challenge.slice(0, 500)))).rejects.toMatchObject({ reason: 'answer_wrong' });
  });

  it('refuses numbers longer than the curve, and none', async () => {
    const key = ecKey('P-256');
    const registered = { key_type: key.type, key: key.key };
    const { s } = key.numbers(challenge);
    for (const r of [new Uint8Array(33).fill(1), new Uint8Array(), new Uint8Array(100_000).fill(255)]) {
      await expect(checkAnswer(registered, challenge, ecdsa({ r, s }))).rejects.toMatchObject({ reason: 'answer_wrong' });
    }
  });

  it('refuses an echo that differs', async () => {
    for (const wrong of [challenge.slice(1), new Uint8Array(512), new Uint8Array()]) {
      await expect(checkAnswer({ key_type: 'ECHO' }, challenge, echo(wrong))).rejects.toMatchObject({
        reason: 'answer_wrong',
        message: 'the echo differs from the challenge: send back all of its bytes',
      });
    }
  });

  it('refuses another kind of answer than the registered one: nobody chooses an echo', async () => {
    const key = ecKey('P-384');
    const registered = { key_type: key.type, key: key.key };
    await expect(checkAnswer(registered, challenge, echo(challenge))).rejects.toMatchObject({
      code: 'aborted',
      reason: 'answer_kind',
      message:
        'the answer is an echoResponse, but this gateway is registered with a key of type SOFTWARE_ECDSA_SHA256: answer with ecdsaResponse, or have the gateway registered with the type it uses',
    });
    await expect(checkAnswer(registered, challenge, rsaKey().answer(challenge))).rejects.toMatchObject({ reason: 'answer_kind' });
    await expect(checkAnswer(registered, challenge, none)).rejects.toThrow('the answer is missing');
    await expect(checkAnswer({ key_type: 'ECHO' }, challenge, key.answer(challenge))).rejects.toMatchObject({ reason: 'answer_kind' });
  });

  it('says when the registered key is of no use', async () => {
    const ec = ecKey('P-384');
    const rsa = rsaKey();
    await expect(checkAnswer({ key_type: ec.type, key: null }, challenge, ec.answer(challenge))).rejects.toMatchObject({
      reason: 'challenge_key_missing',
    });
    const cases = [
      [{ key_type: ec.type, key: 'bm90IGEga2V5' }, ec, 'it is not the base64 of a DER SubjectPublicKeyInfo'],
      [{ key_type: ec.type, key: '***' }, ec, 'it is not the base64 of a DER SubjectPublicKeyInfo'],
      [{ key_type: ec.type, key: rsa.key }, ec, 'it is an RSA key, but SOFTWARE_ECDSA_SHA256 needs an EC key'],
      [{ key_type: rsa.type, key: ec.key }, rsa, 'it is an EC key, but SOFTWARE_RSA_SHA256 needs an RSA key'],
      [
        { key_type: ec.type, key: ecKey('P-521').key },
        ec,
        'it is an EC key on P-521; needed is an EC key on P-256 or P-384, or an RSA key of 2048 to 4096 bits',
      ],
      [{ key_type: rsa.type, key: rsaKey(1024).key }, rsa, 'it is an RSA key of 1024 bits'],
    ] as const;
    for (const [registered, key, why] of cases) {
      const refused = checkAnswer(registered, challenge, key.answer(challenge));
      await expect(refused).rejects.toMatchObject({ code: 'aborted', reason: 'challenge_key_unusable' });
      await expect(refused).rejects.toThrow(why);
    }
  });
});

describe('keyTypeNumber', () => {
  it('is the number of the protobuf', () => {
    expect([keyTypeNumber('ECHO'), keyTypeNumber('SOFTWARE_RSA_SHA256'), keyTypeNumber('SOFTWARE_ECDSA_SHA256')]).toEqual([0, 1, 2]);
  });
});
