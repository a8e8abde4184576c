import type { RestoreFacts, RestoreRule } from '../../../core/configurator/restore-rule.ts';
import { entityKey, find } from '../../../core/configurator/model.ts';
import { NETWORK } from '../../../core/configurator/mutations.ts';
import type { NetworkSubscriberConfig } from '../schemas/network-subscriber-config.ts';
import type { SubscriberConfig } from '../schemas/subscriber.ts';
import { dependentsAmong, removeDependents } from '../services/apn.ts';
import {
  APN,
  APN_POLICY_PROFILE,
  APN_RESOURCE,
  BASE_NAME,
  CELLULAR_NETWORK,
  LTE_NETWORK,
  POLICY,
  SUBSCRIBER,
  SUBSCRIBER_CONFIG,
} from '../services/entity-types.ts';
import { cellularOf, federationFaults } from '../services/network.ts';
import {
  namedKeys,
  namedRuleFaults,
  NETWORK_WIDE,
  storeSubscriberConfig,
  subscriberConfigOf,
  withoutName,
} from '../services/subscriber-config.ts';
import { DEFAULT_PROFILE } from '../services/subscriber/model.ts';
import { profileFaults } from '../services/subscriber/references.ts';

/** A subscriber's profile is one of its network. */
export const subscriberRule: RestoreRule = {
  types: [SUBSCRIBER],
  complete: (restored, { networkThen }) => ({
    faults: restored.flatMap(({ after, ...id }) => {
      const profile = (after?.config as SubscriberConfig | undefined)?.lte.sub_profile || DEFAULT_PROFILE;
      return after ? profileFaults(profile, `${entityKey(id)}.config.lte.sub_profile`, networkThen) : [];
    }),
  }),
};

/** A network names a federation network, and rules and groups of rules that hold for all its subscribers. */
export const networkRule: RestoreRule = {
  types: [NETWORK.type],
  names: [NETWORK.type, POLICY, BASE_NAME],
  complete: (_, facts) => ({ faults: [...federationNetworkFaults(facts), ...networkWideFaults(facts)] }),
};

function federationNetworkFaults({ networkNow, networkThen, networks, principal }: RestoreFacts) {
  const id = cellularOf(networkThen)?.feg_network_id;
  const stored = cellularOf(networkNow)?.feg_network_id;
  // Whole networks of other kinds than LTE are written without that check: what they name already may stay.
  if (!id || (networkThen.type !== LTE_NETWORK && id === stored)) return [];
  const path = `${entityKey({ ...NETWORK, key: networkThen.id })}.configs.${CELLULAR_NETWORK}.feg_network_id`;
  return federationFaults(id, { found: networks.get(id), stored, principal }, path);
}

function networkWideFaults({ networkNow, networkThen, graphNow, graphThen }: RestoreFacts) {
  const root = `${entityKey({ ...NETWORK, key: networkThen.id })}.configs.${SUBSCRIBER_CONFIG}`;
  // As above: a name that the network lists already, of something that is not there now either, may stay.
  const listed = namedKeys(subscriberConfigOf(networkNow)).filter((key) => !graphNow.entities.has(key));
  const found = new Set([...graphThen.entities.keys(), ...listed]);
  return namedRuleFaults(subscriberConfigOf(networkThen), found, (list, index) => `${root}.${list}[${index}]`);
}

/** What goes leaves the list of what holds for every subscriber, unless the network comes back too, whose names are looked at then. */
export const networkWideRule: RestoreRule = {
  types: [POLICY, BASE_NAME],
  complete: (restored, { networkNow, networkThen }) => {
    const before = subscriberConfigOf(networkNow);
    if (networkThen !== networkNow) return {};
    const gone = restored.filter(({ after }) => after === null);
    const config = gone.reduce<NetworkSubscriberConfig>((rest, { type, key }) => {
      const list = type === NETWORK_WIDE.network_wide_base_names.type ? 'network_wide_base_names' : 'network_wide_rule_names';
      return withoutName(rest, list, key) ?? rest;
    }, before);
    if (config === before) return {};
    return { mutations: storeSubscriberConfig(config), expect: [{ ...NETWORK, version: networkNow.version }] };
  },
};

/** What makes no sense without its APN goes with it. */
export const apnRule: RestoreRule = {
  types: [APN],
  followsGone: [
    [APN_RESOURCE, APN],
    [APN_POLICY_PROFILE, APN],
  ],
  complete: (restored, { graphNow, graphThen }) => {
    const gone = restored.flatMap(({ after, key }) => (after ? [] : (find(graphNow, APN, key) ?? [])));
    const dependents = gone.flatMap((apn) => dependentsAmong(apn.parents)).filter((id) => graphThen.entities.has(entityKey(id)));
    return { mutations: dependents.length > 0 ? removeDependents(dependents) : [] };
  },
};
