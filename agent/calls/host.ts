// What may be handed to ping and traceroute as a host.
import type { Clock } from '../clock.ts';

export interface NetworkTestContext {
  clock: Clock;
  signal: AbortSignal;
  /** Other programs than `ping` and `traceroute` of the PATH. */
  pingProgram?: string;
  tracerouteProgram?: string;
}

// It may not begin with a dash: the program would take it for an option.
const HOST = /^[A-Za-z0-9:_][A-Za-z0-9._:%-]{0,252}$/;

/** Why this is no host name or address, or undefined when it is one. */
export function hostFault(host: string): string | undefined {
  return HOST.test(host) ? undefined : `${JSON.stringify(host.slice(0, 80))} is not a host name or an IP address`;
}
