import { z } from 'zod';
import { base64Bytes, keepZero, nonEmpty, uint32, uint64, unset } from '../../../core/rest/fields.ts';

const deliveryType = z.enum(['all', 'events_only']).describe('Events and traffic, or events only');

export const networkProbeTaskDetails = z
  .object({
    target_id: nonEmpty().max(255).describe('Whom it is about, in the form that `target_type` names'),
    target_type: z.enum(['imsi', 'imei', 'msisdn']).describe('What kind of id the target is given by'),
    delivery_type: deliveryType,
    correlation_id: uint64().optional().describe('Number that joins all records of the task; made up when it is not given'),
    domain_id: z.string().max(255).optional().describe('Domain of the task'),
    duration: keepZero(z.int().min(0), 0).optional().describe('Seconds after which it ends; without it never'),
    timestamp: z.iso.datetime({ offset: true }).optional().describe('When it began; set by the cloud'),
    operator_id: keepZero(uint32(), 1).optional().describe('Number of the network operator'),
  })
  .meta({ id: 'network_probe_task_details', description: 'What is intercepted' });

export const networkProbeTask = z
  .object({
    task_id: nonEmpty().max(255).meta({ id: 'network_probe_task_id', description: 'Id of the task' }),
    task_details: networkProbeTaskDetails,
  })
  .meta({ id: 'network_probe_task', description: 'An interception of one target' });

const secretBytes = () => base64Bytes({ max: 64 * 1024 });

export const networkProbeDestinationDetails = z
  .object({
    delivery_type: deliveryType,
    delivery_address: nonEmpty().max(1024).describe('Address and port that records are delivered to'),
    certificate: unset(secretBytes().describe('Client certificate for the delivery'), 'null'),
    private_key: unset(secretBytes().describe('Private key of that certificate'), 'null'),
    skip_verify_server: keepZero(z.boolean(), false).describe("Do not check the server's certificate"),
  })
  .meta({ id: 'network_probe_destination_details', description: 'Where and how records are delivered' });

export const networkProbeDestination = z
  .object({
    destination_id: nonEmpty().max(255).meta({ id: 'network_probe_destination_id', description: 'Id of the destination' }),
    destination_details: networkProbeDestinationDetails,
  })
  .meta({ id: 'network_probe_destination', description: 'A place that intercepted data is delivered to' });

export type NetworkProbeTask = z.infer<typeof networkProbeTask>;
export type NetworkProbeDestination = z.infer<typeof networkProbeDestination>;
