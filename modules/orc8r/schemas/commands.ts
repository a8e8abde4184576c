import { z } from 'zod';
import { int32, nonEmpty } from '../../../core/rest/fields.ts';

/** Nothing that a command line would take for an option. */
export const host = nonEmpty()
  .max(255)
  .regex(/^[\w:[][\w.:%[\]-]*$/, { error: 'must be a host name or an IP address' });

export const pingRequest = z
  .object({
    packets: int32().min(1).max(1000).optional().meta({ description: 'Echo requests to send to each host, 1 to 1000', default: 4 }),
    hosts: z
      .array(host)
      .max(100)
      .meta({ description: 'Names or IP addresses to ping, at most 100; names are resolved by the gateway', examples: [['8.8.8.8']] }),
  })
  .meta({ id: 'ping_request', description: 'Hosts that a gateway is to ping' });

export const pingResult = z
  .object({
    host_or_ip: nonEmpty().meta({ description: 'The host as it was asked for', examples: ['8.8.8.8'] }),
    num_packets: int32().meta({ description: 'Echo requests that were asked for', examples: [4] }),
    packets_transmitted: int32()
      .optional()
      .meta({ description: 'Echo requests that left the gateway', examples: [4] }),
    packets_received: int32()
      .optional()
      .meta({ description: 'Echo replies that came back', examples: [4] }),
    avg_response_ms: z
      .number()
      .optional()
      .meta({ description: 'Mean round-trip time of the replies, in milliseconds', examples: [11.3] }),
    error: z
      .string()
      .optional()
      .meta({ description: 'Why the host could not be pinged; missing when it could', examples: ['unknown host'] }),
  })
  .meta({ id: 'ping_result', description: 'How one host answered' });

export const pingResponse = z
  .object({ pings: z.array(pingResult).describe('One result for each host') })
  .meta({ id: 'ping_response', description: 'How the hosts answered' });

const json = z.record(z.string(), z.unknown());

export const genericCommandParams = z
  .object({
    command: nonEmpty()
      .max(255)
      .meta({ description: 'Name of a command; `allowed_commands` of the gateway lists those that may be given', examples: ['echo'] }),
    params: json
      .optional()
      .meta({ description: 'Parameters of the command, as its script on the gateway takes them', examples: [{ text: 'hello' }] }),
  })
  .meta({ id: 'generic_command_params', description: 'A command for the agent of a gateway' });

export const genericCommandResponse = z
  .object({
    response: json
      .optional()
      .meta({ description: 'What the command wrote and how it ended, in a form of its own', examples: [{ returncode: 0 }] }),
  })
  .meta({ id: 'generic_command_response', description: 'The answer to a command' });

export const serviceNames = z
  .array(nonEmpty().max(255))
  .max(100)
  .meta({ description: 'Names of services on the gateway; an empty list restarts all of them', examples: [['mme']] });

export type PingRequest = z.infer<typeof pingRequest>;
export type PingResponse = z.infer<typeof pingResponse>;
