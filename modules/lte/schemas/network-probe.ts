import { z } from 'zod';
import { base64Bytes, keepZero, nonEmpty, uint32, uint64, unset } from '../../../core/rest/fields.ts';

const deliveryType = z.enum(['all', 'events_only']).describe('Events and traffic, or events only');

export const networkProbeTaskDetails = z
  .object({
    target_id: nonEmpty()
      .max(255)
      .meta({ description: 'Whom it is about, in the form that `target_type` names', examples: ['001010000000001'] }),
    target_type: z.enum(['imsi', 'imei', 'msisdn']).describe('What kind of id the target is given by'),
    delivery_type: deliveryType,
    correlation_id: uint64()
      .optional()
      .meta({ description: 'Number that joins all records of the task; made up when it is not given', examples: [605394647632969] }),
    domain_id: z
      .string()
      .max(255)
      .optional()
      .meta({ description: 'Domain that records of the task are marked with', examples: ['example.com'] }),
    duration: keepZero(z.int().min(0), 0).optional().describe('Seconds after which it ends; without it never'),
    timestamp: z.iso
      .datetime({ offset: true })
      .optional()
      .meta({ description: 'When the task began; set by the cloud', examples: ['2026-01-31T12:00:00Z'] }),
    operator_id: keepZero(uint32(), 1).optional().describe('Number of the network operator'),
  })
  .meta({ id: 'network_probe_task_details', description: 'What is intercepted' });

export const networkProbeTask = z
  .object({
    task_id: nonEmpty()
      .max(255)
      .meta({ id: 'network_probe_task_id', description: 'Id that names the task within its network', examples: ['task1'] }),
    task_details: networkProbeTaskDetails,
  })
  .meta({ id: 'network_probe_task', description: 'An interception of one target' });

const secretBytes = () => base64Bytes({ max: 64 * 1024 });

export const networkProbeDestinationDetails = z
  .object({
    delivery_type: deliveryType,
    delivery_address: nonEmpty()
      .max(1024)
      .meta({ description: 'Address and port that records are delivered to', examples: ['192.0.2.60:4000'] }),
    certificate: unset(
      secretBytes().meta({
        description: 'Client certificate that the gateway shows at the delivery, in base64',
        examples: ['LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t'],
      }),
      'null',
    ),
    private_key: unset(
      secretBytes().meta({
        description: 'Private key of that certificate, in base64; treat answers that hold it as secrets',
        examples: ['LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0t'],
      }),
      'null',
    ),
    skip_verify_server: keepZero(z.boolean(), false).describe("Do not check the server's certificate"),
  })
  .meta({ id: 'network_probe_destination_details', description: 'Where and how records are delivered' });

export const networkProbeDestination = z
  .object({
    destination_id: nonEmpty()
      .max(255)
      .meta({ id: 'network_probe_destination_id', description: 'Id that names the destination within its network', examples: ['dest1'] }),
    destination_details: networkProbeDestinationDetails,
  })
  .meta({ id: 'network_probe_destination', description: 'A place that intercepted data is delivered to' });

export type NetworkProbeTask = z.infer<typeof networkProbeTask>;
export type NetworkProbeDestination = z.infer<typeof networkProbeDestination>;
