import type { GatewayGraph } from '../../../../core/module/facets.ts';
import { gatewayGraph } from './graph.ts';

/** Unix milliseconds used for `created_at` in all golden files. */
export const CREATED_AT = 1_790_000_000_999;

/** A gateway that was only given an id. */
export const bare: GatewayGraph = gatewayGraph('gw1', {}, [{ type: 'magmad_gateway', key: 'gw1', physicalId: 'hw1' }]);

/** A gateway and network in which everything of this module is configured. */
export const configured: GatewayGraph = gatewayGraph(
  'gw1',
  {
    state_config: { sync_interval: 100 },
    sentry_config: {
      url_python: 'https://key@sentry.example/1',
      url_native: 'https://key@sentry.example/2',
      upload_mme_log: true,
      number_of_lines_in_log: 500,
      sample_rate: 0.1,
      exclusion_patterns: ['rpc_timeout', 'a "quoted" one'],
    },
  },
  [
    {
      type: 'magmad_gateway',
      key: 'gw1',
      physicalId: 'hw1',
      config: {
        autoupgrade_enabled: true,
        autoupgrade_poll_interval: 600,
        checkin_interval: 15,
        checkin_timeout: 5,
        dynamic_services: ['monitord', 'eventd'],
        feature_flags: { newfeature2: false, newfeature1: true, '7': true },
        logging: {
          log_level: 'DEBUG',
          event_verbosity: 0,
          aggregation: {
            target_files_by_tag: { thing: '/var/log/thing.log', blah: '/var/log/blah.log' },
            throttle_rate: 10,
            throttle_window: 2,
            throttle_interval: '30s',
          },
        },
        vpn: { enable_shell: true },
      },
    },
    {
      type: 'upgrade_tier',
      key: 't1',
      config: {
        id: 't1',
        version: '1.8.0-1700000000-abcdef',
        images: [
          { name: 'magma', order: 1 },
          { name: 'base', order: 0 },
        ],
        gateways: ['gw1'],
      },
      children: [{ type: 'magmad_gateway', key: 'gw1' }],
    },
  ],
);
