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
    ip_block: cidrv4()
      .min(5)
      .max(49)
      .meta({ description: 'Block that subscribers are given IPv4 addresses from', examples: ['192.168.128.0/24'] }),
    ipv6_block: ipv6Block()
      .optional()
      .meta({ description: 'Block that subscribers are given IPv6 prefixes from', examples: ['fdee:5:6c::/48'] }),
    ipv6_prefix_allocation_mode: z.enum(['RANDOM', 'HASH']).optional().describe('How the IPv6 prefix of a subscriber is chosen'),
    dns_primary: ipv4()
      .min(5)
      .max(45)
      .optional()
      .meta({ description: 'First IPv4 DNS server told to subscribers', examples: ['8.8.8.8'] }),
    dns_secondary: ipv4()
      .min(5)
      .max(45)
      .optional()
      .meta({ description: 'Second IPv4 DNS server told to subscribers', examples: ['8.8.4.4'] }),
    ipv4_p_cscf_addr: ipv4()
      .optional()
      .meta({ description: 'IPv4 address of the IMS proxy (P-CSCF) told to subscribers', examples: ['192.0.2.30'] }),
    ipv6_dns_addr: ipv6()
      .optional()
      .meta({ description: 'IPv6 DNS server told to subscribers', examples: ['2001:4860:4860::8888'] }),
    ipv6_p_cscf_addr: ipv6()
      .optional()
      .meta({ description: 'IPv6 address of the IMS proxy (P-CSCF) told to subscribers', examples: ['2001:db8::30'] }),
    ipv4_sgw_s1u_addr: addressOrBlock()
      .optional()
      .meta({
        description: 'Address at which eNodeBs reach the user plane (S1-U), with or without a prefix length',
        examples: ['192.0.2.40/24'],
      }),
    node_identifier: ipv4()
      .optional()
      .meta({
        description: 'Address by which a control plane that runs elsewhere names this gateway (PFCP node id)',
        examples: ['192.0.2.41'],
      }),
    sgi_management_iface_vlan: nonEmpty()
      .max(4)
      .optional()
      .meta({ description: 'Tag of the VLAN of the management interface', examples: ['0'] }),
    sgi_management_iface_static_ip: cidr()
      .min(5)
      .max(49)
      .optional()
      .meta({
        description: 'Fixed IPv4 address of the management interface, with prefix length; by DHCP when left out',
        examples: ['192.0.2.50/24'],
      }),
    sgi_management_iface_gw: cidr()
      .min(5)
      .max(49)
      .optional()
      .meta({ description: 'IPv4 next hop of the management interface, with prefix length', examples: ['192.0.2.1/24'] }),
    sgi_management_iface_ipv6_addr: cidr()
      .optional()
      .meta({ description: 'Fixed IPv6 address of the management interface, with prefix length', examples: ['2001:db8::50/64'] }),
    sgi_management_iface_ipv6_gw: ipv6()
      .optional()
      .meta({ description: 'IPv6 next hop of the management interface', examples: ['2001:db8::1'] }),
    congestion_control_enabled: keepZero(z.boolean(), true)
      .optional()
      .describe('Refuse attach requests in overload; goes before the setting of the network'),
    subscriberdb_sync_interval: subscriberdbSyncInterval.optional(),
  })
  .meta({ id: 'gateway_epc_configs', description: 'Packet core settings of one gateway' });

export type GatewayEpcConfigs = z.infer<typeof gatewayEpcConfigs>;
