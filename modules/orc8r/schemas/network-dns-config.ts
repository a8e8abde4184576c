import { z } from 'zod';
import { ipv4, ipv6, nonEmpty, nullWhenUnset, uint32 } from '../../../core/rest/fields.ts';

export const dnsConfigRecord = z
  .object({
    domain: nonEmpty().describe('Name that the gateway answers for'),
    a_record: nullWhenUnset(z.array(ipv4())).describe('IPv4 addresses of the name'),
    aaaa_record: nullWhenUnset(z.array(ipv6())).describe('IPv6 addresses of the name'),
    cname_record: nullWhenUnset(z.array(nonEmpty())).describe('Other names that this one stands for'),
  })
  .meta({ id: 'dns_config_record', description: 'What gateways answer when asked for one name' });

export const networkDnsRecords = z
  .array(dnsConfigRecord)
  .meta({ id: 'network_dns_records', description: 'Names that gateways answer for themselves' });

export const networkDnsConfig = z
  .object({
    enable_caching: z.boolean().describe('Whether gateways keep answers of the DNS servers they ask'),
    local_ttl: uint32().describe('How long clients may keep answers given by the gateway itself, in seconds'),
    dhcp_server_enabled: z.boolean().optional().describe('Whether gateways hand out addresses on their local ports'),
    records: networkDnsRecords.optional(),
  })
  .meta({ id: 'network_dns_config', description: 'How gateways of a network resolve names' });

export type DnsConfigRecord = z.infer<typeof dnsConfigRecord>;
export type NetworkDnsRecords = z.infer<typeof networkDnsRecords>;
export type NetworkDnsConfig = z.infer<typeof networkDnsConfig>;
