import type { MconfigEntry } from '../../../core/module/facets.ts';
import { MobilityD_IpAllocatorType, MobilityDSchema } from '../../../proto/gen/lte/protos/mconfig/mconfigs_pb.js';
import { LogLevel } from '../../../proto/gen/orc8r/protos/common_pb.js';
import { entry } from '../../orc8r/mconfig/entry.ts';
import type { LteGateway } from './lte-gateway.ts';

/** Key `mobilityd`. Only DHCP_BROADCAST asks a DHCP server; all other modes hand out addresses of the gateway's block. */
export function mobilityd({ network, gateway }: LteGateway): readonly MconfigEntry[] {
  const { mobility } = network.epc;
  return [
    entry('mobilityd', MobilityDSchema, {
      logLevel: LogLevel.INFO,
      ipBlock: gateway.epc.ip_block,
      ipAllocatorType:
        mobility?.ip_allocation_mode === 'DHCP_BROADCAST' ? MobilityD_IpAllocatorType.DHCP : MobilityD_IpAllocatorType.IP_POOL,
      staticIpEnabled: mobility?.enable_static_ip_assignments ?? false,
      multiApnIpAlloc: mobility?.enable_multi_apn_ip_allocation ?? false,
      ipv6Block: gateway.epc.ipv6_block,
      ipv6PrefixAllocationType: gateway.epc.ipv6_prefix_allocation_mode,
    }),
  ];
}
