import { z } from 'zod';
import { int64, ipv4, nonEmpty, unset } from '../../../core/rest/fields.ts';

const untyped = (id: string, description: string) => z.looseObject({}).meta({ id, description });
const mmeState = untyped('untyped_mme_state', 'State as a service of the gateway reported it');

export const subscriberState = z
  .object({
    subscriber_state: untyped('untyped_subscriber_state', 'Sessions as the gateway reported them').optional(),
    s1ap: mmeState.optional().describe('What the S1 service knows'),
    mme: mmeState.optional().describe('What the mobility management knows'),
    spgw: mmeState.optional().describe('What the packet gateway knows'),
    mobility: z
      .array(
        z
          .object({
            apn: nonEmpty().meta({ description: 'Access point that the address belongs to', examples: ['internet'] }),
            ip: ipv4().meta({ description: 'IPv4 address that the subscriber has there', examples: ['192.168.128.12'] }),
          })
          .meta({ id: 'subscriber_ip_allocation', description: 'Address of a subscriber at an access point' }),
      )
      .optional()
      .describe('Addresses in use'),
    directory: z
      .object({
        location_history: unset(
          z.array(z.string()).meta({
            description: 'Hardware ids of the gateways that served the subscriber, the newest first',
            examples: [['22ffea10-7fc4-4427-975a-b9e4ce8f6f4d']],
          }),
          'null',
        ),
      })
      .meta({ id: 'subscriber_directory_record', description: 'Where a subscriber is and was' })
      .optional(),
  })
  .meta({ id: 'subscriber_state', description: 'What gateways reported of a subscriber' });

export const subscriberStatus = z
  .object({
    icmp: z
      .object({
        latency_ms: unset(
          z.number().meta({ description: 'Round-trip time of the last ping to the device, in milliseconds', examples: [32.5] }),
          'null',
        ),
        last_reported_time: int64()
          .optional()
          .meta({ description: 'When the gateway reported this, unix milliseconds', examples: [1767182400000] }),
      })
      .meta({ id: 'icmp_status', description: 'How long a ping takes' })
      .optional(),
  })
  .meta({ id: 'subscriber_status', description: 'How well a subscriber is reached' });
