import { z } from 'zod';
import { int32, keepZero, nonEmpty, nullWhenUnset, uint32 } from '../../../core/rest/fields.ts';

export const aggregationLoggingConfigs = z
  .object({
    target_files_by_tag: z.record(z.string(), z.string()).optional().describe('Files whose lines are sent to the cloud, by tag'),
    throttle_rate: keepZero(uint32()).optional().describe('Lines of a window above which a tag is throttled'),
    throttle_window: keepZero(uint32()).optional().describe('Intervals over which the rate is averaged'),
    throttle_interval: keepZero(z.string().regex(/^\d+(.\d+)?(s|m|h)$/, { error: 'must be a duration such as 30s, 1.5m or 2h' }))
      .optional()
      .describe('Length of one interval: 30s, 1.5m, 2h'),
  })
  .meta({ id: 'aggregation_logging_configs', description: 'Which log lines a gateway sends to the cloud, and how many' });

export const gatewayLoggingConfigs = z
  .object({
    log_level: z.enum(['DEBUG', 'INFO', 'WARNING', 'ERROR', 'FATAL']).describe('The least severe messages that services write'),
    event_verbosity: keepZero(int32()).optional().describe('Events up to this verbosity are sent; -1 sends none'),
    aggregation: aggregationLoggingConfigs.optional(),
  })
  .meta({ id: 'gateway_logging_configs', description: 'What a gateway logs' });

export const gatewayVpnConfigs = z
  .object({ enable_shell: z.boolean().describe('Whether the gateway opens a VPN through which operators reach its shell') })
  .meta({ id: 'gateway_vpn_configs', description: 'VPN access to a gateway' });

export const magmadGatewayConfigs = z
  .object({
    autoupgrade_enabled: z.boolean().describe('Whether the gateway installs the version of its tier by itself'),
    autoupgrade_poll_interval: int32().min(30).describe('Seconds between two looks for a new version'),
    checkin_interval: uint32().min(15).describe('Seconds between two check-ins'),
    checkin_timeout: uint32().min(5).describe('Seconds after which a check-in counts as failed'),
    dynamic_services: nullWhenUnset(z.array(nonEmpty())).describe('Services to start beyond those every gateway runs'),
    logging: gatewayLoggingConfigs.optional(),
    feature_flags: z.record(z.string(), z.boolean()).optional().describe('Feature switches of this gateway by name'),
    vpn: gatewayVpnConfigs.optional(),
  })
  .meta({ id: 'magmad_gateway_configs', description: 'How the agent of a gateway behaves' });

export type AggregationLoggingConfigs = z.infer<typeof aggregationLoggingConfigs>;
export type GatewayLoggingConfigs = z.infer<typeof gatewayLoggingConfigs>;
export type GatewayVpnConfigs = z.infer<typeof gatewayVpnConfigs>;
export type MagmadGatewayConfigs = z.infer<typeof magmadGatewayConfigs>;
