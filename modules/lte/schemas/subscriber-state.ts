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
          .object({ apn: nonEmpty().describe('Access point'), ip: ipv4().describe('Address in use there') })
          .meta({ id: 'subscriber_ip_allocation', description: 'Address of a subscriber at an access point' }),
      )
      .optional()
      .describe('Addresses in use'),
    directory: z
      .object({ location_history: unset(z.array(z.string()).describe('Hardware ids of gateways, the newest first'), 'null') })
      .meta({ id: 'subscriber_directory_record', description: 'Where a subscriber is and was' })
      .optional(),
  })
  .meta({ id: 'subscriber_state', description: 'What gateways reported of a subscriber' });

export const subscriberStatus = z
  .object({
    icmp: z
      .object({
        latency_ms: unset(z.number().describe('Round trip in milliseconds'), 'null'),
        last_reported_time: int64().optional().describe('When, unix milliseconds'),
      })
      .meta({ id: 'icmp_status', description: 'How long a ping takes' })
      .optional(),
  })
  .meta({ id: 'subscriber_status', description: 'How well a subscriber is reached' });
