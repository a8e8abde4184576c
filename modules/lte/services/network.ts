import { INTERNAL_NETWORK } from '../../../core/configurator/internal-network.ts';
import { networkById } from '../../../core/configurator/load.ts';
import type { Network } from '../../../core/configurator/model.ts';
import type { Configs } from '../../../core/configurator/mutations.ts';
import type { Query } from '../../../core/db/statement.ts';
import type { Fault } from '../../../core/errors.ts';
import { permittedNetworks } from '../../../core/identity/access.ts';
import type { Principal } from '../../../core/identity/principal.ts';
import { configOf, DNS, FEATURES } from '../../orc8r/services/network.ts';
import type { LteNetwork } from '../schemas/lte-network.ts';
import type { NetworkCellularConfigs } from '../schemas/network-cellular-configs.ts';
import { CELLULAR_NETWORK, SUBSCRIBER_CONFIG } from './entity-types.ts';

export const cellularOf = (network: Network): NetworkCellularConfigs | undefined =>
  configOf<NetworkCellularConfigs>(network, CELLULAR_NETWORK);

/** An LTE network as readers see it; what was never set is left to the schema. */
export const readLteNetwork = (network: Network): unknown => ({
  id: network.id,
  name: network.name,
  description: network.description,
  cellular: cellularOf(network),
  dns: network.configs[DNS],
  features: network.configs[FEATURES],
  subscriber_config: network.configs[SUBSCRIBER_CONFIG],
});

/** What a whole LTE network stores. Its subscriber config has a resource of its own and stays as it is. */
export const lteNetworkConfigs = (body: LteNetwork): Configs => ({
  [CELLULAR_NETWORK]: body.cellular,
  [DNS]: body.dns,
  [FEATURES]: body.features ?? null,
});

/** Asks for the federation network that cellular settings name; finds nothing when they name none. */
export const federationNetwork = (id: string | undefined): Query<Network | undefined> =>
  networkById({ id: id === undefined || id === INTERNAL_NETWORK ? '' : id });

/**
 * A fault when a federation network is named that does not exist, or that the caller may not read: both look the same, or anybody could
 * try which networks there are. One that he may not read can stay where it was named before, as when all settings are written back.
 */
export function federationFaults(
  id: string | undefined,
  { found, stored, principal }: { readonly found: Network | undefined; readonly stored: string | undefined; readonly principal: Principal },
  path: string,
): Fault[] {
  if (!id) return [];
  const readable = permittedNetworks(principal, [id]).length > 0;
  const known = readable ? found !== undefined : id === stored;
  return known ? [] : [{ path, message: `network "${id}" does not exist` }];
}
