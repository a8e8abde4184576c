import { entityKey } from '../../core/configurator/model.ts';
import { NETWORK } from '../../core/configurator/mutations.ts';
import type { RestoreRule } from '../../core/module/facets.ts';
import { federationFaults } from '../lte/services/network.ts';
import { FEDERATED } from './services/entity-types.ts';
import { federatedOf } from './services/network.ts';

/** The federation network that serves a network has to be there. */
const federatedNetworkRule: RestoreRule = {
  types: [NETWORK.type],
  names: [NETWORK.type],
  complete: (_, { networkNow, networkThen, networks, principal }) => {
    const id = federatedOf(networkThen)?.feg_network_id;
    const stored = federatedOf(networkNow)?.feg_network_id;
    // Whole networks are written without that check, since two name each other and one is made first: what is named already may stay.
    if (!id || id === stored) return {};
    const path = `${entityKey({ ...NETWORK, key: networkThen.id })}.configs.${FEDERATED}.feg_network_id`;
    return { faults: federationFaults(id, { found: networks.get(id), stored, principal }, path) };
  },
};

/** What networks with a federation see to when a revision brings them back. */
export const restoring: readonly RestoreRule[] = [federatedNetworkRule];
