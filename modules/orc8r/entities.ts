import type { EntityType, NetworkType } from '../../core/module/facets.ts';
import { commandRules } from './schemas/allowed-commands.ts';
import { storedCallTrace } from './schemas/call-trace.ts';
import { magmadGatewayConfigs } from './schemas/magmad-gateway-configs.ts';
import { networkFeatures, networkSentryConfig, stateConfig } from './schemas/network-configs.ts';
import { networkDnsConfig } from './schemas/network-dns-config.ts';
import { releaseChannel } from './schemas/release-channel.ts';
import { tier } from './schemas/tier.ts';

/** Configs that networks of every type may carry; other modules add their own to these (REST-BEHAVIOUR.md 5). */
export const sharedNetworkConfigs = {
  allowed_commands: commandRules,
  dnsd_network: networkDnsConfig,
  orc8r_features: networkFeatures,
  sentry_config: networkSentryConfig,
  state_config: stateConfig,
} as const;

/** Networks made on the generic routes may call their type anything; `orc8r` stands for what all of them have in common. */
export const networkTypes: Readonly<Record<string, NetworkType>> = {
  orc8r: { configs: sharedNetworkConfigs },
};

/** The entities of this module (REST-BEHAVIOUR.md 16). A config schema comes with the routes that write the config. */
export const entityTypes: Readonly<Record<string, EntityType>> = {
  magmad_gateway: {
    // What else hangs below belongs to the modules above this one (`cellular_gateway`, ...), so it cannot be named here.
    description: 'The part that every kind of gateway has; key: gateway id, physical id: hardware id',
    config: magmadGatewayConfigs,
    children: ['allowed_commands'],
  },
  allowed_commands: { description: 'Which generic commands a gateway may be given; key: gateway id', config: commandRules },
  upgrade_tier: {
    description: 'Gateways that are to run the same software',
    config: tier.pick({ version: true, images: true }),
    children: ['magmad_gateway'],
    exclusive: ['magmad_gateway'],
  },
  upgrade_release_channel: {
    description: 'Software versions that are on offer; in the internal network only',
    config: releaseChannel.pick({ supported_versions: true }),
  },
  call_trace: { description: 'A capture of traffic on one gateway', config: storedCallTrace },
};
