import type { Network } from '../../../core/configurator/model.ts';
import type { Configs, Mutation } from '../../../core/configurator/mutations.ts';
import { invalid } from '../../../core/errors.ts';
import { FEDERATED } from '../../feg/services/entity-types.ts';
import { SUBSCRIBER_CONFIG } from '../../lte/services/entity-types.ts';
import { configOf, DNS, FEATURES } from '../../orc8r/services/network.ts';
import type { CwfNetwork } from '../schemas/cwf-network.ts';
import type { LiUes, NetworkCarrierWifiConfigs } from '../schemas/network-carrier-wifi-configs.ts';
import { CARRIER_WIFI, CWF_NETWORK } from './entity-types.ts';

export const carrierWifiOf = (network: Network): NetworkCarrierWifiConfigs | undefined =>
  configOf<NetworkCarrierWifiConfigs>(network, CARRIER_WIFI);

export const storeCarrierWifi = (config: NetworkCarrierWifiConfigs): Mutation[] => [
  { do: 'update_network', configs: { [CARRIER_WIFI]: config } },
];

/** A carrier Wi-Fi network as readers see it; what was never set is left to the schema. */
export const readCwfNetwork = ({ id, name, description, configs }: Network): unknown => ({
  id,
  name,
  description,
  carrier_wifi: configs[CARRIER_WIFI],
  federation: configs[FEDERATED],
  dns: configs[DNS],
  features: configs[FEATURES],
  subscriber_config: configs[SUBSCRIBER_CONFIG],
});

/** What a whole network stores. A body without subscriber config leaves it as it is: it has a resource of its own. */
export const cwfNetworkConfigs = (body: CwfNetwork): Configs => ({
  [CARRIER_WIFI]: body.carrier_wifi,
  [FEDERATED]: body.federation,
  [DNS]: body.dns,
  [FEATURES]: body.features ?? null,
  ...(body.subscriber_config ? { [SUBSCRIBER_CONFIG]: body.subscriber_config } : {}),
});

/** Error: `invalid` for a network that has no carrier Wi-Fi settings to write these into. */
export function withLiUes(network: Network, ues: LiUes): NetworkCarrierWifiConfigs {
  const config = carrierWifiOf(network);
  if (!config) throw invalid(`network "${network.id}" has no carrier Wi-Fi settings yet; put carrier_wifi first`);
  return { ...config, li_ues: ues };
}

/** Error: `invalid` for a network of another type. */
export function checkCwfNetwork(network: Network): void {
  if (network.type !== CWF_NETWORK) throw invalid(`network ${network.id} is not a ${CWF_NETWORK} network`);
}
