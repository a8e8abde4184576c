import { z } from 'zod';
import { aaaServer } from '../../feg/schemas/aaa-server.ts';
import { eapAka, eapSim } from '../../feg/schemas/eap.ts';

export const liUes = z
  .object({
    imsis: z.array(z.string()).describe('Subscribers, by IMSI'),
    msisdns: z.array(z.string()).describe('Subscribers, by telephone number'),
    macs: z.array(z.string()).describe('Devices, by MAC address'),
    ips: z.array(z.string()).describe('Devices, by IP address'),
  })
  .meta({ id: 'li_ues', description: 'Whose traffic is copied for lawful interception' });

export const networkCarrierWifiConfigs = z
  .object({
    default_rule_id: z.string().describe('Policy rule for traffic that no other rule matches; empty for none'),
    network_services: z.array(z.enum(['dpi', 'policy_enforcement'])).describe('Services run on subscriber traffic'),
    eap_aka: eapAka,
    eap_sim: eapSim.optional(),
    aaa_server: aaaServer,
    li_ues: liUes.optional(),
  })
  .meta({ id: 'network_carrier_wifi_configs', description: 'What all gateways of a carrier Wi-Fi network share' });

export type LiUes = z.infer<typeof liUes>;
export type NetworkCarrierWifiConfigs = z.infer<typeof networkCarrierWifiConfigs>;
