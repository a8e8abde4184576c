import { child, find } from '../../../core/configurator/model.ts';
import type { GatewayGraph, MconfigEntry } from '../../../core/module/facets.ts';
import { networkConfig } from '../../orc8r/mconfig/configs.ts';
import type { FederationConfigs } from '../schemas/federation-configs.ts';
import type { Health } from '../schemas/health.ts';
import { FEDERATION, FEDERATION_GATEWAY } from '../services/entity-types.ts';

/** What the federation builders read; a stored config may lack parts that REST demands today. */
export interface Federation {
  /** The gateway's own settings, or all of its network's when it has none. */
  readonly settings: Partial<FederationConfigs>;
  /** The network's word on health counts over the gateway's. */
  readonly health: Health | undefined;
}

/** The federation side of a gateway, or undefined when it has none or nothing is configured. Source: SOUTHBOUND.md 8. */
export function federationGateway(input: GatewayGraph): Federation | undefined {
  const key = child(input.gateway, FEDERATION_GATEWAY);
  const entity = key === undefined ? undefined : find(input.graph, FEDERATION_GATEWAY, key);
  if (!entity) return undefined;
  const network = networkConfig<Partial<FederationConfigs>>(input, FEDERATION);
  const settings = (entity.config as Partial<FederationConfigs> | null) ?? network;
  return settings && { settings, health: network?.health ?? settings.health };
}

/** A builder that is silent for gateways without a federation side. */
export const forFederation =
  (build: (federation: Federation) => readonly MconfigEntry[]) =>
  (input: GatewayGraph): readonly MconfigEntry[] => {
    const federation = federationGateway(input);
    return federation ? build(federation) : [];
  };

/** When a service counts as failed, as several services are told. */
export const thresholds = (health: Health | undefined) => ({
  requestFailureThreshold: health?.request_failure_threshold,
  minimumRequestThreshold: health?.minimum_request_threshold,
});
