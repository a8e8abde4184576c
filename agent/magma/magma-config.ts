// All that the agent takes from Magma's files.
import type { ServiceAddress } from '../proxy/local-services.ts';
import type { ConfigFolders } from './config-file.ts';
import type { ControlProxy } from './control-proxy.ts';
import { readControlProxy } from './control-proxy.ts';
import { restartCommandOf } from './magmad.ts';
import { readServiceRegistry } from './service-registry.ts';

export interface MagmaConfig {
  folders: ConfigFolders;
  /** Undefined when there is no control_proxy.yml. */
  controlProxy: ControlProxy | undefined;
  services: ReadonlyMap<string, ServiceAddress>;
  restartCommand: string | undefined;
}

/** Throws with one clear line that names the file when one is not valid; a file that is not there is left out. */
export function readMagmaConfig(folders: ConfigFolders): MagmaConfig {
  return {
    folders,
    controlProxy: readControlProxy(folders),
    services: readServiceRegistry(folders),
    restartCommand: restartCommandOf(folders),
  };
}
