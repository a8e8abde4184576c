import type { TlsClientAuth } from './client-certificate.ts';

/** The three doors, told apart by port here and by hostname on Cloudflare. */
export type DoorName = 'api' | 'controller' | 'bootstrap';

/** What the Worker finds as `request.cf`; it believes it only when `orc8rFront.secret` is the FRONT_SECRET of this start. */
export interface FrontBlob {
  clientIp: string;
  tlsVersion: string;
  tlsCipher: string;
  tlsClientAuth: TlsClientAuth;
  orc8rFront: { secret: string; door: DoorName };
}

/** The blob as a header value: a header carries Latin-1 only, names in certificates may hold anything. */
export function encodeBlob(blob: FrontBlob): string {
  return JSON.stringify(blob).replaceAll(/[^\x20-\x7e]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
