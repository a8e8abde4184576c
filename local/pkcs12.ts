import { X509Certificate, createPrivateKey, webcrypto } from 'node:crypto';
import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import type { KeyPair } from './certificates.ts';

// Node's and the workers' typings of the same WebCrypto differ.
const engine: unknown = new pkijs.CryptoEngine({ name: 'node', crypto: webcrypto as unknown as Crypto });
pkijs.setEngine('node', engine as pkijs.ICryptoEngine);

const FRIENDLY_NAME = '1.2.840.113549.1.9.20';
const LOCAL_KEY_ID = '1.2.840.113549.1.9.21';
const KEY_BAG = '1.2.840.113549.1.12.10.1.2';
const CERTIFICATE_BAG = '1.2.840.113549.1.12.10.1.3';
const SECRET_BAG = '1.2.840.113549.1.12.10.1.5';
/** `data` of PKCS#7: the secret is just bytes. */
const DATA = '1.2.840.113549.1.7.1';
const CIPHER = { name: 'AES-CBC', length: 256 };
const ROUNDS = 100_000;

/** What a container holds, each under a name that several may share. Keys and certificates are PEM. */
export interface Contents {
  readonly keys: readonly (readonly [name: string, pem: string])[];
  readonly certificates: readonly (readonly [name: string, pem: string])[];
  readonly secrets: readonly (readonly [name: string, secret: Uint8Array])[];
}

/**
 * Packs a client certificate and its key as PKCS#12 for browsers and key stores: AES-256 with PBKDF2-SHA-256 and a SHA-256
 * integrity code (RFC 7292), which OpenSSL 3, Firefox, macOS 12 and Windows 10 read.
 */
export async function encodePkcs12(pair: KeyPair, authority: string, name: string, password: string): Promise<Uint8Array> {
  const secret = bytes(Buffer.from(password, 'utf8'));
  const leaf = new X509Certificate(pair.certificate);
  const fingerprint = bytes(Buffer.from(leaf.fingerprint.replaceAll(':', ''), 'hex'));
  const labels = [label(name), new pkijs.Attribute({ type: LOCAL_KEY_ID, values: [new asn1js.OctetString({ valueHex: fingerprint })] })];
  const keys = [bag(KEY_BAG, await keyBag(pair.key, secret, ROUNDS), labels)];
  const certificates = [
    bag(CERTIFICATE_BAG, certificateBag(leaf), labels),
    bag(CERTIFICATE_BAG, certificateBag(new X509Certificate(authority))),
  ];
  return seal([{ bags: keys }, { bags: certificates, encrypted: true }], secret, ROUNDS);
}

/** Packs keys, certificates and secrets of any number, all of it encrypted; `rounds` of PBKDF2 stand between a guess and the next. */
export async function packPkcs12(contents: Contents, password: string, rounds: number): Promise<Uint8Array> {
  const secret = bytes(Buffer.from(password, 'utf8'));
  const bags: pkijs.SafeBag[] = [];
  for (const [name, pem] of contents.keys) bags.push(bag(KEY_BAG, await keyBag(pem, secret, rounds), [label(name)]));
  for (const [name, pem] of contents.certificates) bags.push(bag(CERTIFICATE_BAG, certificateBag(new X509Certificate(pem)), [label(name)]));
  for (const [name, value] of contents.secrets) {
    const octets = new asn1js.OctetString({ valueHex: new Uint8Array(value).buffer });
    // The library asks a value for its schema; bare ASN.1 is its own.
    const secretValue = Object.assign(octets, { toSchema: () => octets, fromSchema: () => undefined });
    bags.push(bag(SECRET_BAG, new pkijs.SecretBag({ secretTypeId: DATA, secretValue }), [label(name)]));
  }
  return seal([{ bags, encrypted: true }], secret, rounds);
}

