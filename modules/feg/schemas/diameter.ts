import { z } from 'zod';
import { nonEmpty, uint32 } from '../../../core/rest/fields.ts';
import { bindAddress, serverAddress } from './address.ts';

const protocol = () => z.enum(['tcp', 'tcp4', 'tcp6', 'sctp', 'sctp4', 'sctp6']).meta({ default: 'tcp' });

export const diameterClientConfigs = z
  .object({
    protocol: protocol().optional().describe('Transport towards the server'),
    address: serverAddress().optional().describe('Where the server is'),
    retransmits: uint32().meta({ default: 3 }).optional().describe('How often a request without answer is sent again'),
    watchdog_interval: uint32().meta({ default: 1 }).optional().describe('Seconds between two watchdog requests'),
    retry_count: uint32().meta({ default: 5 }).optional().describe('How often a lost connection is tried again'),
    local_address: bindAddress().optional().describe('Address to connect from'),
    product_name: nonEmpty().meta({ default: 'magma' }).optional().describe('Product-Name that the gateway gives itself'),
    realm: nonEmpty().meta({ default: 'magma.com' }).optional().describe('Origin-Realm of the gateway'),
    host: nonEmpty().meta({ default: 'magma-fedgw.magma.com' }).optional().describe('Origin-Host of the gateway'),
    dest_realm: z.string().optional().describe('Destination-Realm of requests'),
    dest_host: z.string().optional().describe('Destination-Host of requests'),
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
    protocol: protocol().optional().describe('Transport to listen on'),
    address: serverAddress().optional().describe('Where to listen'),
    local_address: bindAddress().optional().describe('Address to answer from'),
    dest_realm: z.string().optional().describe('Realm of the peers'),
    dest_host: z.string().optional().describe('Host of the peers'),
  })
  .meta({ id: 'diameter_server_configs', description: 'A Diameter server that the gateway runs itself' });

export type DiameterClientConfigs = z.infer<typeof diameterClientConfigs>;
export type DiameterServerConfigs = z.infer<typeof diameterServerConfigs>;
