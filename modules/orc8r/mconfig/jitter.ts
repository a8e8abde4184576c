/** FNV-1a, 32 bits, of the UTF-8 form of a text. */
export function fnv1a32(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

const float32 = Math.fround;

/**
 * Spreads an interval over gateways: `interval` plus 0 to `share` (0.25 = a quarter) of it, the same for the same key at
 * every time, since a value that changes restarts services. Whole seconds, 32-bit float arithmetic. Source: SOUTHBOUND.md 7, "Jitter".
 */
export function jittered(interval: number, share: number, key: string): number {
  const extra = float32(float32(float32(share) * (fnv1a32(key) % 100)) / 100);
  const spread = float32(float32(interval) * float32(1 + extra));
  return Math.min(Math.trunc(spread), 0xffffffff);
}
