import type { Expected } from '../../../core/configurator/commit.ts';
import { existing, idsJson, networkById } from '../../../core/configurator/load.ts';
import { type Entity, entityKey, type Network } from '../../../core/configurator/model.ts';
import { type Mutation, NETWORK } from '../../../core/configurator/mutations.ts';
import type { Query } from '../../../core/db/statement.ts';
import type { Fault } from '../../../core/errors.ts';
import { configOf } from '../../orc8r/services/network.ts';
import type { NetworkSubscriberConfig } from '../schemas/network-subscriber-config.ts';
import { BASE_NAME, POLICY, SUBSCRIBER_CONFIG } from './entity-types.ts';

/** The two lists of what holds for every subscriber of a network. */
export const NETWORK_WIDE = {
  network_wide_base_names: { type: BASE_NAME, noun: 'base name' },
  network_wide_rule_names: { type: POLICY, noun: 'policy rule' },
} as const;

export type NetworkWide = keyof typeof NETWORK_WIDE;

/** Never set reads as empty, not as missing (REST-BEHAVIOUR.md 5). */
export const subscriberConfigOf = (network: Network): NetworkSubscriberConfig =>
  configOf<NetworkSubscriberConfig>(network, SUBSCRIBER_CONFIG) ?? {};

export const storeSubscriberConfig = (config: NetworkSubscriberConfig): Mutation[] => [
  { do: 'update_network', configs: { [SUBSCRIBER_CONFIG]: config } },
];

const LISTS = Object.keys(NETWORK_WIDE) as NetworkWide[];

const idsOf = (config: NetworkSubscriberConfig) =>
  LISTS.flatMap((list) => (config[list] ?? []).map((key, index) => ({ type: NETWORK_WIDE[list].type, key, list, index })));

/** Entity keys of the rules and base names that are listed. */
export const namedKeys = (config: NetworkSubscriberConfig): string[] => idsOf(config).map(entityKey);

/** Asks which of the named rules and base names the network has. */
export const namedRules = (networkId: string, config: NetworkSubscriberConfig): Query<Set<string>> =>
  existing({ networkId, ids: idsJson(idsOf(config)) });

/** A fault for each that does not exist; `place` says where in the request a name stands. */
export function namedRuleFaults(
  config: NetworkSubscriberConfig,
  found: ReadonlySet<string>,
  place: (list: NetworkWide, index: number) => string,
): Fault[] {
  const missing = idsOf(config).filter((id) => !found.has(entityKey(id)));
  return missing.map(({ list, key, index }) => ({
    path: place(list, index),
    message: `${NETWORK_WIDE[list].noun} "${key}" does not exist`,
  }));
}

/** For a rule or base name that goes: what takes it out of the list of what holds for every subscriber, and what that builds on. */
export function leavesNetworkWide(list: NetworkWide) {
  const left = ({ key }: Entity, network: Network | undefined) => network && withoutName(subscriberConfigOf(network), list, key);
  return {
    removeNeeds: (networkId: string): Query<Network | undefined> => networkById({ id: networkId }),
    remove: (entity: Entity, network: Network | undefined): readonly Mutation[] => {
      const config = left(entity, network);
      return config ? storeSubscriberConfig(config) : [];
    },
    // What does not touch the list does not mind who else writes to the network.
    removeExpects: (entity: Entity, network: Network | undefined): readonly Expected[] =>
      network && left(entity, network) ? [{ ...NETWORK, version: network.version }] : [],
  };
}

/** A list with one more name; undefined when it is there already. */
export function withName(config: NetworkSubscriberConfig, list: NetworkWide, name: string): NetworkSubscriberConfig | undefined {
  const names = config[list] ?? [];
  return names.includes(name) ? undefined : { ...config, [list]: [...names, name] };
}

/** A list without a name; undefined when it was not there. */
export function withoutName(config: NetworkSubscriberConfig, list: NetworkWide, name: string): NetworkSubscriberConfig | undefined {
  const names = config[list] ?? [];
  return names.includes(name) ? { ...config, [list]: names.filter((other) => other !== name) } : undefined;
}
