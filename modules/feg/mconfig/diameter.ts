import type { MessageInitShape } from '@bufbuild/protobuf';
import type { DiamClientConfigSchema, DiamServerConfigSchema } from '../../../proto/gen/feg/protos/mconfig/mconfigs_pb.js';
import type { DiameterClientConfigs, DiameterServerConfigs } from '../schemas/diameter.ts';

type Client = MessageInitShape<typeof DiamClientConfigSchema>;

/** A server to dial, as its message has it; undefined for none. */
export function diameterClient(config: DiameterClientConfigs): Client;
export function diameterClient(config: DiameterClientConfigs | undefined): Client | undefined;
export function diameterClient(config: DiameterClientConfigs | undefined): Client | undefined {
  return (
    config && {
      protocol: config.protocol,
      address: config.address,
      retransmits: config.retransmits,
      watchdogInterval: config.watchdog_interval,
      retryCount: config.retry_count,
      localAddress: config.local_address,
      productName: config.product_name,
      realm: config.realm,
      host: config.host,
      destRealm: config.dest_realm,
      destHost: config.dest_host,
      disableDestHost: config.disable_dest_host,
      overwriteDestHost: config.overwrite_dest_host,
      requestTimeout: config.request_timeout,
    }
  );
}

interface Servers {
  readonly server?: DiameterClientConfigs | undefined;
  readonly servers?: readonly DiameterClientConfigs[] | null | undefined;
}

/** The servers of a service: its list, or where that is empty the one server of older configs. */
export function diameterClients({ server, servers }: Servers): Client[] {
  const list = servers?.length ? servers : server ? [server] : [];
  return list.map((each) => diameterClient(each));
}

/** A server to run, as its message has it; undefined for none. */
export const diameterServer = (config: DiameterServerConfigs | undefined): MessageInitShape<typeof DiamServerConfigSchema> | undefined =>
  config && {
    protocol: config.protocol,
    address: config.address,
    localAddress: config.local_address,
    destHost: config.dest_host,
    destRealm: config.dest_realm,
  };
