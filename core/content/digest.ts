import { md5 } from '@noble/hashes/legacy.js';
import { toBase64, utf8Bytes } from '../identity/bytes.ts';

/** Bytes of an MD5. */
export const DIGEST_BYTES = 16;

/** Digest of one item under its id. The id is part of it, so that two items with the same content do not cancel out. */
export function itemDigest(id: string, value: Uint8Array): Uint8Array {
  return md5.create().update(utf8Bytes(id)).update(new Uint8Array(1)).update(value).digest();
}

/** 24 characters: base64 of an MD5 (SOUTHBOUND.md 7, "Root digest"). */
export const digestText = (digest: Uint8Array): string => toBase64(digest);

/** Digest of a gateway's share of a set; that of nothing when it has none. */
export const shareDigest = (share: Uint8Array | undefined): string => digestText(md5(share ?? new Uint8Array()));

/**
 * The digest of a whole set, kept up to date item by item whatever the set's size: the sum of its items' digests, as 128-bit numbers, so
 * the order in which they came does not matter. It tells contents apart and is no defence against somebody who makes them up; only
 * operators do.
 */
export class SetDigest {
  #sum: bigint;
  #count: number;

  constructor(sum: Uint8Array = new Uint8Array(DIGEST_BYTES), count = 0) {
    this.#sum = toNumber(sum);
    this.#count = count;
  }

  get count(): number {
    return this.#count;
  }

  /** To make another of, later. */
  get sum(): Uint8Array {
    return toBytes(this.#sum);
  }

  add(digest: Uint8Array): void {
    this.#sum = (this.#sum + toNumber(digest)) & MASK;
    this.#count += 1;
  }

  remove(digest: Uint8Array): void {
    this.#sum = (this.#sum - toNumber(digest)) & MASK;
    this.#count -= 1;
  }

  /** 24 characters. */
  get text(): string {
    return digestText(
      md5
        .create()
        .update(this.sum)
        .update(utf8Bytes(String(this.#count)))
        .digest(),
    );
  }
}

const MASK = (1n << 128n) - 1n;

function toNumber(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, DIGEST_BYTES);
  return (view.getBigUint64(0) << 64n) | view.getBigUint64(8);
}

function toBytes(value: bigint): Uint8Array {
  const bytes = new Uint8Array(DIGEST_BYTES);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, value >> 64n);
  view.setBigUint64(8, value & 0xffffffffffffffffn);
  return bytes;
}
