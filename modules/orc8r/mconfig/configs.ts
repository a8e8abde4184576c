import { find, parents } from '../../../core/configurator/model.ts';
import type { GatewayGraph } from '../../../core/module/facets.ts';
import type { MagmadGatewayConfigs } from '../schemas/magmad-gateway-configs.ts';
import type { TierConfig } from '../schemas/tier.ts';

/** The magmad config of the gateway; empty when it has none, so that every field takes its default. */
export const magmadConfig = (input: GatewayGraph): Partial<MagmadGatewayConfigs> =>
  (input.gateway.config as MagmadGatewayConfigs | null) ?? {};

/** The config of the tier that the gateway is in; by key the first, should there be several. */
export function tierConfig(input: GatewayGraph): Partial<TierConfig> {
  const [key] = parents(input.gateway, 'upgrade_tier');
  const tier = key === undefined ? undefined : find(input.graph, 'upgrade_tier', key);
  return (tier?.config as TierConfig | null | undefined) ?? {};
}

/** A config of the network by its key, or undefined. */
export const networkConfig = <T>(input: GatewayGraph, key: string): T | undefined =>
  (input.network.configs[key] as T | null | undefined) ?? undefined;
