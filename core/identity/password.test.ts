import { describe, expect, it } from 'vitest';
import { checkPassword, hashPassword } from './password.ts';

describe('passwords', () => {
  it('are known again by their hash, which differs each time', async () => {
    const [first, second] = await Promise.all([hashPassword('pässword'), hashPassword('pässword')]);
    expect(first).toMatch(/^pbkdf2-sha256\$6x100000\$/);
    expect(first).not.toBe(second);
    expect(await checkPassword('pässword', first)).toBe(true);
    expect(await checkPassword('password', first)).toBe(false);
  });

  it('fit nothing that is no hash of ours', async () => {
    for (const stored of [null, undefined, '', 'pässword', 'pbkdf2-sha256$6x100000$AAAA$AAAA']) {
      expect(await checkPassword('pässword', stored)).toBe(false);
    }
  });

  it('are checked at the cost that they were hashed with', async () => {
    const salt = btoa('0123456789abcdef');
    const key = await crypto.subtle.importKey('raw', new TextEncoder().encode('x'), 'PBKDF2', false, ['deriveBits']);
    const settings = { name: 'PBKDF2', hash: 'SHA-256', salt: new TextEncoder().encode('0123456789abcdef'), iterations: 1000 };
    const hash = btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.deriveBits(settings, key, 256))));
    expect(await checkPassword('x', `pbkdf2-sha256$1x1000$${salt}$${hash}`)).toBe(true);
    expect(await checkPassword('x', `pbkdf2-sha256$2x1000$${salt}$${hash}`)).toBe(false);
  });
});
