import type { Mutation } from '../../../core/configurator/mutations.ts';
import type { Network } from '../../../core/configurator/model.ts';
import type { NetworkModel } from '../schemas/network.ts';

/** Keys under which a network of any type keeps the configs of this module. */
export const DNS = 'dnsd_network';
export const FEATURES = 'orc8r_features';
export const SENTRY = 'sentry_config';
export const STATE = 'state_config';

/** A config of a network, typed by its schema; undefined when there is none. */
export const configOf = <T>(network: Network, key: string): T | undefined => network.configs[key] as T | undefined;

/** The shared configs of a network model by their keys; null for each it lacks, which takes it away. */
const configsOf = (model: NetworkModel) => ({
  [DNS]: model.dns,
  [FEATURES]: model.features ?? null,
  [SENTRY]: model.sentry_config ?? null,
  [STATE]: model.state_config ?? null,
});

/** A stored network of any type as the generic routes show it. */
export function toNetworkModel(network: Network): Partial<NetworkModel> {
  const { id, type, name, description } = network;
  const [dns, features, sentry, state] = [DNS, FEATURES, SENTRY, STATE].map((key) => configOf<unknown>(network, key));
  return { id, type, name, description, dns, features, sentry_config: sentry, state_config: state } as Partial<NetworkModel>;
}

export function createNetworkMutations(model: NetworkModel): Mutation[] {
  const { type = '', name, description } = model;
  return [{ do: 'create_network', type, name, description, configs: configsOf(model) }];
}

/** Replaces what this module knows of a network; configs of other modules stay, and so does the type when it is not given. */
export function updateNetworkMutations(model: NetworkModel): Mutation[] {
  const { type, name, description } = model;
  return [{ do: 'update_network', ...(type === undefined ? {} : { type }), name, description, configs: configsOf(model) }];
}
