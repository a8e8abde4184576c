import { type SQL, sql } from 'drizzle-orm';
import type { Graph } from '../../../../core/configurator/model.ts';
import { loadScoped, type Scope, scopedQuery, scopeParameters } from '../../../../core/configurator/scoped.ts';
import { associations, entities } from '../../../../core/db/schema.ts';
import { query, type Query } from '../../../../core/db/statement.ts';
import { APN, APN_POLICY_PROFILE, BASE_NAME, POLICY, SUBSCRIBER } from '../entity-types.ts';
import { subscriberKey } from './model.ts';

const p = sql.placeholder;

/** A subscriber with the names of what it uses, and its policy profiles; nothing of the APNs and rules that all others share. */
const SCOPE: Scope = { edges: [APN, POLICY, BASE_NAME, APN_POLICY_PROFILE], parents: [], follow: [APN_POLICY_PROFILE] };

export const loadSubscriber = (networkId: string, id: string): Query<Graph> => loadSubscribers(networkId, [id]);

export const loadSubscribers = (networkId: string, ids: readonly string[]): Query<Graph> =>
  loadScoped(networkId, ids.map(subscriberKey), SCOPE);

export interface SubscriberFilter {
  readonly state?: string | undefined;
  readonly profile?: string | undefined;
  readonly namePrefix?: string | undefined;
}

/** Where a page begins (exclusive). Lists by name go on from a name and a key. */
export interface SubscriberPosition {
  readonly key: string;
  readonly name: string;
}

export interface ListedSubscriber {
  readonly key: string;
  readonly name: string;
}

type Filters = 'networkId' | 'state' | 'profile' | 'prefix' | 'after' | 'afterName' | 'limit';

// The type stands here as text, not as a parameter: the partial indexes are for this type only.
const rest = sql`network_id = ${p('networkId')} AND type = 'subscriber'
  AND (${p('state')} IS NULL OR config ->> '$.lte.state' = ${p('state')})
  AND (${p('profile')} IS NULL OR config ->> '$.lte.sub_profile' = ${p('profile')})`;
const inOrderOfKey = sql`AND key > ${p('after')} ORDER BY key LIMIT ${p('limit')}`;

/** Each way into the list has an index that yields it in the order of its pages, so a page costs what it shows, not what there is. */
const ROOTS = {
  all: sql`SELECT type, key, name FROM ${entities} INDEXED BY entities_by_key WHERE ${rest} ${inOrderOfKey}`,
  state: sql`SELECT type, key, name FROM ${entities} INDEXED BY subscribers_by_state
    WHERE ${rest} AND config ->> '$.lte.state' = ${p('state')} ${inOrderOfKey}`,
  profile: sql`SELECT type, key, name FROM ${entities} INDEXED BY subscribers_by_profile
    WHERE ${rest} AND config ->> '$.lte.sub_profile' = ${p('profile')} ${inOrderOfKey}`,
  name: sql`SELECT type, key, name FROM ${entities} INDEXED BY entities_by_name
    WHERE ${rest} AND name >= ${p('prefix')} AND name < ${p('prefix')} || char(1114111)
      AND (name, key) > (${p('afterName')}, ${p('after')}) ORDER BY name, key LIMIT ${p('limit')}`,
} as const;

const keysOf = (roots: SQL) =>
  query<ListedSubscriber[], Filters>(roots, (rows) => rows.map((row) => ({ key: String(row['key']), name: String(row['name']) })));
const map = <T>(make: (roots: SQL, order?: SQL) => T) => ({
  all: make(ROOTS.all),
  state: make(ROOTS.state),
  profile: make(ROOTS.profile),
  name: make(ROOTS.name, sql`e.type, e.name, e.key`),
});
const keys = map(keysOf);
const whole = map((roots, order) => scopedQuery<Filters>(roots, order));

/** The queries of one page: the ids in order, or the subscribers themselves. */
export function subscriberPage(
  networkId: string,
  filter: SubscriberFilter,
  page: { readonly after: SubscriberPosition; readonly limit: number },
) {
  const { state = null, profile = null, namePrefix: prefix = null } = filter;
  const way = prefix !== null ? 'name' : profile !== null ? 'profile' : state !== null ? 'state' : 'all';
  const values = { networkId, state, profile, prefix, after: page.after.key, afterName: page.after.name, limit: page.limit };
  return {
    keys: keys[way](values),
    whole: () => whole[way]({ ...values, ...scopeParameters(networkId, SCOPE) }),
  };
}

/** The subscribers of a page, in its order. */
export const listedIn = (graph: Graph): ListedSubscriber[] => [...graph.entities.values()].filter(({ type }) => type === SUBSCRIBER);

const byNumber = scopedQuery<'msisdn'>(
  sql`SELECT 'subscriber' AS type, name AS key FROM ${entities} WHERE network_id = ${p('networkId')} AND type = 'msisdn' AND key = ${p('msisdn')}`,
);

/** The subscriber that a telephone number is assigned to. */
export const subscriberByNumber = (networkId: string, msisdn: string): Query<Graph> =>
  byNumber({ msisdn, ...scopeParameters(networkId, SCOPE) });

const known = query<KnownSubscribers, 'networkId' | 'keys'>(
  sql`SELECT
    (SELECT json_group_array(e.key) FROM json_each(${p('keys')}) AS i
      CROSS JOIN ${entities} AS e ON e.network_id = ${p('networkId')} AND e.type = 'subscriber' AND e.key = i.value) AS keys,
    (SELECT json_group_array(a.to_key) FROM json_each(${p('keys')}) AS i
      CROSS JOIN ${associations} AS a ON a.network_id = ${p('networkId')} AND a.from_type = 'subscriber' AND a.from_key = i.value
        AND a.to_type = 'apn_policy_profile') AS profiles`,
  ([row]) => ({
    keys: new Set(JSON.parse(String(row?.['keys'])) as string[]),
    profiles: JSON.parse(String(row?.['profiles'])) as string[],
  }),
);

export interface KnownSubscribers {
  readonly keys: ReadonlySet<string>;
  /** Keys of the policy profiles that those have. */
  readonly profiles: readonly string[];
}

/** Which of many subscribers exist. */
export const knownSubscribers = (networkId: string, ids: readonly string[]): Query<KnownSubscribers> =>
  known({ networkId, keys: JSON.stringify(ids) });
