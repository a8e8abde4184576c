import type { Door } from '../core/identity/client.ts';

/**
 * The door that a hostname leads to. Magma's gateways put the service in front (`streamer-controller.<domain>`), and
 * `bootstrapper-controller.<domain>` is the one that asks for no certificate. Source: SOUTHBOUND 1.
 */
export function doorOf(hostname: string): Door {
  const [first = ''] = hostname.toLowerCase().split('.');
  if (first === 'bootstrapper-controller') return 'bootstrap';
  if (first === 'controller' || first.endsWith('-controller')) return 'controller';
  return 'api';
}
