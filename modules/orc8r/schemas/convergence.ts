import { z } from 'zod';

const version = z.int().min(0);
const time = z.int().nullable();

export const streamConvergence = z
  .object({
    stream: z.string().describe('Name of the stream'),
    desired_version: version.describe('Version that the gateway should hold'),
    sent_version: version.nullable().describe('Newest version sent; null when none was'),
    acked_version: version.nullable().describe('Newest version that the gateway confirmed; null when none'),
    acked_at: time.describe('When it was confirmed, unix milliseconds'),
    nack: z
      .object({
        version: version.describe('The version refused'),
        reason: z.string().describe('Why, in the words of the gateway'),
        path: z.string().describe('The place in the content that it named; empty when none'),
        at: z.int().describe('When, unix milliseconds'),
      })
      .nullable()
      .describe('The last refusal, unless something newer was confirmed since'),
  })
  .meta({ id: 'stream_convergence', description: 'How far a gateway is with one stream' });

export const gatewayConvergence = z
  .object({
    id: z.string().describe('Id of the gateway'),
    hardware_id: z.string().nullable().describe('Its hardware id; null when it has no hardware'),
    state: z
      .enum(['in_sync', 'pending', 'rejected', 'offline'])
      .describe('offline: no connection. rejected: it refused what it should hold. in_sync: it confirmed all of it. pending: otherwise'),
    connected: z.boolean().describe('Whether its socket is open'),
    connected_since: time.describe('Since when, unix milliseconds'),
    last_checkin: time.describe('When it last reported its status, unix milliseconds'),
    certificate_expires_at: time.describe('When its certificate ends, unix milliseconds'),
    round_trip_ms: z.number().nullable().describe('Milliseconds from sending the newest confirmed update to its confirmation'),
    streams: z.array(streamConvergence),
  })
  .meta({ id: 'gateway_convergence', description: 'How far one gateway is' });

export const convergenceReport = z
  .object({
    network_id: z.string(),
    version: version.describe('Version of the network that gateways are brought to'),
    totals: z
      .object({
        gateways: version.describe('All gateways of the network'),
        connected: version.describe('Those with an open socket'),
        in_sync: version.describe('Connected, and holding what they should'),
        pending: version.describe('Connected, and not there yet'),
        rejected: version.describe('Connected, and refusing what they should hold'),
        offline: version.describe('Not connected'),
      })
      .describe('Numbers of gateways; connected = in_sync + pending + rejected'),
    gateways: z.array(gatewayConvergence).describe('Sorted by id'),
  })
  .meta({ id: 'convergence_report', description: 'How far the gateways of a network are with what was configured' });

export type ConvergenceReport = z.infer<typeof convergenceReport>;
