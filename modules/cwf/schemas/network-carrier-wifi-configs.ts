import { z } from 'zod';
import { aaaServer } from '../../feg/schemas/aaa-server.ts';
import { eapAka, eapSim } from '../../feg/schemas/eap.ts';

export const liUes = z
  .object({
    imsis: z.array(z.string()).meta({ description: 'Subscribers whose traffic is copied, by IMSI', examples: [['001010000000001']] }),
    msisdns: z
      .array(z.string())
      .meta({ description: 'Subscribers whose traffic is copied, by telephone number', examples: [['4915112345678']] }),
    macs: z.array(z.string()).meta({ description: 'Devices whose traffic is copied, by MAC address', examples: [['0a:00:27:00:00:01']] }),
    ips: z.array(z.string()).meta({ description: 'Devices whose traffic is copied, by IP address', examples: [['192.168.128.12']] }),
  })
  .meta({ id: 'li_ues', description: 'Whose traffic is copied for lawful interception' });

export const networkCarrierWifiConfigs = z
  .object({
    default_rule_id: z.string().meta({
      description: 'Id of the policy rule for Wi-Fi traffic that no other rule matches; empty for none',
      examples: ['default_rule'],
    }),
    network_services: z.array(z.enum(['dpi', 'policy_enforcement'])).describe('Services run on subscriber traffic'),
    eap_aka: eapAka,
    eap_sim: eapSim.optional(),
    aaa_server: aaaServer,
    li_ues: liUes.optional(),
  })
  .meta({ id: 'network_carrier_wifi_configs', description: 'What all gateways of a carrier Wi-Fi network share' });

export type LiUes = z.infer<typeof liUes>;
export type NetworkCarrierWifiConfigs = z.infer<typeof networkCarrierWifiConfigs>;
