// From the command line and Magma's files to the options of a carrying agent.
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import type { MachineCommands } from '../calls/machine-commands.ts';
import { localRootFile } from '../carry/local-authority.ts';
import type { CarrierOptions } from '../carry/options.ts';
import type { MagmaConfig } from '../magma/magma-config.ts';
import type { Endpoint } from '../proxy/listener.ts';
import { readText, UsageError } from './usage.ts';

/** What the command line says, over what the files say. */
export interface CarryFlags {
  dataDir: string;
  controller: string | undefined;
  bootstrap: string | undefined;
  /** PEM. */
  ca: string | undefined;
  listen: Endpoint | undefined;
  bootstrapListen: Endpoint | undefined;
  more: MachineCommands;
}

const DEFAULT_BOOTSTRAP_PORT = 8444;

/** Throws UsageError when something is missing, or would lead the agent to itself. */
export function carrierOptions(flags: CarryFlags, { controlProxy, services, restartCommand, folders }: MagmaConfig): CarrierOptions {
  const { dataDir, more } = flags;
  if (!controlProxy) {
    throw new UsageError(`--carry: there is no control_proxy.yml in ${folders.defaults} or ${folders.overrides}; give --config-dir`);
  }
  const { cloud_address, cloud_port, bootstrap_address, bootstrap_port, rootca_cert, gateway_cert, gateway_key } = controlProxy;
  if (flags.controller === undefined && isThisMachine(cloud_address)) {
    throw new UsageError(
      `--carry: cloud_address of control_proxy.yml is ${cloud_address}, this machine: say with --controller where the cloud is`,
    );
  }
  if (flags.bootstrap === undefined && isThisMachine(bootstrap_address)) {
    throw new UsageError(
      `--carry: bootstrap_address of control_proxy.yml is ${bootstrap_address}, this machine: say with --bootstrap where the cloud's bootstrap door is`,
    );
  }
  if (flags.ca === undefined && resolve(rootca_cert) === resolve(localRootFile(dataDir))) {
    throw new UsageError(`--carry: rootca_cert of control_proxy.yml is this agent's own file: say with --ca where the cloud's root CA is`);
  }
  const bootstrapListen = flags.bootstrapListen ?? {
    host: '127.0.0.1',
    port: isThisMachine(bootstrap_address) ? bootstrap_port : DEFAULT_BOOTSTRAP_PORT,
  };
  return {
    dataDir,
    controller: flags.controller ?? `${cloud_address}:${cloud_port}`,
    bootstrap: flags.bootstrap ?? `${bootstrap_address}:${bootstrap_port}`,
    ca: flags.ca ?? readText(rootca_cert, 'rootca_cert of control_proxy.yml, which --ca replaces'),
    files: { gatewayCertificate: gateway_cert, gatewayKey: gateway_key },
    listen: flags.listen ?? { host: '127.0.0.1', port: controlProxy.local_port },
    bootstrapListen: { ...bootstrapListen, names: bootstrapNames(bootstrap_address, bootstrapListen.host) },
    services,
    ...(restartCommand === undefined ? {} : { restartCommand }),
    ...more,
  };
}

/** What magmad and register.py may call the local bootstrap port. */
function bootstrapNames(...more: string[]): string[] {
  const names = ['localhost', 'bootstrapper-controller.localhost', '127.0.0.1', '::1', ...more];
  return [...new Set(names)].filter((name) => name !== '0.0.0.0' && name !== '::');
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
