import { z } from 'zod';
import type { Network } from '../../../core/configurator/model.ts';
import type { Mutation } from '../../../core/configurator/mutations.ts';
import { invalid, refuse } from '../../../core/errors.ts';
import type { Route } from '../../../core/module/route.ts';
import { networkPart } from '../../../core/rest/network-part.ts';
import { networkCellularConfigs, type NetworkCellularConfigs } from '../schemas/network-cellular-configs.ts';
import { networkEpcConfigs } from '../schemas/network-epc-configs.ts';
import { networkNgcConfigs } from '../schemas/network-ngc-configs.ts';
import { networkRanConfigs } from '../schemas/network-ran-configs.ts';
import { CELLULAR_NETWORK } from '../services/entity-types.ts';
import { cellularOf, federationFaults, federationNetwork } from '../services/network.ts';

const tag = 'LTE Networks';
const path = '/lte/{network_id}/cellular';

const store = (cellular: NetworkCellularConfigs): Mutation[] => [{ do: 'update_network', configs: { [CELLULAR_NETWORK]: cellular } }];

/** Cellular settings that a part of them can be written into. */
function settled(network: Network): NetworkCellularConfigs {
  const cellular = cellularOf(network);
  if (cellular) return cellular;
  throw invalid(`network "${network.id}" has no cellular settings yet; write them whole before a part of them`);
}

/** The cellular settings of a network, and each part of them. */
export const networkCellularRoutes: readonly Route[] = [
  ...networkPart({
    path,
    name: 'LteNetworkCellular',
    tag,
    what: 'cellular settings of a network',
    schema: networkCellularConfigs,
    read: cellularOf,
    needs: (cellular) => federationNetwork(cellular.feg_network_id),
    write: (cellular, network, found, principal) => {
      const stored = cellularOf(network)?.feg_network_id;
      refuse(federationFaults(cellular.feg_network_id, { found, stored, principal }, 'body.feg_network_id'));
      return store(cellular);
    },
  }),
  ...networkPart({
    path: `${path}/epc`,
    name: 'LteNetworkEpc',
    tag,
    what: 'packet core settings of a network',
    schema: networkEpcConfigs,
    read: (network) => cellularOf(network)?.epc,
    write: (epc, network) => store({ ...settled(network), epc }),
    merges: true,
  }),
  ...networkPart({
    path: `${path}/ran`,
    name: 'LteNetworkRan',
    tag,
    what: 'radio settings of a network',
    schema: networkRanConfigs,
    read: (network) => cellularOf(network)?.ran,
    write: (ran, network) => store({ ...settled(network), ran }),
    merges: true,
  }),
  ...networkPart({
    path: `${path}/ngc`,
    name: 'LteNetworkNgc',
    tag,
    what: '5G core settings of a network',
    schema: networkNgcConfigs,
    // Never set, though the settings around it are: null, where a missing whole would be 404.
    read: (network) => (cellularOf(network) ? (cellularOf(network)?.ngc ?? null) : undefined),
    write: (ngc, network) => store({ ...settled(network), ngc }),
    merges: true,
  }),
  ...networkPart({
    path: `${path}/feg_network_id`,
    name: 'LteNetworkFederation',
    tag,
    what: 'id of the federation network that serves a network',
    schema: z.string().meta({ description: 'Id of a federation network; empty for none', examples: ['partners'] }),
    read: (network) => (cellularOf(network) ? (cellularOf(network)?.feg_network_id ?? '') : undefined),
    needs: (id) => federationNetwork(id),
    write: (id, network, found, principal) => {
      const { feg_network_id: stored, ...rest } = settled(network);
      refuse(federationFaults(id, { found, stored, principal }, 'body'));
      return store(id ? { ...rest, feg_network_id: id } : rest);
    },
    merges: true,
  }),
];
