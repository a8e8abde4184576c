import { md5 } from '@noble/hashes/legacy.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** MD5 as Magma's digests use it: to tell contents apart, never for secrecy. WebCrypto has no MD5 outside workerd. */
export const md5Hex = (text: string): string => bytesToHex(md5(utf8ToBytes(text)));
