// magmad.yml: which init system runs Magma's services.
import { z } from 'zod';
import type { ConfigFolders } from './config-file.ts';
import { readConfig } from './config-file.ts';

/** What restarts a service, by init system; `{service}` stands for its name. */
const RESTART_COMMANDS = {
  systemd: 'systemctl restart magma@{service}',
  docker: 'docker restart {service}',
  runit: 'sv restart {service}',
} as const;

const schema = z.object({ init_system: z.enum(['systemd', 'docker', 'runit']).optional() });

/** The command that restarts a service of this machine; undefined when magmad.yml is not there or names no init system. Throws when it is not valid. */
export function restartCommandOf(folders: ConfigFolders): string | undefined {
  const system = readConfig(folders, 'magmad', schema)?.init_system;
  return system && RESTART_COMMANDS[system];
}
