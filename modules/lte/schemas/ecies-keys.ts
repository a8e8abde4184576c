import { bytesToHex } from '@noble/hashes/utils.js';
import { isP256Point, isP256Scalar, isX25519PublicKey } from './curves.ts';

interface EciesKeys {
  readonly protection_scheme?: 'ProfileA' | 'ProfileB' | undefined;
  readonly home_network_public_key?: string | undefined;
  readonly home_network_private_key?: string | undefined;
}

type EciesFault = readonly [property: 'home_network_public_key' | 'home_network_private_key', message: string];
type Scheme = NonNullable<EciesKeys['protection_scheme']>;
type Check = (bytes: Uint8Array) => boolean;

const CHECKS: Readonly<Record<Scheme, Readonly<Record<EciesFault[0], readonly [is: Check, message: string]>>>> = {
  ProfileA: {
    home_network_public_key: [isX25519PublicKey, 'must be an X25519 public key for ProfileA: 32 bytes, not a point of small order'],
    home_network_private_key: [(bytes) => bytes.length === 32, 'must be an X25519 key of 32 bytes for ProfileA'],
  },
  ProfileB: {
    home_network_public_key: [isP256Point, 'must be a point of P-256 for ProfileB: 33 bytes compressed, or 65'],
    home_network_private_key: [
      (bytes) => isP256Scalar(bytes) || isP256Der(bytes),
      'must be a key of P-256 for ProfileB: PKCS#8 in DER, or 32 bytes',
    ],
  },
};

/**
 * What is wrong with the keys of a SUCI profile; without a scheme nothing is known of them. Source: 3GPP TS 33.501, C.3.4 for
 * the two schemes; gateways load the private key of profile B from PKCS#8.
 */
export function eciesFaults({ protection_scheme: scheme, ...keys }: EciesKeys): EciesFault[] {
  if (!scheme) return [];
  return (['home_network_public_key', 'home_network_private_key'] as const).flatMap((name): EciesFault[] => {
    const [is, message] = CHECKS[scheme][name];
    const bytes = keys[name] === undefined ? undefined : bytesOf(keys[name]);
    return bytes === undefined || is(bytes) ? [] : [[name, message]];
  });
}

/** The object identifier of P-256, as it stands in the DER of any key of that curve. */
const P256_OID = '06082a8648ce3d030107';
const SEQUENCE = 0x30;

/** One whole SEQUENCE that names P-256: what is in the key itself is for the gateway's library to say. */
function isP256Der(bytes: Uint8Array): boolean {
  const [tag, short = 0, long = 0] = bytes;
  const whole = short < 0x80 ? 2 + short : short === 0x81 ? 3 + long : 0;
  return tag === SEQUENCE && bytes.length === whole && bytesToHex(bytes).includes(P256_OID);
}

/** Text that is no base64 has been refused already. */
function bytesOf(base64: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}
