import { concat, fromBase64, utf8Bytes } from '../identity/bytes.ts';

/** The platform's secret for what it hands out and must recognise without storing it: challenges and registration tokens. */
export interface BootstrapKey {
  /** HMAC-SHA256 over the purpose and the bytes, so that what is made for one purpose is worthless for another. */
  seal(purpose: string, bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>>;
}

/** Makes it of base64 text, 32 bytes or more. Error: a TypeError when it is shorter or no base64. */
export async function importBootstrapKey(base64: string): Promise<BootstrapKey> {
  const bytes = fromBase64(base64);
  if (!bytes || bytes.byteLength < 32) throw new TypeError('the bootstrap key must be at least 32 bytes in base64');
  const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return {
    async seal(purpose, sealed) {
      return new Uint8Array(await crypto.subtle.sign('HMAC', key, concat(utf8Bytes(`orc8r ${purpose}\0`), sealed)));
    },
  };
}
