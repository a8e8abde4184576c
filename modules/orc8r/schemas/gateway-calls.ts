import { z } from 'zod';
import { int32, nonEmpty } from '../../../core/rest/fields.ts';
import { host } from './commands.ts';

export const gatewayIdResponse = z
  .object({
    gateway_id: z
      .string()
      .meta({ description: 'Id that the gateway goes by: its hardware id', examples: ['22ffea10-7fc4-4427-975a-b9e4ce8f6f4d'] }),
  })
  .meta({ id: 'gateway_id_response', description: 'What a gateway calls itself' });

export const tracerouteRequest = z
  .object({
    hosts: z
      .array(host)
      .min(1)
      .max(10)
      .meta({
        description: 'Names or IP addresses to trace the way to, at most 10; names are resolved by the gateway',
        examples: [['8.8.8.8']],
      }),
    max_hops: int32().min(1).max(64).optional().meta({ description: 'Hops after which to give up, 1 to 64', default: 30 }),
    bytes_per_packet: int32().min(28).max(9000).optional().meta({ description: 'Length of the packets in bytes, 28 to 9000', default: 60 }),
  })
  .meta({ id: 'traceroute_request', description: 'Hosts that a gateway is to trace the way to' });

const tracerouteProbe = z
  .object({
    hostname: z
      .string()
      .optional()
      .meta({ description: 'Name of the router that answered; `*` when none did', examples: ['gw.example'] }),
    ip: z
      .string()
      .optional()
      .meta({ description: 'Its address', examples: ['192.0.2.1'] }),
    rtt_ms: z
      .number()
      .optional()
      .meta({ description: 'Time to its answer, in milliseconds', examples: [1.5] }),
  })
  .meta({ id: 'traceroute_probe', description: 'One packet of a trace' });

const tracerouteHop = z
  .object({
    idx: int32().meta({ description: 'Number of the hop, from 1', examples: [1] }),
    probes: z.array(tracerouteProbe).describe('The packets that were sent that far'),
  })
  .meta({ id: 'traceroute_hop', description: 'One step of the way' });

const tracerouteResult = z
  .object({
    host_or_ip: nonEmpty().meta({ description: 'The host as it was asked for', examples: ['8.8.8.8'] }),
    hops: z.array(tracerouteHop).describe('The steps of the way, as far as they are known'),
    error: z
      .string()
      .optional()
      .meta({ description: 'Why the way could not be traced; missing when it could', examples: ['unknown host'] }),
  })
  .meta({ id: 'traceroute_result', description: 'The way to one host' });

export const tracerouteResponse = z
  .object({ traceroutes: z.array(tracerouteResult).describe('The way to each host, in the order of the request') })
  .meta({ id: 'traceroute_response', description: 'The ways to the hosts' });

export const AGW_MODES = ['INVALID', 'STATELESS', 'STATEFUL', 'CORRUPT'] as const;

export const checkStatelessResponse = z
  .object({
    agw_mode: z.enum(AGW_MODES).meta({
      description:
        'STATELESS: all services keep their state outside themselves, so that each can be restarted without losing sessions; STATEFUL: none does; ' +
        'CORRUPT: some do; INVALID: the gateway cannot tell',
      examples: ['STATELESS'],
    }),
  })
  .meta({ id: 'check_stateless_response', description: 'Where a gateway keeps the state of its sessions' });

export const STATELESS_COMMANDS = ['CHECK', 'DISABLE', 'ENABLE'] as const;

export const configureStatelessRequest = z
  .object({
    config_cmd: z.enum(STATELESS_COMMANDS).meta({
      description:
        'ENABLE or DISABLE stateless operation, which restarts services; CHECK only has the gateway look (`check_stateless` answers what it sees)',
      examples: ['ENABLE'],
    }),
  })
  .meta({ id: 'configure_stateless_request', description: 'Where a gateway is to keep the state of its sessions' });
