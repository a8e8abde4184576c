import { z } from 'zod';
import { dnsConfigRecord } from '../../orc8r/schemas/network-dns-config.ts';
import { int32 } from '../../../core/rest/fields.ts';

export const gatewayDnsRecords = z
  .array(dnsConfigRecord)
  .meta({ id: 'gateway_dns_records', description: 'Names that the gateway answers itself' });

export const gatewayDnsConfigs = z
  .object({
    enable_caching: z.boolean().describe('Keep answers of other servers for a while'),
    local_ttl: int32().meta({
      description: 'Seconds for which others may keep answers that the gateway gives from its records',
      examples: [60],
    }),
    dhcp_server_enabled: z.boolean().describe('Run the DHCP server for eNodeBs'),
    records: gatewayDnsRecords.optional(),
  })
  .meta({ id: 'gateway_dns_configs', description: 'DNS and DHCP settings of one gateway' });

export type GatewayDnsConfigs = z.infer<typeof gatewayDnsConfigs>;
