import { z } from 'zod';
import { isCidr, isCidrv4, isIpv4, isIpv6, uint32 } from '../../../core/rest/fields.ts';

const isAddress4 = (text: string): boolean => isIpv4(text) || isCidrv4(text);
const isAddress = (text: string): boolean => isIpv4(text) || isIpv6(text) || isCidr(text);

const ipAddressMatch = z
  .object({
    version: z.enum(['IPv4', 'IPv6']).optional().describe('Family of the address; IPv4 when left out'),
    address: z
      .string()
      .optional()
      .meta({ description: 'Address or block of addresses; any when left out', examples: ['192.0.2.0/24'] }),
  })
  .superRefine(({ version = 'IPv4', address }, ctx) => {
    if (address === undefined) return;
    const fits = version === 'IPv4' ? isAddress4(address) : isAddress(address) && !isAddress4(address);
    if (!fits) ctx.addIssue({ code: 'custom', path: ['address'], message: `must be an ${version} address or block of addresses` });
  })
  .meta({ id: 'ip_address', description: 'One end of a flow' });

const legacyAddress = (end: string) =>
  z
    .string()
    .refine(isAddress4, { error: 'must be an IPv4 address or block of addresses' })
    .optional()
    .meta({ description: `Older form of ip_${end}; is stored, and read back, as that`, examples: ['192.0.2.0/24'] });

const port = (end: string) =>
  uint32()
    .max(65535)
    .optional()
    .meta({ description: `${end} port; any when left out`, examples: [443] });

export const flowMatch = z
  .object({
    ip_proto: z.enum(['IPPROTO_IP', 'IPPROTO_TCP', 'IPPROTO_UDP', 'IPPROTO_ICMP']).describe('Protocol; IPPROTO_IP stands for any'),
    ipv4_src: legacyAddress('src'),
    ipv4_dst: legacyAddress('dst'),
    ip_src: ipAddressMatch.optional().describe('Where the traffic comes from'),
    ip_dst: ipAddressMatch.optional().describe('Where the traffic goes'),
    tcp_src: port('TCP source'),
    tcp_dst: port('TCP destination'),
    udp_src: port('UDP source'),
    udp_dst: port('UDP destination'),
    direction: z.enum(['UPLINK', 'DOWNLINK']).describe('As seen from the subscriber'),
  })
  .superRefine(({ ipv4_src: oldSource, ipv4_dst: oldTarget, ip_src: source, ip_dst: target }, ctx) => {
    if ((oldSource ?? oldTarget) === undefined || (source ?? target) === undefined) return;
    const path = [oldSource === undefined ? 'ipv4_dst' : 'ipv4_src'];
    ctx.addIssue({ code: 'custom', path, message: 'does not go with ip_src and ip_dst: use the one form or the other' });
  })
  .meta({
    id: 'flow_match',
    description: 'Which packets belong to a flow',
    examples: [{ ip_proto: 'IPPROTO_TCP', ip_dst: { version: 'IPv4', address: '192.0.2.0/24' }, tcp_dst: 443, direction: 'UPLINK' }],
  });

export const flowDescription = z
  .object({ action: z.enum(['PERMIT', 'DENY']).describe('What happens to the packets'), match: flowMatch })
  .meta({ id: 'flow_description', description: 'Packets, and what happens to them' });

export type FlowDescription = z.infer<typeof flowDescription>;
export type FlowMatch = z.infer<typeof flowMatch>;
