import { z } from 'zod';
import { ipv4, ipv6, nonEmpty, nullWhenUnset, uint32 } from '../../../core/rest/fields.ts';

export const dnsConfigRecord = z
  .object({
    domain: nonEmpty().meta({ description: 'Domain name that the gateway answers for', examples: ['cache.example.com'] }),
    a_record: nullWhenUnset(z.array(ipv4())).meta({ description: 'IPv4 addresses of the name', examples: [['192.0.2.10']] }),
    aaaa_record: nullWhenUnset(z.array(ipv6())).meta({ description: 'IPv6 addresses of the name', examples: [['2001:db8::10']] }),
    cname_record: nullWhenUnset(z.array(nonEmpty())).meta({
      description: 'Other names that this one stands for',
      examples: [['www.example.com']],
    }),
  })
  .meta({ id: 'dns_config_record', description: 'What gateways answer when asked for one name' });

export const networkDnsRecords = z
  .array(dnsConfigRecord)
  .meta({ id: 'network_dns_records', description: 'Names that gateways answer for themselves' });

export const networkDnsConfig = z
  .object({
    enable_caching: z.boolean().describe('Whether gateways keep answers of the DNS servers they ask'),
    local_ttl: uint32().meta({
      description: 'Seconds for which clients may keep answers that the gateway gives from its own records',
      examples: [60],
    }),
    dhcp_server_enabled: z.boolean().optional().describe('Whether gateways hand out addresses on their local ports'),
    records: networkDnsRecords.optional(),
  })
  .meta({ id: 'network_dns_config', description: 'How gateways of a network resolve names' });

export type DnsConfigRecord = z.infer<typeof dnsConfigRecord>;
export type NetworkDnsRecords = z.infer<typeof networkDnsRecords>;
export type NetworkDnsConfig = z.infer<typeof networkDnsConfig>;
