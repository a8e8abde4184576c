import { describe, expect, it } from 'vitest';
import { readClient } from './client.ts';

const secret = 's'.repeat(43);
const fingerprint = 'ab'.repeat(32);
const auth = {
  certPresented: '1',
  certVerified: 'SUCCESS',
  certRevoked: '0',
  certSerial: '0A1B2C',
  certFingerprintSHA256: fingerprint,
  certSubjectDN: 'CN=hw1',
};
const verified = { serial: 'A1B2C', fingerprint, verdict: 'verified' };
const cloudflare = { source: 'cloudflare' } as const;
const front = { source: 'front', frontSecret: secret } as const;
const blob = { tlsClientAuth: auth, orc8rFront: { secret, door: 'controller' } };
const nobody = { tls: undefined, door: undefined };

describe('readClient', () => {
  it('believes Cloudflare, when that is what stands in front', () => {
    expect(readClient({ tlsClientAuth: auth }, cloudflare)).toEqual({ tls: verified, door: undefined });
  });

  it('believes the front that shows its secret, and its door', () => {
    expect(readClient(blob, front)).toEqual({ tls: verified, door: 'controller' });
  });

  it('believes no front without it', () => {
    for (const said of [
      undefined,
      {},
      { secret: '' },
      { secret: `${secret}x`, door: 'api' },
      { secret: secret.replace('s', 't'), door: 'api' },
      { secret },
      { secret, door: 'cellar' },
    ]) {
      expect(readClient({ ...blob, orc8rFront: said }, front)).toEqual(nobody);
    }
    for (const frontSecret of [undefined, '']) {
      expect(readClient({ ...blob, orc8rFront: { secret: frontSecret, door: 'api' } }, { source: 'front', frontSecret })).toEqual(nobody);
    }
  });

  it('takes no door from Cloudflare, and nothing at all when nobody stands in front', () => {
    expect(readClient(blob, cloudflare).door).toBeUndefined();
    expect(readClient(blob, { source: 'none', frontSecret: secret })).toEqual(nobody);
  });

  it.each([
    ['SUCCESS', '1', 'revoked'],
    ['SUCCESS', undefined, 'verified'],
    ['FAILED:certificate has expired', '0', 'expired'],
    ['FAILED:certificate is not yet valid', '0', 'not_yet_valid'],
    ['FAILED:self signed certificate', '0', 'untrusted'],
    ['FAILED:unable to verify the first certificate', '0', 'untrusted'],
    ['success', '0', 'untrusted'],
    ['', '0', 'untrusted'],
    ['NONE', '0', 'untrusted'],
  ])('reads %j with revoked %j as %s', (certVerified, certRevoked, verdict) => {
    expect(readClient({ tlsClientAuth: { ...auth, certVerified, certRevoked } }, cloudflare).tls).toEqual({ ...verified, verdict });
  });

  it('writes serial and fingerprint in one form', () => {
    const colons = { ...auth, certSerial: '00:0a:1b:2c', certFingerprintSHA256: 'AB:'.repeat(32).slice(0, -1) };
    expect(readClient({ tlsClientAuth: colons }, cloudflare).tls).toEqual(verified);
  });

  it.each([
    ['none was presented', { ...auth, certPresented: '0' }],
    ['the serial is no number', { ...auth, certSerial: "A' OR 1=1" }],
    ['there is no serial', { ...auth, certSerial: '' }],
    ['there is no fingerprint', { ...auth, certFingerprintSHA256: '' }],
    ['a field is missing', { certPresented: '1', certVerified: 'SUCCESS' }],
    ['a field has another type', { ...auth, certVerified: true }],
    ['there is none', null],
  ])('sees no certificate when %s', (_why, tlsClientAuth) => {
    expect(readClient({ tlsClientAuth }, cloudflare)).toEqual(nobody);
  });

  it.each([undefined, null, 'cf', 7, [], {}])('takes %j for nobody', (cf) => {
    expect(readClient(cf, cloudflare)).toEqual(nobody);
    expect(readClient(cf, front)).toEqual(nobody);
  });
});
