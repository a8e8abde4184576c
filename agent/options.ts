// What an agent is told, and the addresses it makes of it.
import type { MachineCommands } from './calls/machine-commands.ts';
import type { Clock } from './clock.ts';
import type { Backoff, ReconnectTimes } from './connection/backoff.ts';
import type { Logger } from './log.ts';
import type { Endpoint } from './proxy/listener.ts';
import type { ServiceAddress } from './proxy/local-services.ts';

export interface AgentOptions extends MachineCommands {
  /** Folder of the identity, certificates, config and stored metrics; made when missing. */
  dataDir: string;
  /** Controller: host, host:port, or a wss URL. */
  controller: string;
  /** Bootstrap door: host, host:port, or an https URL; by default found from the controller's name. */
  bootstrap?: string;
  /** PEM of the root CA that both doors are checked against, or of several during a rollover; without it the system's roots. */
  ca?: string;
  /** Fixes the hardware id; without it one is made on first run. */
  hardwareId?: string;
  /** Registration token. */
  token?: string;
  /** Where gateway.mconfig goes; by default in the data folder. */
  mconfigPath?: string;
  /** Where local services are served in control_proxy's place; without it none are. */
  listen?: Endpoint;
  /** Services of this machine by name, which local services and the cloud may call. */
  services?: ReadonlyMap<string, ServiceAddress>;
  /** False: no check-ins. For benchmarks. */
  checkin?: boolean;
  /** False: of the streams only `configs` is taken. */
  streams?: boolean;
  /** False: no metrics. */
  metrics?: boolean;
  /** Milliseconds between two rounds of metrics; 60,000 by default. */
  metricsIntervalMs?: number;
  clock?: Clock;
  log?: Logger;
  /** Other waits than docs/protocol.md says; for tests. */
  reconnect?: Partial<ReconnectTimes>;
  bootstrapBackoff?: Backoff;
}

const CONTROLLER_PORT = '8443';
const BOOTSTRAP_PORT = '8444';

/** The URL of the socket. Throws with one clear line when the address cannot be one. */
export function controllerUrl(address: string): string {
  const url = parse(address, 'wss:', CONTROLLER_PORT, 'controller');
  if (url.pathname === '/') url.pathname = '/sync';
  return url.href;
}

/** The URL of the bootstrap door: as given, or beside the controller. */
export function bootstrapUrl(address: string | undefined, controller: string): string {
  if (address !== undefined) return parse(address, 'https:', BOOTSTRAP_PORT, 'bootstrap').origin;
  const { hostname, port } = new URL(controllerUrl(controller));
  const beside = hostname.startsWith('controller.') ? `bootstrapper-${hostname}` : hostname;
  // A controller on HTTPS's own port is behind a proxy that tells the doors apart by name.
  return `https://${beside}${port === '' ? '' : `:${BOOTSTRAP_PORT}`}`;
}

function parse(address: string, protocol: 'wss:' | 'https:', port: string, what: string): URL {
  const full = address.includes('://') ? address : `${protocol}//${/:\d+$/.test(address) ? address : `${address}:${port}`}`;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  if (!url || url.protocol !== protocol || url.username || url.search || url.hash) {
    throw new Error(`the ${what} address ${JSON.stringify(address)} is not valid: give host, host:port or a ${protocol}// URL`);
  }
  return url;
}
