import type { Network } from '../../../core/configurator/model.ts';
import type { Configs, Mutation } from '../../../core/configurator/mutations.ts';
import type { Fault } from '../../../core/errors.ts';
import { CELLULAR_NETWORK, SUBSCRIBER_CONFIG } from '../../lte/services/entity-types.ts';
import { configOf, DNS, FEATURES } from '../../orc8r/services/network.ts';
import type { FederatedNetworkConfigs } from '../schemas/federated-network-configs.ts';
import type { FederationConfigs } from '../schemas/federation-configs.ts';
import type { FegLteNetwork, FegNetwork } from '../schemas/networks.ts';
import { isPlmnId } from '../schemas/plmn-ids.ts';
import { FEDERATED, FEDERATION } from './entity-types.ts';

export const federationOf = (network: Network): FederationConfigs | undefined => configOf<FederationConfigs>(network, FEDERATION);
export const federatedOf = (network: Network): FederatedNetworkConfigs | undefined => configOf<FederatedNetworkConfigs>(network, FEDERATED);

export const storeNetworkConfig = (key: string, config: unknown): Mutation[] => [{ do: 'update_network', configs: { [key]: config } }];

const readHead = ({ id, name, description, configs }: Network) => ({
  id,
  name,
  description,
  dns: configs[DNS],
  features: configs[FEATURES],
});

/** A federation network as readers see it; what was never set is left to the schema. */
export const readFegNetwork = (network: Network): unknown => ({
  ...readHead(network),
  federation: federationOf(network),
  subscriber_config: network.configs[SUBSCRIBER_CONFIG],
});

/** A federated LTE network as readers see it. */
export const readFegLteNetwork = (network: Network): unknown => ({
  ...readHead(network),
  cellular: network.configs[CELLULAR_NETWORK],
  federation: federatedOf(network),
});

/** What a whole federation network stores. A body without subscriber config leaves it as it is: it has a resource of its own. */
export const fegNetworkConfigs = (body: FegNetwork): Configs => ({
  [FEDERATION]: body.federation,
  [DNS]: body.dns,
  [FEATURES]: body.features ?? null,
  ...(body.subscriber_config ? { [SUBSCRIBER_CONFIG]: body.subscriber_config } : {}),
});

/** What a whole federated LTE network stores. */
export const fegLteNetworkConfigs = (body: FegLteNetwork): Configs => ({
  [CELLULAR_NETWORK]: body.cellular,
  [FEDERATED]: body.federation,
  [DNS]: body.dns,
  [FEATURES]: body.features ?? null,
});

/**
 * Routes are looked up by the first five or six digits of an IMSI; a fault for each route that is none of these.
 * Asked for where the federation settings are written alone, not with a whole network. Source: REST-BEHAVIOUR.md 5, last rule.
 */
export const nhRouteFaults = ({ nh_routes: routes = {} }: FederationConfigs): Fault[] =>
  Object.keys(routes)
    .filter((plmn) => !isPlmnId(plmn))
    .map((plmn) => ({ path: `body.nh_routes.${plmn}`, message: 'bad key: must be five or six digits' }));
