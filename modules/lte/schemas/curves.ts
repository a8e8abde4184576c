/** Prime of the field of Curve25519 (RFC 7748, 4.1). */
const P25519 = 2n ** 255n - 19n;
/** u of the points whose order divides 8: with any of them the shared secret is zero, whatever the other side's key. */
const SMALL_ORDER: ReadonlySet<bigint> = new Set([
  0n,
  1n,
  325606250916557431795983626356110631294008115727848805560023387167927233504n,
  39382357235489614581723060781553021112529911719440698176882885853963445705823n,
  P25519 - 1n,
]);

/** Field, equation and order of P-256 (SEC 2, 2.4.2): y2 = x3 - 3x + b. */
const P256 = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const B256 = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;
const N256 = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const FIELD_BYTES = 32;

/** 32 bytes that are a public key for X25519 with which a secret can be shared; the highest bit does not count (RFC 7748, 5). */
export function isX25519PublicKey(bytes: Uint8Array): boolean {
  if (bytes.length !== FIELD_BYTES) return false;
  const u = numberOf(bytes.toReversed()) % 2n ** 255n;
  return !SMALL_ORDER.has(u % P25519);
}

/** A point of P-256 as SEC 1, 2.3.3 writes it: 33 bytes compressed, or 65. */
export function isP256Point(bytes: Uint8Array): boolean {
  const [form] = bytes;
  const x = numberOf(bytes.subarray(1, 1 + FIELD_BYTES));
  if (x >= P256) return false;
  const square = (x * x * x - 3n * x + B256) % P256;
  if (bytes.length === 1 + FIELD_BYTES) return (form === 2 || form === 3) && isSquare((square + P256) % P256);
  if (bytes.length !== 1 + 2 * FIELD_BYTES || form !== 4) return false;
  const y = numberOf(bytes.subarray(1 + FIELD_BYTES));
  return y < P256 && (y * y - square) % P256 === 0n;
}

/** A private key of P-256 as a bare number: 1 to one less than the order of the curve. */
export function isP256Scalar(bytes: Uint8Array): boolean {
  const scalar = numberOf(bytes);
  return bytes.length === FIELD_BYTES && scalar > 0n && scalar < N256;
}

/** Jacobi's symbol, which for a prime says the same as Euler's criterion in a quarter of the time; no point of the curve has y = 0. */
function isSquare(value: bigint): boolean {
  let sign = 1;
  let [top, bottom] = [value, P256];
  while (top !== 0n) {
    while ((top & 1n) === 0n) {
      top >>= 1n;
      const rest = bottom & 7n;
      if (rest === 3n || rest === 5n) sign = -sign;
    }
    if ((top & 3n) === 3n && (bottom & 3n) === 3n) sign = -sign;
    [top, bottom] = [bottom % top, top];
  }
  return bottom === 1n && sign === 1;
}

/** The number that bytes are, the highest first. */
const numberOf = (bytes: Uint8Array): bigint => bytes.reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
