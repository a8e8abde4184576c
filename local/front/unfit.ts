import type { IncomingMessage } from 'node:http';
import { hasHost, headerSize, namesHost } from './headers.ts';
import { type Refusal, refusals } from './refusals.ts';

/** Bytes of all headers together. */
export const MAX_HEADERS = 32 * 1024;
/** Characters of path and query beyond which the Worker, which takes a quarter of it, need not be asked. */
const MAX_TARGET = 32 * 1024;

/** The Host of a request that need not name one: HTTP/1.0 knows none. Nobody goes by it, since the front says which door was taken. */
export const NO_HOST = 'localhost';

/** Why the front does not hand a request to the Worker. */
export function unfit({ httpVersion, rawHeaders, url = '' }: IncomingMessage): Refusal | undefined {
  if (url.length > MAX_TARGET) return refusals.uriTooLong;
  if (headerSize(rawHeaders) > MAX_HEADERS) return refusals.headerTooLarge;
  return namesHost(rawHeaders) || (httpVersion === '1.0' && !hasHost(rawHeaders)) ? undefined : refusals.badHost;
}

/** The Host that the request is handed on with where it has none of its own. */
export const hostOf = (raw: readonly string[]): string[] => (hasHost(raw) ? [] : ['Host', NO_HOST]);
