import { X509Certificate, createPrivateKey, webcrypto } from 'node:crypto';
import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import type { KeyPair } from './certificates.ts';

// Node's and the workers' typings of the same WebCrypto differ.
const engine: unknown = new pkijs.CryptoEngine({ name: 'node', crypto: webcrypto as unknown as Crypto });
pkijs.setEngine('node', engine as pkijs.ICryptoEngine);

const FRIENDLY_NAME = '1.2.840.113549.1.9.20';
const LOCAL_KEY_ID = '1.2.840.113549.1.9.21';
const CIPHER = { name: 'AES-CBC', length: 256 };
const ROUNDS = 100_000;

/**
 * Packs a client certificate and its key as PKCS#12 for browsers and key stores: AES-256 with PBKDF2-SHA-256 and a SHA-256
 * integrity code (RFC 7292), which OpenSSL 3, Firefox, macOS 12 and Windows 10 read.
 */
export async function encodePkcs12(pair: KeyPair, authority: string, name: string, password: string): Promise<Uint8Array> {
  const secret = bytes(Buffer.from(password, 'utf8'));
  const leaf = new X509Certificate(pair.certificate);
  const key = createPrivateKey(pair.key).export({ format: 'der', type: 'pkcs8' });
  const labels = [
    new pkijs.Attribute({ type: FRIENDLY_NAME, values: [new asn1js.BmpString({ value: name })] }),
    new pkijs.Attribute({
      type: LOCAL_KEY_ID,
      values: [new asn1js.OctetString({ valueHex: bytes(Buffer.from(leaf.fingerprint.replaceAll(':', ''), 'hex')) })],
    }),
  ];
  const keyBag = new pkijs.PKCS8ShroudedKeyBag({ parsedValue: pkijs.PrivateKeyInfo.fromBER(bytes(key)) });
  await keyBag.makeInternalValues({
    password: secret,
    contentEncryptionAlgorithm: CIPHER,
    hmacHashAlgorithm: 'SHA-256',
    iterationCount: ROUNDS,
  });
  const container = new pkijs.PFX({
    parsedValue: {
      integrityMode: 0,
      authenticatedSafe: new pkijs.AuthenticatedSafe({
        parsedValue: {
          safeContents: [
            { privacyMode: 0, value: new pkijs.SafeContents({ safeBags: [bag('1.2.840.113549.1.12.10.1.2', keyBag, labels)] }) },
            {
              privacyMode: 1,
              value: new pkijs.SafeContents({
                safeBags: [
                  bag('1.2.840.113549.1.12.10.1.3', certificateBag(leaf), labels),
                  bag('1.2.840.113549.1.12.10.1.3', certificateBag(new X509Certificate(authority))),
                ],
              }),
            },
          ],
        },
      }),
    },
  });
  const safe = container.parsedValue?.authenticatedSafe;
  if (!safe) throw new Error('pkijs made no safe for the PKCS#12 file');
  const encryption = { password: secret, contentEncryptionAlgorithm: CIPHER, hmacHashAlgorithm: 'SHA-256', iterationCount: ROUNDS };
  await safe.makeInternalValues({ safeContents: [{}, encryption] });
  await container.makeInternalValues({
    password: secret,
    iterations: ROUNDS,
    pbkdf2HashAlgorithm: 'SHA-256',
    hmacHashAlgorithm: 'SHA-256',
  });
  return new Uint8Array(container.toSchema().toBER(false));
}

function bag(bagId: string, bagValue: pkijs.PKCS8ShroudedKeyBag | pkijs.CertBag, bagAttributes?: pkijs.Attribute[]): pkijs.SafeBag {
  return new pkijs.SafeBag({ bagId, bagValue, ...(bagAttributes ? { bagAttributes } : {}) });
}

function certificateBag(certificate: X509Certificate): pkijs.CertBag {
  return new pkijs.CertBag({ parsedValue: pkijs.Certificate.fromBER(bytes(certificate.raw)) });
}

function bytes(buffer: Buffer): ArrayBuffer {
  return new Uint8Array(buffer).buffer;
}
