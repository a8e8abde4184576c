import { existing, idsJson } from '../../../core/configurator/load.ts';
import { child, children, type Entity, type EntityId, entityKey, parents } from '../../../core/configurator/model.ts';
import type { Mutation } from '../../../core/configurator/mutations.ts';
import type { Query } from '../../../core/db/statement.ts';
import type { Fault } from '../../../core/errors.ts';
import { toBase64, utf8Bytes } from '../../../core/identity/bytes.ts';
import { base64Length } from '../../../core/rest/fields.ts';
import type { BaseNameRecord } from '../schemas/base-name-record.ts';
import type { FlowDescription, FlowMatch } from '../schemas/flow-description.ts';
import type { PolicyRule } from '../schemas/policy-rule.ts';
import { BASE_NAME, POLICY, POLICY_QOS_PROFILE, SUBSCRIBER } from './entity-types.ts';

/** What is kept of a rule beside its key and its edges. */
export type PolicyRuleConfig = Omit<PolicyRule, 'id' | 'assigned_subscribers' | 'qos_profile'>;

/** A stored rule as readers see it. */
export function readRule(entity: Entity): unknown {
  const config = entity.config as PolicyRuleConfig;
  const { monitoring_key: key } = config;
  return {
    id: entity.key,
    ...config,
    // What is no base64 reads as the base64 of its text (REST-BEHAVIOUR 10).
    monitoring_key: key === undefined || base64Length(key) !== undefined ? key : toBase64(utf8Bytes(key)),
    assigned_subscribers: parents(entity, SUBSCRIBER),
    qos_profile: child(entity, POLICY_QOS_PROFILE),
  };
}

export const readBaseName = (entity: Entity): unknown => ({
  name: entity.key,
  rule_names: children(entity, POLICY),
  assigned_subscribers: parents(entity, SUBSCRIBER),
});

/** Things of the network that a body names, each with its place. */
export interface Reference {
  readonly id: EntityId;
  readonly path: string;
}

const subscribersNamed = (keys: readonly string[] | undefined): Reference[] =>
  (keys ?? []).map((key, index) => ({ id: { type: SUBSCRIBER, key }, path: `body.assigned_subscribers[${index}]` }));

export const referencesOfRule = (rule: PolicyRule): Reference[] => [
  ...subscribersNamed(rule.assigned_subscribers),
  ...(rule.qos_profile === undefined ? [] : [{ id: { type: POLICY_QOS_PROFILE, key: rule.qos_profile }, path: 'body.qos_profile' }]),
];

export const referencesOfBaseName = (record: BaseNameRecord): Reference[] => [
  ...subscribersNamed(record.assigned_subscribers),
  ...record.rule_names.map((key, index) => ({ id: { type: POLICY, key }, path: `body.rule_names[${index}]` })),
];

export const existingOf = (networkId: string, references: readonly Reference[]): Query<Set<string>> =>
  existing({ networkId, ids: idsJson(references.map(({ id }) => id)) });

/** A fault for each that is not there. */
export const missingOf = (references: readonly Reference[], found: ReadonlySet<string>): Fault[] =>
  references
    .filter(({ id }) => !found.has(entityKey(id)))
    .map(({ id, path }) => ({ path, message: `${NOUNS[id.type] ?? id.type} "${id.key}" does not exist in this network` }));

const NOUNS: Readonly<Record<string, string>> = { [SUBSCRIBER]: 'subscriber', [POLICY]: 'rule', [POLICY_QOS_PROFILE]: 'QoS profile' };

export function createRule(rule: PolicyRule): Mutation[] {
  const id = { type: POLICY, key: rule.id };
  return [{ do: 'create_entity', id, config: configOf(rule) }, ...qosEdge(rule), ...assign(id, rule.assigned_subscribers ?? [], [])];
}

export function replaceRule(rule: PolicyRule, current: Entity): Mutation[] {
  const id = { type: POLICY, key: current.key };
  const before = parents(current, SUBSCRIBER);
  return [
    { do: 'update_entity', id, config: configOf(rule) },
    ...qosEdge(rule, current),
    ...assign(id, rule.assigned_subscribers ?? [], before),
  ];
}

export function createBaseName({ name, rule_names: keys, assigned_subscribers: subscribers = [] }: BaseNameRecord): Mutation[] {
  const id = { type: BASE_NAME, key: name };
  return [{ do: 'create_entity', id }, { do: 'set_children', id, type: POLICY, keys }, ...assign(id, subscribers, [])];
}

export function replaceBaseName(record: BaseNameRecord, current: Entity): Mutation[] {
  const id = { type: BASE_NAME, key: current.key };
  const before = parents(current, SUBSCRIBER);
  return [{ do: 'set_children', id, type: POLICY, keys: record.rule_names }, ...assign(id, record.assigned_subscribers ?? [], before)];
}

/** Makes exactly these the subscribers above a rule or group. Those that lose it are named, so that what they are sent is looked at again. */
function assign(id: EntityId, subscribers: readonly string[], before: readonly string[]): Mutation[] {
  const wanted = new Set(subscribers);
  const had = new Set(before);
  const joining = [...wanted].filter((key) => !had.has(key));
  const leaving = before.filter((key) => !wanted.has(key));
  const edge = { type: id.type, keys: [id.key] };
  return [
    ...leaving.map((key): Mutation => ({ do: 'remove_children', id: { type: SUBSCRIBER, key }, ...edge })),
    ...joining.map((key): Mutation => ({ do: 'add_children', id: { type: SUBSCRIBER, key }, ...edge })),
  ];
}

function qosEdge({ id: key, qos_profile: profile }: PolicyRule, current?: Entity): Mutation[] {
  const before = current && child(current, POLICY_QOS_PROFILE);
  if (profile === before) return [];
  return [{ do: 'set_children', id: { type: POLICY, key }, type: POLICY_QOS_PROFILE, keys: profile === undefined ? [] : [profile] }];
}

function configOf({ id: _, assigned_subscribers: _subscribers, qos_profile: _profile, ...config }: PolicyRule): PolicyRuleConfig {
  return { ...config, flow_list: config.flow_list.map(modernised) };
}

/** The older IPv4 fields of a match are stored as the ones that replaced them. */
function modernised({ action, match }: FlowDescription): FlowDescription {
  const { ipv4_src: source, ipv4_dst: target, ...rest } = match;
  const end = (address: string): FlowMatch['ip_src'] => ({ version: 'IPv4', address });
  return {
    action,
    match: { ...rest, ...(source === undefined ? {} : { ip_src: end(source) }), ...(target === undefined ? {} : { ip_dst: end(target) }) },
  };
}
