import { z } from 'zod';
import { nonEmpty, uint32 } from '../../../core/rest/fields.ts';
import { bindAddress, serverAddress } from './address.ts';

const protocol = () => z.enum(['tcp', 'tcp4', 'tcp6', 'sctp', 'sctp4', 'sctp6']).meta({ default: 'tcp' });

export const diameterClientConfigs = z
  .object({
    protocol: protocol().optional().describe('Transport towards the server'),
    address: serverAddress()
      .optional()
      .meta({ description: 'Host of the Diameter server, with or without a port; 3868 when left out', examples: ['hss.example.com:3868'] }),
    retransmits: uint32().meta({ default: 3 }).optional().describe('How often a request without answer is sent again'),
    watchdog_interval: uint32().meta({ default: 1 }).optional().describe('Seconds between two watchdog requests'),
    retry_count: uint32().meta({ default: 5 }).optional().describe('How often a lost connection is tried again'),
    local_address: bindAddress()
      .optional()
      .meta({ description: 'Address and port to connect from; chosen by the system when left out', examples: ['10.0.0.1:3868'] }),
    product_name: nonEmpty().meta({ default: 'magma' }).optional().describe('Product-Name that the gateway gives itself'),
    realm: nonEmpty().meta({ default: 'magma.com' }).optional().describe('Origin-Realm of the gateway'),
    host: nonEmpty().meta({ default: 'magma-fedgw.magma.com' }).optional().describe('Origin-Host of the gateway'),
    dest_realm: z
      .string()
      .optional()
      .meta({ description: 'Destination-Realm of requests', examples: ['example.com'] }),
    dest_host: z
      .string()
      .optional()
      .meta({ description: 'Destination-Host of requests; the host of `address` when left out', examples: ['hss.example.com'] }),
    disable_dest_host: z.boolean().meta({ default: false }).optional().describe('Leave Destination-Host out of requests'),
    overwrite_dest_host: z
      .boolean()
      .meta({ default: false })
      .optional()
      .describe('Put dest_host in place of the host that a session names'),
    request_timeout: uint32().meta({ default: 3 }).optional().describe('Seconds to wait for an answer'),
  })
  .meta({ id: 'diameter_client_configs', description: 'A Diameter server that the gateway dials, and who it says it is' });

export const diameterServerConfigs = z
  .object({
    protocol: protocol().optional().describe('Transport that the server listens on'),
    address: serverAddress()
      .optional()
      .meta({ description: 'Address and port that the server listens at', examples: ['10.0.0.1:3870'] }),
    local_address: bindAddress()
      .optional()
      .meta({ description: 'Address to answer from', examples: ['10.0.0.1:3870'] }),
    dest_realm: z
      .string()
      .optional()
      .meta({ description: 'Destination-Realm that peers must name', examples: ['magma.com'] }),
    dest_host: z
      .string()
      .optional()
      .meta({ description: 'Destination-Host that peers must name', examples: ['magma-fedgw.magma.com'] }),
  })
  .meta({ id: 'diameter_server_configs', description: 'A Diameter server that the gateway runs itself' });

export type DiameterClientConfigs = z.infer<typeof diameterClientConfigs>;
export type DiameterServerConfigs = z.infer<typeof diameterServerConfigs>;
