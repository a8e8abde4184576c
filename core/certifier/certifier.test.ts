import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { certificatePem, clientComplaint, newAuthority, newRequest } from '../../test/support/certificates.ts';
import { certifierOf, createCertifier } from './certifier.ts';
import { checkCsr } from './csr.ts';
import { newSerial, normaliseSerial } from './serial.ts';
import { x509 } from './x509.ts';

const HOUR = 3_600_000;
// The real time, since a TLS handshake looks at the clock.
const now = Math.floor(Date.now() / 1000) * 1000 + 123;
const later = now - 123 + 1000 * HOUR;
const hw = 'f6d2e2ac-3b1f-4e0c-a2d4-0c2f5a5f8b11';
let publicKey: x509.PublicKey;
let clientKey: string;

beforeAll(async () => {
  const request = await newRequest(hw);
  publicKey = await checkCsr(request.der, hw);
  clientKey = request.key;
});

describe('certifier', () => {
  it.each(['P-256', 'P-384', 'RSA'] as const)('signs with an authority on %s what OpenSSL takes for a client certificate', async (kind) => {
    const ca = await newAuthority(kind, later);
    const other = await newAuthority(kind, later);
    const certifier = await createCertifier(ca.certificate, ca.key);
    const issued = await certifier.issue({ publicKey, commonName: hw, validity: 97 * HOUR, now });

    const client = { cert: certificatePem(issued.der), key: clientKey };
    expect(await clientComplaint(client, ca.certificate)).toBe('');
    expect(await clientComplaint(client, other.certificate)).toMatch(
      /UNABLE_TO_VERIFY_LEAF_SIGNATURE|CERT_SIGNATURE_FAILURE|UNABLE_TO_GET_ISSUER/,
    );

    const read = new X509Certificate(Buffer.from(issued.der));
    expect(read.subject).toBe(`CN=${hw}`);
    expect(read.ca).toBe(false);
    expect(normaliseSerial(read.serialNumber)).toBe(issued.serial);
    expect(read.fingerprint256.replaceAll(':', '').toLowerCase()).toBe(issued.fingerprint);
    expect(read.validFromDate.getTime()).toBe(issued.notBefore);
    expect(read.validToDate.getTime()).toBe(issued.notAfter);
    expect(issued.notBefore).toBe(now - 123 - HOUR);
    expect(issued.notAfter).toBe(now - 123 + 97 * HOUR);
    expect(read.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    const usages = new x509.X509Certificate(issued.der).getExtension(x509.KeyUsagesExtension);
    expect(usages?.usages).toBe(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment);
    expect(usages?.critical).toBe(true);
  });

  it('of several authorities signs with the one its key belongs to, and says which', async () => {
    const [old, fresh] = [await newAuthority('RSA', later), await newAuthority('P-256', later)];
    const identifier = async (pem: string) =>
      (await x509.SubjectKeyIdentifierExtension.create(new x509.X509Certificate(pem).publicKey)).keyId.toLowerCase();
    for (const bundle of [`${fresh.certificate}\n${old.certificate}`, `${old.certificate}\n${fresh.certificate}`]) {
      const certifier = await createCertifier(bundle, fresh.key);
      const issued = await certifier.issue({ publicKey, commonName: hw, validity: HOUR, now });
      expect(issued.issuer).toBe(await identifier(fresh.certificate));
      const client = { cert: certificatePem(issued.der), key: clientKey };
      // Who trusts both takes it, and so does who trusts the new one alone.
      for (const trusted of [bundle, fresh.certificate]) expect(await clientComplaint(client, trusted)).toBe('');
      expect(await clientComplaint(client, old.certificate)).not.toBe('');
    }
    const stranger = await newAuthority('P-256', later);
    await expect(createCertifier(`${old.certificate}\n${fresh.certificate}`, stranger.key)).rejects.toMatchObject({
      reason: 'certifier_misconfigured',
    });
  });

  it('never outlives its authority', async () => {
    const ca = await newAuthority('P-256', now - 123 + 24 * HOUR);
    const certifier = await createCertifier(ca.certificate, ca.key);
    const issued = await certifier.issue({ publicKey, commonName: hw, validity: 97 * HOUR, now });
    expect(issued.notAfter).toBe(now - 123 + 24 * HOUR);
    expect(certifier.notAfter).toBe(issued.notAfter);
    const late = certifier.issue({ publicKey, commonName: hw, validity: HOUR, now: certifier.notAfter + 1 });
    await expect(late).rejects.toMatchObject({ code: 'unavailable', reason: 'certifier_expired' });
  });

  it('refuses an authority that does not hold together, and says what is wrong', async () => {
    const one = await newAuthority('P-256', later);
    const other = await newAuthority('P-256', later);
    const eddsa = await newAuthority('Ed25519', later);
    const leaf = await newAuthority('P-256', later, false);
    await expect(createCertifier(one.certificate, other.key)).rejects.toThrow('CERTIFIER_KEY does not belong to CERTIFIER_CERT');
    await expect(createCertifier('nonsense', one.key)).rejects.toThrow('CERTIFIER_CERT is not a certificate');
    await expect(createCertifier(one.certificate, 'nonsense')).rejects.toThrow('CERTIFIER_KEY is not a private key');
    await expect(createCertifier(eddsa.certificate, eddsa.key)).rejects.toThrow('its key is of kind Ed25519');
    await expect(createCertifier(leaf.certificate, leaf.key)).rejects.toThrow('not the certificate of an authority');
    await expect(createCertifier(one.certificate, other.key)).rejects.toMatchObject({
      code: 'internal',
      reason: 'certifier_misconfigured',
    });
  });

  it('is made once for the same authority', async () => {
    const ca = await newAuthority('P-256', later);
    const other = await newAuthority('P-256', later);
    const first = await certifierOf(ca.certificate, ca.key);
    expect(await certifierOf(ca.certificate, ca.key)).toBe(first);
    expect(await certifierOf(other.certificate, other.key)).not.toBe(first);
  });
});

describe('serial numbers', () => {
  it('are 128 random bits in one written form', () => {
    const serials = new Set(Array.from({ length: 500 }, newSerial));
    expect(serials.size).toBe(500);
    for (const serial of serials) expect(serial).toMatch(/^[1-9A-F][0-9A-F]{0,31}$/);
    expect(Math.max(...[...serials].map((serial) => serial.length))).toBe(32);
  });

  it.each([
    ['0a:1B:ff', 'A1BFF'],
    ['000001', '1'],
    ['00', '0'],
    ['7F', '7F'],
  ])('%s is written %s', (given, written) => {
    expect(normaliseSerial(given)).toBe(written);
  });

  it('with the highest bit set, or short, come out of the certificate as they are known', async () => {
    const ca = await newAuthority('P-256', later);
    const certifier = await createCertifier(ca.certificate, ca.key);
    let high = 0;
    // Half of all serials have the bit; forty without one would be a fault.
    for (let round = 0; round < 40 && high < 2; round += 1) {
      const issued = await certifier.issue({ publicKey, commonName: hw, validity: HOUR, now });
      if (issued.serial.length === 32 && Number.parseInt(issued.serial[0] ?? '', 16) >= 8) high += 1;
      expect(normaliseSerial(new X509Certificate(Buffer.from(issued.der)).serialNumber)).toBe(issued.serial);
    }
    expect(high).toBe(2);
  });
});
