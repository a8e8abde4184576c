// The bootstrap door as the agent calls it: Connect over HTTPS, no client certificate, the root CA pinned.
import type { Client, Transport } from '@connectrpc/connect';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { Bootstrapper, Registration } from '../../proto/gen/orc8r/protos/bootstrapper_pb.js';
import { isUntrusted, reasonOf } from '../log.ts';

export interface BootstrapCloud {
  bootstrapper: Client<typeof Bootstrapper>;
  registration: Client<typeof Registration>;
}

const TIMEOUT_MS = 15_000;

/** `address` is host:port or an https URL; `ca` PEM, or undefined for the system's roots. */
export function connectBootstrapCloud(address: string, ca: string | undefined): BootstrapCloud {
  const transport = bootstrapTransport(address, ca);
  return { bootstrapper: createClient(Bootstrapper, transport), registration: createClient(Registration, transport) };
}

/** The same door for messages of any of its methods. */
export function bootstrapTransport(address: string, ca: string | undefined): Transport {
  return createConnectTransport({
    baseUrl: address.includes('://') ? address : `https://${address}`,
    httpVersion: '1.1',
    defaultTimeoutMs: TIMEOUT_MS,
    // A bootstrap is rare: no connection is kept for the next one.
    nodeOptions: ca === undefined ? { agent: false } : { ca, agent: false },
  });
}

/** The cloud's own words for a refusal, with the code; or what went wrong on the way to it. */
export function bootstrapFault(error: unknown): string {
  if (!(error instanceof ConnectError)) return reasonOf(error);
  if (isUntrusted(error.cause)) return `${Code[error.code] ?? error.code}: ${reasonOf(error.cause)}`;
  const cause = error.cause instanceof Error && !error.rawMessage.includes(error.cause.message) ? ` (${reasonOf(error.cause)})` : '';
  return `${Code[error.code] ?? error.code}: ${error.rawMessage}${cause}`;
}
