import { z } from 'zod';
import { ipv4 } from '../../../core/rest/fields.ts';

export const carrierWifiGatewayHealthStatus = z
  .object({
    status: z.enum(['HEALTHY', 'UNHEALTHY']).describe('The verdict of the gateway on itself'),
    description: z
      .string()
      .meta({ description: 'What of the gateway the verdict rests on', examples: ['gre peers reachable, load within bounds'] }),
  })
  .meta({ id: 'carrier_wifi_gateway_health_status', description: 'Health of a carrier Wi-Fi gateway' });

export const carrierWifiHaPairStatus = z
  .object({ active_gateway: z.string().meta({ description: 'Id of the gateway that serves at present', examples: ['agw1'] }) })
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
    location_history: z.array(z.string()).meta({
      description: 'Hardware ids of the gateways that served the subscriber, the newest first',
      examples: [['22ffea10-7fc4-4427-975a-b9e4ce8f6f4d']],
    }),
    ipv4_addr: ipv4()
      .optional()
      .meta({ description: 'IPv4 address that the subscriber has at present', examples: ['192.168.128.12'] }),
    mac_addr: z
      .string()
      .optional()
      .meta({ description: 'MAC address of the device that the subscriber uses', examples: ['0a:00:27:00:00:01'] }),
  })
  .meta({ id: 'cwf_subscriber_directory_record', description: 'Where a subscriber is' });