/** What `packPkcs12` packed. Throws when the password is wrong, or the container is none or was changed. */
export async function unpackPkcs12(container: Uint8Array, password: string): Promise<Contents> {
  const secret = bytes(Buffer.from(password, 'utf8'));
  const read = pkijs.PFX.fromBER(new Uint8Array(container).buffer);
  await read.parseInternalValues({ password: secret, checkIntegrity: true });
  const safe = read.parsedValue?.authenticatedSafe;
  if (!safe) throw new Error('the container holds nothing');
  await safe.parseInternalValues({ safeContents: safe.safeContents.map(() => ({ password: secret })) });
  const found = { keys: [] as [string, string][], certificates: [] as [string, string][], secrets: [] as [string, Uint8Array][] };
  const contents = (safe.parsedValue?.safeContents ?? []) as { value: pkijs.SafeContents }[];
  for (const { bagValue, bagAttributes } of contents.flatMap(({ value }) => value.safeBags)) {
    const name = nameIn(bagAttributes);
    if (bagValue instanceof pkijs.PKCS8ShroudedKeyBag) {
      await (bagValue as unknown as { parseInternalValues(given: { password: ArrayBuffer }): Promise<void> }).parseInternalValues({
        password: secret,
      });
      const der = Buffer.from(bagValue.parsedValue?.toSchema().toBER() ?? new ArrayBuffer());
      found.keys.push([
        name,
        String(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ format: 'pem', type: 'pkcs8' })),
      ]);
    } else if (bagValue instanceof pkijs.CertBag) {
      const certificate = bagValue.parsedValue as pkijs.Certificate;
      found.certificates.push([name, new X509Certificate(Buffer.from(certificate.toSchema(true).toBER())).toString()]);
    } else if (bagValue instanceof pkijs.SecretBag) {
      found.secrets.push([name, new Uint8Array((bagValue.secretValue as unknown as asn1js.OctetString).valueBlock.valueHexView)]);
    }
  }
  return found;
}

interface Safe {
  readonly bags: pkijs.SafeBag[];
  /** Besides what each key is encrypted with anyway. */
  readonly encrypted?: boolean;
}

async function seal(safes: readonly Safe[], password: ArrayBuffer, rounds: number): Promise<Uint8Array> {
  const safeContents = safes.map(({ bags, encrypted }) => ({
    privacyMode: encrypted ? 1 : 0,
    value: new pkijs.SafeContents({ safeBags: bags }),
  }));
  const safe = new pkijs.AuthenticatedSafe({ parsedValue: { safeContents } });
  const container = new pkijs.PFX({ parsedValue: { integrityMode: 0, authenticatedSafe: safe } });
  const encryption = { password, contentEncryptionAlgorithm: CIPHER, hmacHashAlgorithm: 'SHA-256', iterationCount: rounds };
  await safe.makeInternalValues({ safeContents: safes.map(({ encrypted }) => (encrypted ? encryption : {})) });
  await container.makeInternalValues({ password, iterations: rounds, pbkdf2HashAlgorithm: 'SHA-256', hmacHashAlgorithm: 'SHA-256' });
  return new Uint8Array(container.toSchema().toBER(false));
}

async function keyBag(pem: string, password: ArrayBuffer, rounds: number): Promise<pkijs.PKCS8ShroudedKeyBag> {
  const key = createPrivateKey(pem).export({ format: 'der', type: 'pkcs8' });
  const made = new pkijs.PKCS8ShroudedKeyBag({ parsedValue: pkijs.PrivateKeyInfo.fromBER(bytes(key)) });
  await made.makeInternalValues({ password, contentEncryptionAlgorithm: CIPHER, hmacHashAlgorithm: 'SHA-256', iterationCount: rounds });
  return made;
}

function bag(
  bagId: string,
  bagValue: pkijs.PKCS8ShroudedKeyBag | pkijs.CertBag | pkijs.SecretBag,
  bagAttributes?: pkijs.Attribute[],
): pkijs.SafeBag {
  return new pkijs.SafeBag({ bagId, bagValue, ...(bagAttributes ? { bagAttributes } : {}) });
}

function certificateBag(certificate: X509Certificate): pkijs.CertBag {
  return new pkijs.CertBag({ parsedValue: pkijs.Certificate.fromBER(bytes(certificate.raw)) });
}

const label = (name: string): pkijs.Attribute =>
  new pkijs.Attribute({ type: FRIENDLY_NAME, values: [new asn1js.BmpString({ value: name })] });

const nameIn = (attributes: readonly pkijs.Attribute[] | undefined): string =>
  (attributes?.find(({ type }) => type === FRIENDLY_NAME)?.values[0] as asn1js.BmpString | undefined)?.valueBlock.value ?? '';

function bytes(buffer: Buffer): ArrayBuffer {
  return new Uint8Array(buffer).buffer;
}
