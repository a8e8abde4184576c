import { describe, expect, it } from 'vitest';
import { newRequest } from '../../test/support/certificates.ts';
import { OrcError } from '../errors.ts';
import { fromBase64 } from '../identity/bytes.ts';
import { checkCsr, MAX_CSR_BYTES } from './csr.ts';
import { opensslRequests } from './fixtures/openssl-requests.ts';
import { x509 } from './x509.ts';

const made = (name: keyof typeof opensslRequests): Uint8Array => fromBase64(opensslRequests[name]) ?? new Uint8Array();

const refusal = async (csr: Uint8Array, name = 'hw1'): Promise<OrcError> => {
  const error = await checkCsr(csr, name).catch((thrown: unknown) => thrown);
  if (error instanceof OrcError) return error;
  throw new Error('was not refused', { cause: error });
};

describe('checkCsr', () => {
  it.each(['p256', 'p384', 'rsa2048', 'rsa4096', 'sha384'] as const)('takes what OpenSSL makes: %s', async (name) => {
    const key = await checkCsr(made(name), 'hw1');
    expect(key.rawData).toEqual(new x509.Pkcs10CertificateRequest(new Uint8Array(made(name))).publicKey.rawData);
  });

  it('takes one without a name, to be filled in', async () => {
    await expect(checkCsr(made('unnamed'), 'hw1')).resolves.toBeDefined();
  });

  it.each([
    ['rsa1024', 'an RSA key of 1024 bits'],
    ['rsa5120', 'an RSA key of 5120 bits'],
    ['p521', 'an EC key on P-521'],
    ['ed25519', 'a key of kind Ed25519'],
  ] as const)('refuses an %s key and says which it takes', async (name, what) => {
    const error = await refusal(made(name));
    expect(error).toMatchObject({ code: 'aborted', reason: 'csr_key' });
    expect(error.message).toBe(`the CSR is for ${what}: make an EC key on P-256 or P-384, or an RSA key of 2048 to 4096 bits`);
  });

  it('refuses another name than the hardware id', async () => {
    const error = await refusal(made('otherName'));
    expect(error).toMatchObject({ code: 'aborted', reason: 'csr_common_name' });
    expect(error.message).toBe('the CSR is for common name "hw2", but the gateway is "hw1": use the hardware id or leave the name empty');
  });

  it('takes any name when none is expected', async () => {
    for (const name of ['p256', 'otherName', 'twoNames', 'unnamed'] as const) await expect(checkCsr(made(name))).resolves.toBeDefined();
  });

  it('refuses a second name beside the right one', async () => {
    expect(await refusal(made('twoNames'))).toMatchObject({ reason: 'csr_common_name' });
  });

  it('refuses a signature that is not by the key', async () => {
    const forged = made('p256').slice();
    // The last bytes belong to the signature.
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
    const error = await refusal(forged);
    expect(error).toMatchObject({ code: 'aborted', reason: 'csr_signature' });
    expect(error.message).toBe('the signature of the CSR does not fit its public key: sign it with the private key that belongs to it');
  });

  it('refuses a request whose key was exchanged after signing', async () => {
    const request = Buffer.from(made('p256'));
    const own = Buffer.from(new x509.Pkcs10CertificateRequest(new Uint8Array(request)).publicKey.rawData);
    const other = new x509.Pkcs10CertificateRequest((await newRequest('hw1')).der).publicKey.rawData;
    const at = request.indexOf(own);
    expect(at).toBeGreaterThan(0);
    Buffer.from(other).copy(request, at);
    expect(await refusal(request)).toMatchObject({ reason: 'csr_signature' });
  });

  it.each([
    ['sha1', 'RSASSA-PKCS1-v1_5 and SHA-1'],
    ['pss', 'RSA-PSS and SHA-256'],
  ] as const)('refuses a signature with %s', async (name, what) => {
    const error = await refusal(made(name));
    expect(error).toMatchObject({ code: 'aborted', reason: 'csr_signature_algorithm' });
    expect(error.message).toBe(`the CSR is signed with ${what}: sign it with ECDSA or RSA (PKCS#1 v1.5) and SHA-256 or longer`);
  });

  it('refuses what is no request', async () => {
    expect(await refusal(new Uint8Array())).toMatchObject({ reason: 'csr_missing' });
    expect(await refusal(new Uint8Array([1, 2, 3]))).toMatchObject({ reason: 'csr_malformed' });
    expect(await refusal(new TextEncoder().encode('-----BEGIN CERTIFICATE REQUEST-----\nMIIB'))).toMatchObject({ reason: 'csr_malformed' });
    expect(await refusal(made('p256').slice(0, 100))).toMatchObject({ reason: 'csr_malformed' });
    const error = await refusal(new Uint8Array(MAX_CSR_BYTES + 1));
    expect(error).toMatchObject({ code: 'aborted', reason: 'csr_too_large' });
    expect(error.message).toContain('16385 bytes, more than the 16384 allowed');
  });
});
