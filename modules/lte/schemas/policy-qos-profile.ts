import { z } from 'zod';
import { keepZero, nonEmpty, uint32 } from '../../../core/rest/fields.ts';

const qosClassId = z
  .literal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 65, 66, 67, 70, 75, 79])
  .meta({ id: 'qos_class_id', description: 'QoS class (QCI); 9 is best effort' });

const gbr = z
  .object({
    uplink: uint32().meta({ description: 'Guaranteed uplink rate, in bits per second', examples: [1000000] }),
    downlink: uint32().meta({ description: 'Guaranteed downlink rate, in bits per second', examples: [2000000] }),
  })
  .meta({ id: 'gbr', description: 'Rates that the bearer is guaranteed' });

const arp = z
  .object({
    priority_level: keepZero(uint32().max(15), 15).optional().describe('Rank when resources are short, 1 to 15; 1 goes first'),
    preemption_capability: keepZero(z.boolean(), true).optional().describe('May take resources from bearers of lower rank'),
    preemption_vulnerability: keepZero(z.boolean(), false).optional().describe('May lose resources to bearers of higher rank'),
  })
  .meta({ id: 'arp', description: 'Who keeps resources when they are short' });

export const policyQosProfile = z
  .object({
    id: nonEmpty()
      .max(255)
      .meta({ description: 'Id of the QoS profile, which rules name', examples: ['gold'] }),
    max_req_bw_ul: uint32().meta({ description: 'Highest uplink rate of the traffic together, in bits per second', examples: [100000000] }),
    max_req_bw_dl: uint32().meta({
      description: 'Highest downlink rate of the traffic together, in bits per second',
      examples: [200000000],
    }),
    class_id: qosClassId,
    gbr: gbr.optional(),
    arp: arp.optional(),
  })
  .meta({ id: 'policy_qos_profile', description: 'Quality of service for the traffic of the rules that name it' });

export type PolicyQosProfile = z.infer<typeof policyQosProfile>;
