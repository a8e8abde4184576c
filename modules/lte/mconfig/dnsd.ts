import type { MconfigEntry } from '../../../core/module/facets.ts';
import { DnsDSchema } from '../../../proto/gen/lte/protos/mconfig/mconfigs_pb.js';
import { LogLevel } from '../../../proto/gen/orc8r/protos/common_pb.js';
import { entry, int32 } from '../../orc8r/mconfig/entry.ts';
import type { LteGateway } from './lte-gateway.ts';

/** Key `dnsd`. A gateway without a `dns` config runs the DHCP server for its eNodeBs and caches nothing. */
export function dnsd({ gateway: { dns } }: LteGateway): readonly MconfigEntry[] {
  return [
    entry('dnsd', DnsDSchema, {
      logLevel: LogLevel.INFO,
      enableCaching: dns?.enable_caching,
      localTTL: int32(dns?.local_ttl ?? 0),
      records: (dns?.records ?? []).map(({ domain, a_record, aaaa_record, cname_record }) => ({
        domain,
        aRecord: [...(a_record ?? [])],
        aaaaRecord: [...(aaaa_record ?? [])],
        cnameRecord: [...(cname_record ?? [])],
      })),
      dhcpServerEnabled: dns ? dns.dhcp_server_enabled : true,
    }),
  ];
}
