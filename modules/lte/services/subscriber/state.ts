import type { StateQuery, Subject } from '../../../../core/state/network-states.ts';
import { fitting } from '../../../../core/rest/fitting.ts';
import { isPlain } from '../../../../core/rest/shape.ts';
import { DIRECTORY_RECORD, directoryRecord } from '../../../orc8r/states/directory-record.ts';
import { ADDRESSES_OF_IMSI, type Allocation, IMSI_OF_ADDRESS, SESSIONS_OF_IMSI } from '../../states/subscriber-indexer.ts';
import { ICMP_MONITORING, icmpMonitoring, MME, S1AP, SPGW, SUBSCRIBER_STATE } from '../../states/types.ts';

/** Everything that gateways report of a subscriber. */
const everything = {
  types: [DIRECTORY_RECORD, ICMP_MONITORING, MME, S1AP, SPGW, SUBSCRIBER_STATE],
  indexes: [ADDRESSES_OF_IMSI, SESSIONS_OF_IMSI],
} satisfies StateQuery;

export const statesOfSubscribers = (subjects: readonly string[]): StateQuery => ({ ...everything, subjects });

/** Every subscriber that some gateway reported on. */
export const statesOfAll = (page: { readonly after: string; readonly limit?: number }): StateQuery => ({
  ...everything,
  prefix: 'IMSI',
  ...page,
});

/** Who has an address now: a subscriber that has since got another one there does not count. */
export const ownersOfAddress = (ip: string): StateQuery => ({ indexes: [IMSI_OF_ADDRESS], subjects: [ip] });

export const addressOwners = (subject: Subject | undefined): readonly string[] => subject?.indexed[IMSI_OF_ADDRESS] ?? [];

/** What was reported of a subscriber, in the form that readers see (REST-BEHAVIOUR.md 9). */
export function readSubscriberState({ states, indexed }: Subject): unknown {
  const raw = (type: string): unknown => {
    const value = states.find((state) => state.type === type)?.value;
    return isPlain(value) ? value : undefined;
  };
  const [sessions] = indexed[SESSIONS_OF_IMSI] ?? [];
  const allocations = (indexed[ADDRESSES_OF_IMSI] ?? []).map((text) => JSON.parse(text) as Allocation);
  const directory = fitting(directoryRecord, raw(DIRECTORY_RECORD)).location_history;
  return {
    subscriber_state: sessions === undefined ? raw(SUBSCRIBER_STATE) : JSON.parse(sessions),
    s1ap: raw(S1AP),
    mme: raw(MME),
    spgw: raw(SPGW),
    mobility: allocations.toSorted((left, right) => (left.apn < right.apn ? -1 : 1)),
    directory: directory && { location_history: directory },
  };
}

/** How well a subscriber is reached. */
export function readSubscriberStatus({ states }: Subject): unknown {
  const state = states.find(({ type }) => type === ICMP_MONITORING);
  const { latency_ms } = fitting(icmpMonitoring, state?.value);
  return { icmp: latency_ms === undefined ? undefined : { latency_ms, last_reported_time: state?.receivedAt } };
}
