import { z } from 'zod';
import { int32, nonEmpty } from '../../../core/rest/fields.ts';

/** Nothing that a command line would take for an option. */
const host = nonEmpty()
  .max(255)
  .regex(/^[\w:[][\w.:%[\]-]*$/, { error: 'must be a host name or an IP address' });

export const pingRequest = z
  .object({
    packets: int32().min(1).max(1000).optional().meta({ description: 'Packets to send to each host', default: 4 }),
    hosts: z.array(host).max(100).describe('Names or addresses to ping'),
  })
  .meta({ id: 'ping_request', description: 'Hosts that a gateway is to ping' });

export const pingResult = z
  .object({
    host_or_ip: nonEmpty().describe('The host as asked for'),
    num_packets: int32().describe('Packets asked for'),
    packets_transmitted: int32().optional().describe('Packets sent'),
    packets_received: int32().optional().describe('Packets that came back'),
    avg_response_ms: z.number().optional().describe('Mean time until they came back, milliseconds'),
    error: z.string().optional().describe('Why the ping failed'),
  })
  .meta({ id: 'ping_result', description: 'How one host answered' });

export const pingResponse = z
  .object({ pings: z.array(pingResult).describe('One result for each host') })
  .meta({ id: 'ping_response', description: 'How the hosts answered' });

const json = z.record(z.string(), z.unknown());

export const genericCommandParams = z
  .object({
    command: nonEmpty().max(255).describe('Name of a command that the gateway allows'),
    params: json.optional().describe('Parameters of the command: any JSON'),
  })
  .meta({ id: 'generic_command_params', description: 'A command for the agent of a gateway' });

export const genericCommandResponse = z
  .object({ response: json.optional().describe('What the command answered: any JSON') })
  .meta({ id: 'generic_command_response', description: 'The answer to a command' });

export const serviceNames = z.array(nonEmpty().max(255)).max(100).describe('Names of services on the gateway; none means all of them');

export type PingRequest = z.infer<typeof pingRequest>;
export type PingResponse = z.infer<typeof pingResponse>;
