import { z } from 'zod';
import { ipv4 } from '../../../core/rest/fields.ts';

export const carrierWifiGatewayHealthStatus = z
  .object({
    status: z.enum(['HEALTHY', 'UNHEALTHY']).describe('The verdict of the gateway on itself'),
    description: z.string().describe('What the verdict rests on'),
  })
  .meta({ id: 'carrier_wifi_gateway_health_status', description: 'Health of a carrier Wi-Fi gateway' });

export const carrierWifiHaPairStatus = z
  .object({ active_gateway: z.string().describe('Id of the gateway that serves at present') })
  .meta({ id: 'carrier_wifi_ha_pair_status', description: 'Which gateway of a pair serves' });

export const carrierWifiHaPairState = z
  .object({
    ha_pair_status: carrierWifiHaPairStatus.optional(),
    gateway1_health: carrierWifiGatewayHealthStatus.optional(),
    gateway2_health: carrierWifiGatewayHealthStatus.optional(),
  })
  .meta({ id: 'carrier_wifi_ha_pair_state', description: 'What the gateways of a pair last reported' });

export const cwfSubscriberDirectoryRecord = z
  .object({
    location_history: z.array(z.string()).describe('Hardware ids of the gateways that served the subscriber, the newest first'),
    ipv4_addr: ipv4().optional().describe('Address that the subscriber has'),
    mac_addr: z.string().optional().describe('MAC address of the device'),
  })
  .meta({ id: 'cwf_subscriber_directory_record', description: 'Where a subscriber is' });
