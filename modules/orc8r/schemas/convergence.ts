import { z } from 'zod';

const version = z.int().min(0);
const time = z.int().nullable();

export const streamConvergence = z
  .object({
    stream: z
      .string()
      .meta({ description: 'Stream that this is about: `configs` is the configuration of the gateway (mconfig)', examples: ['configs'] }),
    desired_version: version.meta({
      description: 'Version of the network in which the content that the gateway should hold was last changed',
      examples: [17],
    }),
    sent_version: version.nullable().meta({ description: 'Newest version that went down the socket; null when none did', examples: [17] }),
    acked_version: version
      .nullable()
      .meta({ description: 'Newest version that the gateway confirmed to have taken over; null when none', examples: [17] }),
    acked_at: time.meta({
      description: 'When the gateway confirmed `acked_version`, unix milliseconds; null when it confirmed none',
      examples: [1767182400000],
    }),
    nack: z
      .object({
        version: version.meta({ description: 'Version that the gateway refused', examples: [16] }),
        reason: z.string().meta({ description: 'Why it was refused, in the words of the gateway', examples: ['mconfig does not parse'] }),
        path: z
          .string()
          .meta({ description: 'Place in the content that the gateway named; empty when it named none', examples: ['configs_by_key.mme'] }),
        at: z.int().meta({ description: 'When the refusal arrived, unix milliseconds', examples: [1767182400000] }),
      })
      .nullable()
      .describe('The last refusal, unless something newer was confirmed since'),
  })
  .meta({ id: 'stream_convergence', description: 'How far a gateway is with one stream' });

export const gatewayConvergence = z
  .object({
    id: z.string().meta({ description: 'Id of the gateway within the network', examples: ['agw1'] }),
    hardware_id: z
      .string()
      .nullable()
      .meta({
        description: 'Hardware id of the device behind it; null for a gateway that has none yet',
        examples: ['22ffea10-7fc4-4427-975a-b9e4ce8f6f4d'],
      }),
    state: z
      .enum(['in_sync', 'pending', 'rejected', 'offline'])
      .describe('offline: no connection. rejected: it refused what it should hold. in_sync: it confirmed all of it. pending: otherwise'),
    connected: z.boolean().describe('Whether its socket is open'),
    connected_since: time.meta({
      description: 'When its present socket was opened, unix milliseconds; null without one',
      examples: [1767182400000],
    }),
    last_checkin: time.meta({
      description: 'When it last reported its status, unix milliseconds; null when it never did',
      examples: [1767182400000],
    }),
    certificate_expires_at: time.meta({
      description: 'When the certificate it connected with ends, unix milliseconds; null when that is not known',
      examples: [1767182400000],
    }),
    round_trip_ms: z
      .number()
      .nullable()
      .meta({ description: 'Milliseconds from sending the newest confirmed update to its confirmation', examples: [23] }),
    streams: z.array(streamConvergence).describe('How far it is with each stream that is pushed to it'),
  })
  .meta({ id: 'gateway_convergence', description: 'How far one gateway is' });

export const convergenceReport = z
  .object({
    network_id: z.string().meta({ description: 'Network that was asked about', examples: ['city'] }),
    version: version.meta({
      description: 'Version of the network that its gateways are brought to; each commit raises it',
      examples: [17],
    }),
    totals: z
      .object({
        gateways: version.meta({ description: 'All gateways of the network', examples: [1] }),
        connected: version.meta({ description: 'Gateways with an open socket', examples: [1] }),
        in_sync: version.meta({ description: 'Gateways that are connected and confirmed everything they should hold', examples: [1] }),
        pending: version.meta({ description: 'Gateways that are connected and have not confirmed everything yet', examples: [0] }),
        rejected: version.meta({ description: 'Gateways that are connected and refused what they should hold', examples: [0] }),
        offline: version.meta({ description: 'Gateways without a socket', examples: [0] }),
      })
      .describe('Numbers of gateways; connected = in_sync + pending + rejected'),
    gateways: z.array(gatewayConvergence).describe('Each gateway of the network, sorted by id'),
  })
  .meta({ id: 'convergence_report', description: 'How far the gateways of a network are with what was configured' });

export type ConvergenceReport = z.infer<typeof convergenceReport>;
