// service_registry.yml: the services of this machine and where they listen.
import { z } from 'zod';
import type { ServiceAddress } from '../proxy/local-services.ts';
import type { ConfigFolders } from './config-file.ts';
import { readConfig } from './config-file.ts';

const schema = z.object({
  services: z
    .record(
      z.string().regex(/^[A-Za-z0-9_]{1,64}$/, 'a service is named by letters, digits and underscores'),
      z.object({ ip_address: z.string().min(1).max(253), port: z.number().int().min(1).max(65535) }),
    )
    .nullish(),
});

/** Services by name, in lower case; none when there is no such file. Throws with one clear line when it is not valid. */
export function readServiceRegistry(folders: ConfigFolders): ReadonlyMap<string, ServiceAddress> {
  const registry = readConfig(folders, 'service_registry', schema);
  return new Map(
    Object.entries(registry?.services ?? {}).map(([name, { ip_address, port }]) => [name.toLowerCase(), { host: ip_address, port }]),
  );
}
