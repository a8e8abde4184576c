// What a carrying agent is told; the commands count while magmad has no stream open.
import type { MachineCommands } from '../calls/machine-commands.ts';
import type { Clock } from '../clock.ts';
import type { ReconnectTimes } from '../connection/backoff.ts';
import type { Logger } from '../log.ts';
import type { Endpoint } from '../proxy/listener.ts';
import type { ServiceAddress } from '../proxy/local-services.ts';

export interface CarrierOptions extends MachineCommands {
  /** Folder of the agent's own files: the local authority. Made when missing. */
  dataDir: string;
  /** Controller: host, host:port, or a wss URL. */
  controller: string;
  /** The cloud's bootstrap door: host, host:port, or an https URL. */
  bootstrap: string;
  /** PEM of the root CA that both are checked against; without it the system's roots. */
  ca?: string;
  /** The certificate and the key that magmad writes. */
  files: { gatewayCertificate: string; gatewayKey: string };
  /** Where local services are served in control_proxy's place. */
  listen: Endpoint;
  /** Where magmad bootstraps, and the names and addresses it may use for it. */
  bootstrapListen: Endpoint & { names: readonly string[] };
  /** The services of this machine by name. */
  services: ReadonlyMap<string, ServiceAddress>;
  clock?: Clock;
  log?: Logger;
  /** Other waits than docs/protocol.md says; for tests. */
  reconnect?: Partial<ReconnectTimes>;
}
