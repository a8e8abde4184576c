import { z } from 'zod';
import { cidr, ipv4 } from '../../../core/rest/fields.ts';

const ipBlock = () => cidr().min(5).max(49);

/** Which blocks belong to which way of handing out addresses. */
const blocksOf: Readonly<Record<string, 'nat' | 'static' | undefined>> = { NAT: 'nat', STATIC: 'static' };

/** How subscribers come by their IP addresses. It has no name of its own in the contract. */
export const networkMobility = z
  .object({
    ip_allocation_mode: z.enum(['NAT', 'STATIC', 'DHCP_PASSTHROUGH', 'DHCP_BROADCAST']).describe('Where subscriber addresses come from'),
    enable_static_ip_assignments: z.boolean().optional().describe('Honour the fixed addresses of subscribers'),
    enable_multi_apn_ip_allocation: z.boolean().optional().describe('Give each APN of a subscriber its own address'),
    reserved_addresses: z
      .array(ipv4())
      .optional()
      .meta({ description: 'IPv4 addresses that are never given to a subscriber', examples: [['192.168.128.1']] }),
    nat: z
      .object({
        ip_blocks: z
          .array(ipBlock())
          .optional()
          .meta({ description: 'Blocks that addresses of subscribers are taken from', examples: [['192.168.128.0/24']] }),
      })
      .optional()
      .describe('Address blocks for mode NAT'),
    static: z
      .object({
        ip_blocks_by_tac: z
          .record(z.string(), z.array(ipBlock()))
          .optional()
          .meta({ description: 'Blocks that addresses are taken from, by tracking area code', examples: [{ '1': ['10.1.0.0/16'] }] }),
      })
      .optional()
      .describe('Address blocks for mode STATIC'),
  })
  .superRefine((mobility, ctx) => {
    const mode = mobility.ip_allocation_mode;
    const given = (['nat', 'static'] as const).filter((name) => mobility[name] !== undefined);
    if (given.length > 1)
      ctx.addIssue({ code: 'custom', path: [], message: 'holds both nat and static; only the one of its ip_allocation_mode may be given' });
    for (const name of given) {
      if (given.length === 1 && blocksOf[mode] !== name) {
        ctx.addIssue({ code: 'custom', path: [name], message: `does not go with ip_allocation_mode ${mode}` });
      }
    }
  })
  .meta({ examples: [{ ip_allocation_mode: 'NAT', enable_static_ip_assignments: false, nat: { ip_blocks: ['192.168.128.0/24'] } }] });
