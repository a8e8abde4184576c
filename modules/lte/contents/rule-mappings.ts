import { create, toBinary } from '@bufbuild/protobuf';
import { child, children, entityKey } from '../../../core/configurator/model.ts';
import { NETWORK } from '../../../core/configurator/mutations.ts';
import type { ContentSet } from '../../../core/module/content.ts';
import { AssignedPoliciesSchema, SubscriberPolicySetSchema } from '../../../proto/gen/lte/protos/policydb_pb.js';
import type { NetworkSubscriberConfig } from '../schemas/network-subscriber-config.ts';
import { APN, APN_POLICY_PROFILE, BASE_NAME, POLICY, SUBSCRIBER, SUBSCRIBER_CONFIG } from '../services/entity-types.ts';

/** Which rules hold for each subscriber, at every access point and at single ones. */
export const ruleMappings: ContentSet = {
  name: 'apn_rule_mappings',
  description: 'Which policy rules hold for which subscriber',
  stream: true,
  encoding: 1,
  root: SUBSCRIBER,
  reads: [APN_POLICY_PROFILE],
  names: [APN, BASE_NAME, POLICY],
  encode({ root, below }) {
    const profiles = children(root, APN_POLICY_PROFILE).flatMap((key) => below.get(entityKey({ type: APN_POLICY_PROFILE, key })) ?? []);
    const rulesPerApn = profiles.flatMap((profile) => {
      const apn = child(profile, APN);
      return apn === undefined
        ? []
        : [{ apn, assignedPolicies: children(profile, POLICY), assignedBaseNames: children(profile, BASE_NAME) }];
    });
    const set = { rulesPerApn, globalPolicies: children(root, POLICY), globalBaseNames: children(root, BASE_NAME) };
    return toBinary(SubscriberPolicySetSchema, create(SubscriberPolicySetSchema, set));
  },
};

/** The rules that hold for every subscriber: one item without a key, none in a network that has never said (SOUTHBOUND.md 7). */
export const networkWideRules: ContentSet = {
  name: 'network_wide_rules',
  description: 'Policy rules that hold for every subscriber',
  stream: true,
  encoding: 1,
  root: NETWORK.type,
  reads: [],
  networkConfigs: [SUBSCRIBER_CONFIG],
  encode({ root }) {
    const config = (root.config as Record<string, NetworkSubscriberConfig | undefined>)[SUBSCRIBER_CONFIG];
    if (!config) return undefined;
    const assigned = { assignedPolicies: config.network_wide_rule_names ?? [], assignedBaseNames: config.network_wide_base_names ?? [] };
    return toBinary(AssignedPoliciesSchema, create(AssignedPoliciesSchema, assigned));
  },
};
