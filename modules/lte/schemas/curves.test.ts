import { createECDH, createPublicKey, diffieHellman, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isP256Point, isP256Scalar, isX25519PublicKey } from './curves.ts';

const P25519 = 2n ** 255n - 19n;
const little = (number: bigint): Uint8Array => Uint8Array.from(Buffer.from(number.toString(16).padStart(64, '0'), 'hex')).toReversed();

/** What OpenSSL makes of 32 bytes as somebody's public key; it refuses a secret of zeros. */
function shares(bytes: Uint8Array): boolean {
  const spki = Buffer.concat([Buffer.from('302a300506032b656e032100', 'hex'), bytes]);
  const { privateKey } = generateKeyPairSync('x25519');
  try {
    diffieHellman({ privateKey, publicKey: createPublicKey({ key: spki, format: 'der', type: 'spki' }) });
    return true;
  } catch {
    return false;
  }
}

describe('public keys of X25519', () => {
  const e = 325606250916557431795983626356110631294008115727848805560023387167927233504n;
  const f = 39382357235489614581723060781553021112529911719440698176882885853963445705823n;
  const small = [0n, 1n, e, f, P25519 - 1n, P25519, P25519 + 1n];

  it.each([...small, ...small.map((u) => u + 2n ** 255n)])('of small order are none: %s', (u) => {
    expect([isX25519PublicKey(little(u)), shares(little(u))]).toEqual([false, false]);
  });

  it('are 32 bytes of any other kind, also with the highest bit set or above the prime', () => {
    for (const u of [2n, 9n, P25519 - 2n, P25519 + 3n, 9n + 2n ** 255n])
      expect([isX25519PublicKey(little(u)), shares(little(u))]).toEqual([true, true]);
    for (let count = 0; count < 20; count += 1) {
      const { publicKey } = generateKeyPairSync('x25519');
      expect(isX25519PublicKey(publicKey.export({ format: 'der', type: 'spki' }).subarray(-32))).toBe(true);
    }
    expect([31, 33, 0].map((length) => isX25519PublicKey(new Uint8Array(length).fill(9)))).toEqual([false, false, false]);
  });
});

describe('points of P-256', () => {
  const curve = createECDH('prime256v1');

  it.each(['compressed', 'uncompressed'] as const)('are taken %s', (form) => {
    for (let count = 0; count < 50; count += 1) {
      curve.generateKeys();
      expect(isP256Point(curve.getPublicKey(null, form))).toBe(true);
    }
  });

  it('are told from bytes that look like one, as OpenSSL tells them', () => {
    const other = createECDH('prime256v1');
    other.setPrivateKey(Buffer.alloc(32, 1));
    const known = (bytes: Uint8Array): boolean => {
      try {
        other.computeSecret(bytes);
        return true;
      } catch {
        return false;
      }
    };
    curve.generateKeys();
    const whole = curve.getPublicKey(null, 'uncompressed');
    const moved = (at: number) => Uint8Array.from(whole, (byte, index) => (index === at ? byte ^ 1 : byte));
    const compressed = Array.from({ length: 100 }, (_, x) => Uint8Array.from([2 + (x % 2), ...new Uint8Array(31), x]));
    const outside = [Uint8Array.from([2, ...new Uint8Array(32).fill(255)]), Uint8Array.from([4, ...new Uint8Array(64).fill(255)])];
    const odd = [moved(0), moved(1), moved(64), ...compressed, ...outside, new Uint8Array(), whole.subarray(0, 64), whole.subarray(0, 33)];
    const told = odd.map(isP256Point);
    expect(told).toEqual(odd.map(known));
    expect(new Set(told)).toEqual(new Set([true, false]));
  });

  it('have private keys below their number', () => {
    const order = 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551';
    expect([Buffer.alloc(32), Buffer.from(order, 'hex'), Buffer.alloc(31, 1)].map(isP256Scalar)).toEqual([false, false, false]);
    expect([Buffer.alloc(32, 1), Buffer.from(order.replace(/1$/, '0'), 'hex')].map(isP256Scalar)).toEqual([true, true]);
  });
});
