// Where the agent keeps what it has to find again after a restart.
import { join } from 'node:path';

export interface Paths {
  hardwareId: string;
  challengeKey: string;
  gatewayKey: string;
  gatewayCertificate: string;
  /** That this gateway was registered, and by which token (its digest). */
  registration: string;
  controlProxy: string;
  mconfig: string;
  metrics: string;
  /** Shared content: subscribers, policies; holds keys. */
  streams: string;
}

/** The layout of a data folder; `mconfig` overrides the place of gateway.mconfig. */
export function pathsOf(dataDir: string, mconfig?: string): Paths {
  return {
    hardwareId: join(dataDir, 'snowflake'),
    challengeKey: join(dataDir, 'certs', 'gw_challenge.key'),
    gatewayKey: join(dataDir, 'certs', 'gateway.key'),
    gatewayCertificate: join(dataDir, 'certs', 'gateway.crt'),
    registration: join(dataDir, 'registration.json'),
    controlProxy: join(dataDir, 'configs', 'control_proxy.yml'),
    mconfig: mconfig ?? join(dataDir, 'configs', 'gateway.mconfig'),
    metrics: join(dataDir, 'metrics'),
    streams: join(dataDir, 'streams', 'streams.sqlite'),
  };
}
