import { applyD1Migrations, type D1Migration } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import type { NetworkPort, GatewayPort } from '../../durable-objects/ports.ts';
import type { Environment } from '../../workers/environment.ts';

/** The bindings of the Worker under test. */
export const bindings = env as unknown as Environment & { readonly MIGRATIONS: D1Migration[]; readonly FRONT_SECRET: string };

/** The Worker's own entry, as a request from outside reaches it. */
export const worker = (exports as unknown as { default: Fetcher }).default;

/** Brings D1 up to date; storage is each test file's own. */
export const migrateD1 = (): Promise<void> => applyD1Migrations(bindings.DB, bindings.MIGRATIONS);

/** An object as its callers see it, and the stub that the tools of `cloudflare:test` take. */
export interface Reached<Port> {
  readonly port: Port;
  readonly stub: DurableObjectStub;
}

export function gateway(hardwareId: string): Reached<GatewayPort> {
  const stub = bindings.GATEWAY.getByName(hardwareId);
  return { stub, port: stub as unknown as GatewayPort };
}

export function network(networkId: string): Reached<NetworkPort> {
  const stub = bindings.NETWORK.getByName(networkId);
  return { stub, port: stub as unknown as NetworkPort };
}
