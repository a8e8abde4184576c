// From the command line and Magma's files to the options of an agent of its own.
import { existsSync } from 'node:fs';
import type { MagmaConfig } from '../magma/magma-config.ts';
import type { AgentOptions } from '../options.ts';
import type { Endpoint } from '../proxy/listener.ts';
import { readText, UsageError } from './usage.ts';

/** What the command line says, over what the files say. */
export interface RunFlags {
  dataDir: string;
  controller: string | undefined;
  bootstrap: string | undefined;
  /** PEM. */
  ca: string | undefined;
  listen: Endpoint | undefined;
  more: Partial<AgentOptions>;
}

const DEFAULT_LISTEN_PORT = 8443;

/** Throws UsageError when nobody says where the controller is. `magma` is undefined when no files are to be read. */
export function runOptions(flags: RunFlags, magma: MagmaConfig | undefined): AgentOptions {
  const proxy = magma?.controlProxy;
  const controller = flags.controller ?? (proxy && `${proxy.cloud_address}:${proxy.cloud_port}`);
  if (!controller)
    throw new UsageError('--controller is missing: give the address of the controller, for instance --controller localhost:8443');
  // The two doors belong together: one from here and one from the files could be of different clouds.
  const bootstrap =
    flags.bootstrap ?? (flags.controller === undefined && proxy ? `${proxy.bootstrap_address}:${proxy.bootstrap_port}` : undefined);
  const ca =
    flags.ca ?? (proxy && existsSync(proxy.rootca_cert) ? readText(proxy.rootca_cert, 'rootca_cert of control_proxy.yml') : undefined);
  const listen = flags.listen ?? (magma && { host: '127.0.0.1', port: proxy?.local_port ?? DEFAULT_LISTEN_PORT });
  return {
    dataDir: flags.dataDir,
    controller,
    ...(bootstrap === undefined ? {} : { bootstrap }),
    ...(ca === undefined ? {} : { ca }),
    ...flags.more,
    ...(listen ? { listen } : {}),
    ...(magma ? { services: magma.services } : {}),
  };
}
