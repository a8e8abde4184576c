import type { Endpoint } from '../proxy/listener.ts';
import { UsageError } from './usage.ts';

/** `127.0.0.1:8443`, `[::1]:8443`, `localhost:0`. Throws UsageError naming the flag. */
export function parseEndpoint(flag: string, text: string): Endpoint {
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host === undefined || !(port <= 65535)) throw new UsageError(`--${flag} wants host:port, for instance 127.0.0.1:8443, not "${text}"`);
  return { host, port };
}
