import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { fromBase62, toBase62 } from './base62.ts';
import { describeToken, hashOfPresented, hashToken, isTokenForm, newToken } from './operator-token.ts';

describe('operator token', () => {
  it('has the form of Magma: op_ and base 62 of 32 bytes and their CRC-32, little-endian', async () => {
    const { token, hash, prefix, id } = await newToken();
    expect(token).toMatch(/^op_[0-9A-Za-z]{49}$/);
    expect(isTokenForm(token)).toBe(true);
    const bytes = Buffer.from(fromBase62(token.slice(3), 36) ?? []);
    expect(bytes.readUInt32LE(32)).toBe(crc32(bytes.subarray(0, 32)));
    expect(hash).toBe(createHash('sha256').update(token).digest('hex'));
    expect(prefix).toBe(token.slice(0, 9));
    expect(id).toBe(`tok_${hash.slice(0, 16)}`);
  });

  it('is another one each time, and describes itself alike each time', async () => {
    const one = await newToken();
    const other = await newToken();
    expect(one.token).not.toBe(other.token);
    const { token, ...record } = one;
    expect(await describeToken(token)).toEqual(record);
    expect(await hashToken(token)).toBe(record.hash);
  });

  it('shows a mistake in any character', async () => {
    const { token } = await newToken();
    for (let at = 3; at < token.length; at += 1) {
      const altered = token.slice(0, at) + (token[at] === 'x' ? 'y' : 'x') + token.slice(at + 1);
      expect(isTokenForm(altered), altered).toBe(false);
    }
    for (const text of [
      '',
      'op_',
      token.slice(3),
      token.slice(0, -1),
      `${token}0`,
      ` ${token}`,
      token.replace('op_', 'reg_'),
      `op_${'z'.repeat(49)}`,
    ]) {
      expect(isTokenForm(text), text).toBe(false);
    }
  });
});

describe('the hash of a token that somebody presents', () => {
  it('is the hash of that token each time, whoever else came in between', async () => {
    const made = await Promise.all(Array.from({ length: 70 }, newToken));
    for (const round of [1, 2]) {
      for (const { token, hash } of made) expect(await hashOfPresented(token), `round ${round}`).toBe(hash);
    }
    const last = made.at(-1);
    expect(await hashOfPresented(last?.token ?? '')).toBe(last?.hash);
  });

  it('is none for what has not the form of one, however often it comes', async () => {
    const { token } = await newToken();
    await hashOfPresented(token);
    for (const text of ['', 'op_', token.slice(0, -1), ` ${token}`, `op_${'z'.repeat(49)}`]) {
      expect(await hashOfPresented(text)).toBeUndefined();
      expect(await hashOfPresented(text)).toBeUndefined();
    }
  });
});

describe('base 62', () => {
  it.each([
    [[0, 0, 0], '00000'],
    [[0, 0, 61], '0000z'],
    [[0, 0, 62], '00010'],
    [[255, 255, 255], '18OWF'],
  ])('writes %j as %s and reads it again', (bytes, text) => {
    expect(toBase62(Uint8Array.from(bytes), 5)).toBe(text);
    expect(fromBase62(text, 3)).toEqual(Uint8Array.from(bytes));
  });

  it('refuses foreign characters and numbers that are too large', () => {
    expect(fromBase62('0000-', 3)).toBeUndefined();
    expect(fromBase62('18OWG', 3)).toBeUndefined();
  });
});
