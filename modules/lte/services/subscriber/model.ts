import { type Entity, type EntityId, find, type Graph, children } from '../../../../core/configurator/model.ts';
import type { Mutation, WholeEntity } from '../../../../core/configurator/mutations.ts';
import type { LteSubscription, MutableSubscriber, SubscriberConfig } from '../../schemas/subscriber.ts';
import type { Subject } from '../../../../core/state/network-states.ts';
import { APN, APN_POLICY_PROFILE, BASE_NAME, POLICY, SUBSCRIBER } from '../entity-types.ts';
import { readSubscriberState, readSubscriberStatus } from './state.ts';

export const DEFAULT_PROFILE = 'default';

export const subscriberKey = (key: string): EntityId => ({ type: SUBSCRIBER, key });

/** A stored subscriber as readers see it; `graph` holds its policy profiles, `reported` what gateways reported of it. */
export function readSubscriber(entity: Entity, graph: Graph, reported: Subject | undefined): unknown {
  const stored = entity.config as SubscriberConfig;
  const lte: LteSubscription = { ...stored.lte, sub_profile: stored.lte.sub_profile || DEFAULT_PROFILE };
  return {
    id: entity.key,
    name: entity.name,
    lte,
    config: { ...stored, lte },
    active_base_names: children(entity, BASE_NAME),
    active_policies: children(entity, POLICY),
    active_policies_by_apn: policiesByApn(entity, graph),
    active_apns: children(entity, APN),
    ...(reported && { monitoring: readSubscriberStatus(reported), state: readSubscriberState(reported) }),
  };
}

function policiesByApn(entity: Entity, graph: Graph): Record<string, string[]> {
  const profiles = children(entity, APN_POLICY_PROFILE).flatMap((key) => find(graph, APN_POLICY_PROFILE, key) ?? []);
  return Object.fromEntries(profiles.flatMap((profile) => children(profile, APN).map((apn) => [apn, children(profile, POLICY)])));
}

const profileKey = (subscriber: string, apn: string): string => `${subscriber}___${apn}`;

/** The subscriber that a policy profile belongs to. */
export const ownerOfProfile = (profile: string): string => profile.slice(0, profile.indexOf('___'));

const ids = (type: string, keys: readonly string[] = []): EntityId[] =>
  (keys.length > 1 ? [...new Set(keys)] : keys).map((key) => ({ type, key }));

function wholeSubscriber(subscriber: MutableSubscriber): WholeEntity {
  const { id, name = '', lte, static_ips, forbidden_network_types } = subscriber;
  const config: SubscriberConfig = {
    lte,
    ...(static_ips ? { static_ips } : {}),
    ...(forbidden_network_types ? { forbidden_network_types } : {}),
  };
  const children = [
    ...ids(APN, subscriber.active_apns),
    ...ids(POLICY, subscriber.active_policies),
    ...ids(BASE_NAME, subscriber.active_base_names),
    ...wholeProfiles(subscriber).map(({ key }) => ({ type: APN_POLICY_PROFILE, key })),
  ];
  return { key: id, name, config, children };
}

const wholeProfiles = ({ id, active_policies_by_apn: byApn = {} }: MutableSubscriber): WholeEntity[] =>
  Object.entries(byApn).map(([apn, policies]) => ({
    key: profileKey(id, apn),
    name: '',
    config: null,
    children: [{ type: APN, key: apn }, ...ids(POLICY, policies)],
  }));

/**
 * Makes subscribers what is given. `stale`: keys of the policy profiles that those among them had before, as far as they are known: what
 * goes is the store's to find out. `isNew`: which are not there yet, none unless it is said; one that is there after all is a conflict.
 */
export function putSubscribers(
  subscribers: readonly MutableSubscriber[],
  { stale = [], isNew = () => false }: { readonly stale?: readonly string[]; readonly isNew?: (id: string) => boolean } = {},
): Mutation[] {
  const had = new Set(stale);
  const profiles = subscribers.flatMap(wholeProfiles).map((profile) => ({ ...profile, isNew: !had.has(profile.key) }));
  const kept = new Set(profiles.map(({ key }) => key));
  const going = stale.filter((key) => !kept.has(key)).map((key) => ({ type: APN_POLICY_PROFILE, key }));
  const whole = (fresh: boolean): WholeEntity[] => subscribers.filter(({ id }) => isNew(id) === fresh).map(wholeSubscriber);
  return [
    { do: 'put_entities', type: APN_POLICY_PROFILE, entities: profiles },
    { do: 'put_entities', type: SUBSCRIBER, entities: whole(true), onlyNew: true },
    { do: 'put_entities', type: SUBSCRIBER, entities: whole(false), owns: APN_POLICY_PROFILE, going },
  ];
}

/** Keys of the policy profiles of an entity. */
export const profileKeys = (entity: Entity): string[] => children(entity, APN_POLICY_PROFILE);
