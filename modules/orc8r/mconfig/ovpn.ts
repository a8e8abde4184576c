import type { GatewayGraph, MconfigEntry } from '../../../core/module/facets.ts';
import { OpenVPNSchema } from '../../../proto/gen/orc8r/protos/mconfig/mconfigs_pb.js';
import { magmadConfig } from './configs.ts';
import { entry } from './entry.ts';

/**
 * Key `ovpn`. The facts leave open whether it is there without a `vpn` config. It always is here: the file that a gateway
 * gets replaces its default one as a whole, and a service whose key is missing does not start. Without config: no shell.
 */
export function ovpn(input: GatewayGraph): readonly MconfigEntry[] {
  return [entry('ovpn', OpenVPNSchema, { enableShellAccess: magmadConfig(input).vpn?.enable_shell ?? false })];
}
