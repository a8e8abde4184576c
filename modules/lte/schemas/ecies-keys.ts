interface EciesKeys {
  readonly protection_scheme?: 'ProfileA' | 'ProfileB' | undefined;
  readonly home_network_public_key?: string | undefined;
  readonly home_network_private_key?: string | undefined;
}

type EciesFault = readonly [property: 'home_network_public_key' | 'home_network_private_key', message: string];

const X25519_BYTES = 32;
const P256_SCALAR_BYTES = 32;
/** First byte of a point of P-256, and how long it then is (SEC 1, 2.3.3). */
const P256_POINTS: Readonly<Record<number, number>> = { 2: 33, 3: 33, 4: 65 };
/** What DER begins with. */
const SEQUENCE = 0x30;

/**
 * What is wrong with the keys of a SUCI profile; without a scheme nothing is known of them. Source: 3GPP TS 33.501, C.3.4 for
 * the two schemes; gateways load the private key of profile B from PKCS#8.
 */
export function eciesFaults({ protection_scheme: scheme, home_network_public_key, home_network_private_key }: EciesKeys): EciesFault[] {
  const faults: EciesFault[] = [];
  const open = home_network_public_key === undefined ? undefined : bytesOf(home_network_public_key);
  const secret = home_network_private_key === undefined ? undefined : bytesOf(home_network_private_key);
  if (scheme === 'ProfileA') {
    if (open && open.length !== X25519_BYTES) faults.push(['home_network_public_key', 'must be an X25519 key of 32 bytes for ProfileA']);
    if (secret && secret.length !== X25519_BYTES)
      faults.push(['home_network_private_key', 'must be an X25519 key of 32 bytes for ProfileA']);
  }
  if (scheme === 'ProfileB') {
    if (open && P256_POINTS[open[0] ?? 0] !== open.length)
      faults.push(['home_network_public_key', 'must be a point of P-256 for ProfileB: 33 bytes compressed, or 65']);
    if (secret && secret.length !== P256_SCALAR_BYTES && secret[0] !== SEQUENCE)
      faults.push(['home_network_private_key', 'must be a key of P-256 for ProfileB: PKCS#8 in DER, or 32 bytes']);
  }
  return faults;
}

/** Text that is no base64 has been refused already. */
function bytesOf(base64: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}
