import { child, type Entity, find } from '../../../core/configurator/model.ts';
import type { GatewayGraph, MconfigEntry } from '../../../core/module/facets.ts';
import { networkConfig } from '../../orc8r/mconfig/configs.ts';
import type { GatewayCwfConfigs } from '../schemas/gateway-cwf-configs.ts';
import type { NetworkCarrierWifiConfigs } from '../schemas/network-carrier-wifi-configs.ts';
import { CARRIER_WIFI, CWF_GATEWAY } from '../services/entity-types.ts';

/** A gateway with everything that the carrier Wi-Fi builders need of it; a stored config may lack parts that REST demands today. */
export interface CwfGateway {
  readonly input: GatewayGraph;
  readonly network: Partial<NetworkCarrierWifiConfigs>;
  readonly entity: Entity;
  readonly gateway: Partial<GatewayCwfConfigs>;
}

/** The carrier Wi-Fi side of a gateway, or undefined when network or gateway have none: then its builders say nothing. */
export function cwfGateway(input: GatewayGraph): CwfGateway | undefined {
  const network = networkConfig<Partial<NetworkCarrierWifiConfigs>>(input, CARRIER_WIFI);
  const key = child(input.gateway, CWF_GATEWAY);
  const entity = key === undefined ? undefined : find(input.graph, CWF_GATEWAY, key);
  const gateway = entity?.config as Partial<GatewayCwfConfigs> | null | undefined;
  return network && entity && gateway ? { input, network, entity, gateway } : undefined;
}

/** A builder that is silent for gateways without a carrier Wi-Fi side. */
export const forCwf =
  (build: (cwf: CwfGateway) => readonly MconfigEntry[]) =>
  (input: GatewayGraph): readonly MconfigEntry[] => {
    const cwf = cwfGateway(input);
    return cwf ? build(cwf) : [];
  };
