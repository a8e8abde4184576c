import { existing, idsJson } from '../../../../core/configurator/load.ts';
import { type EntityId, entityKey, type Network } from '../../../../core/configurator/model.ts';
import type { Query } from '../../../../core/db/statement.ts';
import type { Fault } from '../../../../core/errors.ts';
import type { MutableSubscriber } from '../../schemas/subscriber.ts';
import { APN, BASE_NAME, POLICY } from '../entity-types.ts';
import { cellularOf } from '../network.ts';
import { DEFAULT_PROFILE } from './model.ts';

const NOUNS: Readonly<Record<string, string>> = { [APN]: 'APN', [POLICY]: 'policy rule', [BASE_NAME]: 'base name' };

interface Reference extends EntityId {
  /** Below the subscriber: `.active_apns[0]`. */
  readonly place: string;
}

function referencesOf(subscriber: MutableSubscriber): Reference[] {
  const listed = (type: string, property: 'active_apns' | 'active_policies' | 'active_base_names') =>
    (subscriber[property] ?? []).map((key, index) => ({ type, key, place: `.${property}[${index}]` }));
  const byApn = Object.entries(subscriber.active_policies_by_apn ?? {}).flatMap(([apn, policies]) => {
    const place = `.active_policies_by_apn.${apn}`;
    return [{ type: APN, key: apn, place }, ...policies.map((key, index) => ({ type: POLICY, key, place: `${place}[${index}]` }))];
  });
  return [...listed(APN, 'active_apns'), ...listed(POLICY, 'active_policies'), ...listed(BASE_NAME, 'active_base_names'), ...byApn];
}

/** Asks which of the APNs, rules and base names that the subscribers name exist; each is asked for once. */
export function knownNames(networkId: string, subscribers: readonly MutableSubscriber[]): Query<Set<string>> {
  const ids = new Map<string, EntityId>();
  for (const subscriber of subscribers) for (const id of referencesOf(subscriber)) ids.set(entityKey(id), id);
  return existing({ networkId, ids: idsJson([...ids.values()]) });
}

/** What a subscriber names that its network does not have; `root` is the subscriber's own place (`body[3]`). */
export function referenceFaults(subscriber: MutableSubscriber, root: string, network: Network, found: ReadonlySet<string>): Fault[] {
  const unknown = referencesOf(subscriber).filter((id) => !found.has(entityKey(id)));
  return [
    ...profileFaults(subscriber.lte.sub_profile, `${root}.lte.sub_profile`, network),
    ...unknown.map(({ type, key, place }) => ({ path: root + place, message: `${NOUNS[type]} "${key}" does not exist in this network` })),
  ];
}

/** `default` needs no entry in the network's profiles. */
export function profileFaults(profile: string, path: string, network: Network): Fault[] {
  if (profile === DEFAULT_PROFILE) return [];
  const profiles = cellularOf(network)?.epc.sub_profiles ?? {};
  return Object.hasOwn(profiles, profile)
    ? []
    : [{ path, message: `"${profile}" is not among the sub_profiles of this network (cellular.epc.sub_profiles)` }];
}
