import { z } from 'zod';
import { ipv4, isCidr, isIpv4, isIpv6, keepZero, uint32 } from '../../../core/rest/fields.ts';

/** Beyond this a number does not fit the 32-bit float that gateways are sent. */
const MAX_FLOAT = 3.4028234663852886e38;
const float = () => z.number().min(-MAX_FLOAT).max(MAX_FLOAT);

export const allowedGrePeer = z
  .object({
    ip: z
      .string()
      .min(5)
      .max(49)
      .refine((text) => isIpv4(text) || isIpv6(text) || isCidr(text), { error: 'must be an IP address, with or without a prefix length' })
      .meta({ description: 'IP address of the peer, or a block of addresses', examples: ['192.0.2.80'] }),
    key: keepZero(uint32())
      .optional()
      .meta({ description: 'GRE key that tells its tunnels apart', examples: [100] }),
  })
  .meta({ id: 'allowed_gre_peer', description: 'An access point or controller that may open a GRE tunnel' });

export const allowedGrePeers = z
  .array(allowedGrePeer)
  .superRefine((peers, ctx) => {
    const seen = new Set<string>();
    for (const [index, { ip, key = 0 }] of peers.entries()) {
      const tunnel = `${ip} ${key}`;
      if (seen.has(tunnel)) ctx.addIssue({ code: 'custom', path: [index], message: `repeats the peer ${ip} with key ${key}` });
      seen.add(tunnel);
    }
  })
  .meta({ id: 'allowed_gre_peers', description: 'Who may open GRE tunnels; address and key together occur once' });

export const ipdrExportDst = z
  .object({
    ip: ipv4().meta({ description: 'IPv4 address of the collector of usage records', examples: ['192.0.2.81'] }),
    port: uint32()
      .min(1)
      .meta({ description: 'UDP port at which the collector takes usage records (IPFIX)', examples: [2055] }),
  })
  .meta({ id: 'ipdr_export_dst', description: 'Where usage records are exported to' });

export const gatewayHealthConfigs = z
  .object({
    cpu_util_threshold_pct: float()
      .optional()
      .meta({ description: 'CPU load above which the gateway is unhealthy: a share from 0 to 1', examples: [0.9] }),
    mem_util_threshold_pct: float()
      .optional()
      .meta({ description: 'Memory in use above which the gateway is unhealthy: a share from 0 to 1', examples: [0.9] }),
    gre_probe_interval_secs: uint32()
      .optional()
      .meta({ description: 'Seconds between two probes of the GRE peers', examples: [10] }),
    icmp_probe_pkt_count: uint32()
      .optional()
      .meta({ description: 'ICMP echo requests sent in one probe', examples: [5] }),
  })
  .meta({ id: 'gateway_health_configs', description: 'When a carrier Wi-Fi gateway counts as healthy' });

export const gatewayCwfConfigs = z
  .object({
    allowed_gre_peers: allowedGrePeers,
    ipdr_export_dst: ipdrExportDst.optional(),
    gateway_health_configs: gatewayHealthConfigs.optional(),
  })
  .meta({ id: 'gateway_cwf_configs', description: 'Carrier Wi-Fi settings of one gateway' });

export type AllowedGrePeer = z.infer<typeof allowedGrePeer>;
export type GatewayCwfConfigs = z.infer<typeof gatewayCwfConfigs>;
