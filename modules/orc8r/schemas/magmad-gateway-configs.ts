import { z } from 'zod';
import { int32, keepZero, nonEmpty, nullWhenUnset, uint32 } from '../../../core/rest/fields.ts';

export const aggregationLoggingConfigs = z
  .object({
    target_files_by_tag: z
      .record(z.string(), z.string())
      .optional()
      .meta({
        description: 'Log files whose lines are sent to the cloud, by the tag that the lines get there',
        examples: [{ mme: '/var/log/mme.log' }],
      }),
    throttle_rate: keepZero(uint32())
      .optional()
      .meta({ description: 'Lines that a tag may have in an interval, on average over the window; more are dropped', examples: [1000] }),
    throttle_window: keepZero(uint32())
      .optional()
      .meta({ description: 'Intervals over which the rate of a tag is averaged', examples: [5] }),
    throttle_interval: keepZero(z.string().regex(/^\d+(.\d+)?(s|m|h)$/, { error: 'must be a duration such as 30s, 1.5m or 2h' }))
      .optional()
      .meta({ description: 'Length of one interval: a number with `s`, `m` or `h` behind it', examples: ['1m'] }),
  })
  .meta({ id: 'aggregation_logging_configs', description: 'Which log lines a gateway sends to the cloud, and how many' });

export const gatewayLoggingConfigs = z
  .object({
    log_level: z
      .enum(['DEBUG', 'INFO', 'WARNING', 'ERROR', 'FATAL'])
      .meta({ description: 'The least severe messages that services write', examples: ['INFO'] }),
    event_verbosity: keepZero(int32())
      .optional()
      .meta({ description: 'Events of at most this verbosity are sent to the cloud; -1 sends none', examples: [0] }),
    aggregation: aggregationLoggingConfigs.optional(),
  })
  .meta({ id: 'gateway_logging_configs', description: 'What a gateway logs' });

export const gatewayVpnConfigs = z
  .object({ enable_shell: z.boolean().describe('Whether the gateway opens a VPN through which operators reach its shell') })
  .meta({ id: 'gateway_vpn_configs', description: 'VPN access to a gateway' });

export const magmadGatewayConfigs = z
  .object({
    autoupgrade_enabled: z.boolean().describe('Whether the gateway installs the version of its tier by itself'),
    autoupgrade_poll_interval: int32()
      .min(30)
      .meta({ description: 'Seconds between two looks for a new version in the tier, at least 30', examples: [300] }),
    checkin_interval: uint32()
      .min(15)
      .meta({ description: 'Seconds between two check-ins, in which the gateway reports its status; at least 15', examples: [60] }),
    checkin_timeout: uint32()
      .min(5)
      .meta({ description: 'Seconds without an answer after which the gateway counts a check-in as failed, at least 5', examples: [10] }),
    dynamic_services: nullWhenUnset(z.array(nonEmpty())).meta({
      description: 'Names of services to start beyond those that every gateway runs; null or none starts no more',
      examples: [['monitord']],
    }),
    logging: gatewayLoggingConfigs.optional(),
    feature_flags: z
      .record(z.string(), z.boolean())
      .optional()
      .meta({ description: 'Feature switches of this gateway by name', examples: [{ newfeature1: true }] }),
    vpn: gatewayVpnConfigs.optional(),
  })
  .meta({ id: 'magmad_gateway_configs', description: 'How the agent of a gateway behaves' });

export type AggregationLoggingConfigs = z.infer<typeof aggregationLoggingConfigs>;
export type GatewayLoggingConfigs = z.infer<typeof gatewayLoggingConfigs>;
export type GatewayVpnConfigs = z.infer<typeof gatewayVpnConfigs>;
export type MagmadGatewayConfigs = z.infer<typeof magmadGatewayConfigs>;
