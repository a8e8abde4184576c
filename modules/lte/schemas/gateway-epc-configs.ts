import { z } from 'zod';
import { cidr, cidrv4, ipv4, ipv6, isCidr, isIpv4, isIpv6, keepZero, nonEmpty } from '../../../core/rest/fields.ts';
import { subscriberdbSyncInterval } from './network-epc-configs.ts';

const ipv6Block = () =>
  z.string().refine((text) => isCidr(text) && text.includes(':'), { error: 'must be an IPv6 address block such as fd00::/64' });
const addressOrBlock = () =>
  z
    .string()
    .min(5)
    .max(49)
    .refine((text) => isIpv4(text) || isIpv6(text) || isCidr(text), { error: 'must be an IP address, with or without a prefix length' });

export const gatewayEpcConfigs = z
  .object({
    nat_enabled: z.boolean().describe('Translate subscriber addresses at the gateway'),
    ip_block: cidrv4().min(5).max(49).describe('Block that subscribers are given IPv4 addresses from'),
    ipv6_block: ipv6Block().optional().describe('Block that subscribers are given IPv6 prefixes from'),
    ipv6_prefix_allocation_mode: z.enum(['RANDOM', 'HASH']).optional().describe('How the IPv6 prefix of a subscriber is chosen'),
    dns_primary: ipv4().min(5).max(45).optional().describe('First DNS server told to subscribers'),
    dns_secondary: ipv4().min(5).max(45).optional().describe('Second DNS server told to subscribers'),
    ipv4_p_cscf_addr: ipv4().optional().describe('IMS proxy told to subscribers'),
    ipv6_dns_addr: ipv6().optional().describe('IPv6 DNS server told to subscribers'),
    ipv6_p_cscf_addr: ipv6().optional().describe('IMS proxy told to subscribers with IPv6'),
    ipv4_sgw_s1u_addr: addressOrBlock().optional().describe('Address at which eNodeBs reach the user plane'),
    node_identifier: ipv4().optional().describe('Address that names this gateway to a control plane elsewhere'),
    sgi_management_iface_vlan: nonEmpty().max(4).optional().describe('VLAN of the management interface'),
    sgi_management_iface_static_ip: cidr()
      .min(5)
      .max(49)
      .optional()
      .describe('Fixed address of the management interface, with prefix length'),
    sgi_management_iface_gw: cidr().min(5).max(49).optional().describe('Next hop of the management interface, with prefix length'),
    sgi_management_iface_ipv6_addr: cidr().optional().describe('Fixed IPv6 address of the management interface, with prefix length'),
    sgi_management_iface_ipv6_gw: ipv6().optional().describe('IPv6 next hop of the management interface'),
    congestion_control_enabled: keepZero(z.boolean(), true)
      .optional()
      .describe('Refuse attach requests in overload; goes before the setting of the network'),
    subscriberdb_sync_interval: subscriberdbSyncInterval.optional(),
  })
  .meta({ id: 'gateway_epc_configs', description: 'Packet core settings of one gateway' });

export type GatewayEpcConfigs = z.infer<typeof gatewayEpcConfigs>;
