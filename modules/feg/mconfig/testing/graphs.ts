import type { GatewayGraph } from '../../../../core/module/facets.ts';
import { bareFederation, fullFederation } from '../../../../test/support/feg.ts';
import { gatewayGraph } from '../../../orc8r/mconfig/testing/graph.ts';
import type { FederationConfigs } from '../../schemas/federation-configs.ts';

/** A federation gateway in a network, each with the settings given; null for a gateway that goes by its network. */
export const federationGraph = (
  network: Partial<FederationConfigs> | undefined,
  gateway: Partial<FederationConfigs> | null,
): GatewayGraph =>
  gatewayGraph('fg1', network === undefined ? {} : { federation_network: network }, [
    { type: 'magmad_gateway', key: 'fg1', physicalId: 'hw1', children: [{ type: 'federation_gateway', key: 'fg1' }] },
    { type: 'federation_gateway', key: 'fg1', config: gateway },
  ]);

/** Every option of the REST model, with values that differ from the defaults. */
export const full = fullFederation as FederationConfigs;

/** No more than what REST demands. */
export const bareSettings: FederationConfigs = bareFederation;
