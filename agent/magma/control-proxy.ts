// control_proxy.yml: where the cloud is, and where the gateway's certificate lies (SOUTHBOUND 0).
import { z } from 'zod';
import type { ConfigFolders } from './config-file.ts';
import { readConfig } from './config-file.ts';

const port = z.number().int().min(1).max(65535);
const host = z.string().min(1).max(253);
const file = z.string().min(1).max(4096);

const schema = z.object({
  local_port: port.default(8443),
  cloud_address: host,
  cloud_port: port.default(443),
  bootstrap_address: host,
  bootstrap_port: port.default(443),
  rootca_cert: file.default('/var/opt/magma/certs/rootCA.pem'),
  gateway_cert: file.default('/var/opt/magma/certs/gateway.crt'),
  gateway_key: file.default('/var/opt/magma/certs/gateway.key'),
  proxy_cloud_connections: z.boolean().default(true),
});

export type ControlProxy = z.infer<typeof schema>;

/** Undefined when there is no such file. Throws with one clear line when it is not valid. */
export const readControlProxy = (folders: ConfigFolders): ControlProxy | undefined => readConfig(folders, 'control_proxy', schema);
