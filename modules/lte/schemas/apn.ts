import { z } from 'zod';
import { int32, keepZero, nonEmpty, uint32 } from '../../../core/rest/fields.ts';

export const apnName = nonEmpty().meta({
  id: 'apn_name',
  description: 'Name of the access point, as devices ask for it',
  examples: ['internet'],
});

export const aggregatedMaximumBitrate = z
  .object({
    max_bandwidth_ul: uint32().meta({
      description: 'Highest uplink rate of all non-guaranteed bearers at the access point together (AMBR), in bits per second',
      examples: [100000000],
    }),
    max_bandwidth_dl: uint32().meta({
      description: 'Highest downlink rate of all non-guaranteed bearers at the access point together (AMBR), in bits per second',
      examples: [200000000],
    }),
  })
  .meta({ id: 'aggregated_maximum_bitrate', description: 'Rate limit of a subscriber at one access point' });

export const qosProfile = z
  .object({
    class_id: keepZero(int32().min(0).max(255), 9)
      .optional()
      .describe('QoS class identifier (QCI) of the default bearer; 9 is best effort'),
    priority_level: keepZero(uint32().max(15), 15).optional().describe('Rank when resources are short, 1 to 15; 1 goes first'),
    preemption_capability: keepZero(z.boolean(), true).optional().describe('May take resources from bearers of lower rank'),
    preemption_vulnerability: keepZero(z.boolean(), false).optional().describe('May lose resources to bearers of higher rank'),
  })
  .meta({ id: 'qos_profile', description: 'Quality of service of the default bearer' });

export const apnConfiguration = z
  .object({
    ambr: aggregatedMaximumBitrate,
    qos_profile: qosProfile,
    pdn_type: z.literal([0, 1, 2, 3]).optional().describe('Addresses given out: 0 IPv4, 1 IPv6, 2 both, 3 whichever the device asks for'),
    is_default: keepZero(z.boolean(), false).optional().describe('Used by devices that name no access point'),
  })
  .meta({ id: 'apn_configuration', description: 'What an access point offers' });

export const apn = z
  .object({ apn_name: apnName, apn_configuration: apnConfiguration })
  .meta({ id: 'apn', description: 'An access point (APN): a way into a packet network' });

export type Apn = z.infer<typeof apn>;
export type ApnConfiguration = z.infer<typeof apnConfiguration>;
